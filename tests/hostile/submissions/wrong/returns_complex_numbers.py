# Returns complex numbers.
# deserves: nothing for relu
# told: complex

def relu(z):
    return np.maximum(z, 0) + 0j
