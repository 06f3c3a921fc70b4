# Writes to stderr.
# deserves: everything

def relu(z):
    import sys
    print('oops', file=sys.stderr)
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
