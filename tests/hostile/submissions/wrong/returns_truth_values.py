# Returns truth values.
# deserves: nothing for relu

def relu(z):
    return z > 0
