# Returns dates.
# deserves: nothing for relu

def relu(z):
    return np.zeros(z.shape, 'datetime64[s]')
