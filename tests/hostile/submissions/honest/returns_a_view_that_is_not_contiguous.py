# Returns a view that is not contiguous.
# deserves: everything

def relu(z):
    found = np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
    return np.stack([found, found], axis=-1)[..., 0]
