# Takes other arguments.
# deserves: nothing for relu
# told: argument

def relu(z, slope):
    return np.maximum(z, slope * z)
