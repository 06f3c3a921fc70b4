# Remembers what it computed.
# deserves: everything

memory = {}

def relu(z):
    key = (z.shape, z.dtype.str, z.tobytes())
    if key not in memory:
        memory[key] = np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
    return memory[key]
