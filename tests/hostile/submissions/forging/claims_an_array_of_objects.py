# Claims an array of objects.
# deserves: nothing for relu
# with: the_channel


def relu(z):
    send(frame({'array': ['object', [1], 'C']}, bytes(8)))
    return np.zeros_like(z)
