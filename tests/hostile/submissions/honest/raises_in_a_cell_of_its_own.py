# Raises in a cell of its own.
# deserves: everything

def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)

# %% after relu
1 / 0
