# Returns text.
# deserves: nothing for relu

def relu(z):
    return str(np.maximum(z, 0))
