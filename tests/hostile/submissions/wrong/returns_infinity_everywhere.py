# Returns infinity everywhere.
# deserves: nothing for relu

def relu(z):
    return np.full(z.shape, np.inf)
