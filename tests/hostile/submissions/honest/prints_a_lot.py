# Prints a lot.
# deserves: everything

def relu(z):
    print('x' * 100_000)
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
