# Returns a list.
# deserves: everything

def relu(z):
    found = np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
    return found.tolist() if found.dtype == float else found
