# Sets np.seterr to raise.
# deserves: everything

np.seterr(all='raise')

def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
