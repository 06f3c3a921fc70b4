# Writes a pickle to the channel.
# deserves: nothing for relu
# with: the_channel


def relu(z):
    import pickle
    send(pickle.dumps(print))
    return np.zeros_like(z)
