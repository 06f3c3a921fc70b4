# Claims an array of 72 terabytes.
# deserves: nothing for relu
# with: the_channel


def relu(z):
    send(struct.pack('>4sIQ', b'TDN1', 100, 2**46))
    return np.zeros_like(z)
