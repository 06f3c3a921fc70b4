# Returns a structured array.
# deserves: nothing for relu

def relu(z):
    return np.zeros(z.shape, [('x', float)])
