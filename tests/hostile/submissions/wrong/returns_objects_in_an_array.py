# Returns objects in an array.
# deserves: nothing for relu

def relu(z):
    return np.maximum(z, 0).astype(object)
