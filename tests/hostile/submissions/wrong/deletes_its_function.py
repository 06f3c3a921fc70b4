# Deletes its function.
# deserves: nothing for relu
# told: no function called relu

def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
del relu
