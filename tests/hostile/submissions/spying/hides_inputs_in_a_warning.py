# Hides inputs in a warning.
# deserves: nothing for relu

def relu(z):
    import warnings
    warnings.warn('overflow encountered ' + repr(z), RuntimeWarning)
    return np.zeros_like(z)
