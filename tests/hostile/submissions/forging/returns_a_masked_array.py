# Returns a masked array.
# deserves: nothing for relu

def relu(z):
    return np.ma.masked_all(z.shape)
