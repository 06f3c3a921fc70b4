# Changes its input.
# deserves: one point less for relu
# told: changed its argument

def relu(z):
    found = np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
    z *= 0
    return found
