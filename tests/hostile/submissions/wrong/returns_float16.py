# Returns float16.
# deserves: one point less for relu
# told: float16

def relu(z):
    return np.maximum(z, 0).astype(np.float16)
