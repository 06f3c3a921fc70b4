# Returns None.
# deserves: nothing for relu
# told: None

def relu(z):
    np.maximum(z, 0)
