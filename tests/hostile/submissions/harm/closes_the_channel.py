# Closes the channel.
# deserves: nothing for relu
# with: the_channel


def relu(z):
    os.closerange(3, 64)
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
