# Keeps earlier answers for later cases.
# deserves: nothing for relu

seen = []

def relu(z):
    seen.append(z.copy())
    return np.maximum(seen[0], 0) if len(seen) > 1 else np.zeros_like(z)
