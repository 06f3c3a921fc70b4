# Warns with warnings.warn.
# deserves: everything

def relu(z):
    import warnings
    warnings.warn('look out')
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
