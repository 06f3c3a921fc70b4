# Returns NaN everywhere.
# deserves: nothing for relu
# told: NaN

def relu(z):
    return np.full_like(z, np.nan)
