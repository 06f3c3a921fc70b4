# Writes noise to the channel.
# deserves: nothing for relu
# with: the_channel


def relu(z):
    send(b'noise' * 1000)
    return np.zeros_like(z)
