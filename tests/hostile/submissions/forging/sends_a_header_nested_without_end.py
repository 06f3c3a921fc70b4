# Sends a header nested without end.
# deserves: nothing for relu
# with: the_channel


def relu(z):
    header = b'[' * 100_000
    send(struct.pack('>4sIQ', b'TDN1', len(header), 0) + header)
    return np.zeros_like(z)
