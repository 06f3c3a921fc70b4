# Returns a number where an array is due.
# deserves: nothing for relu

def relu(z):
    return 0.0
