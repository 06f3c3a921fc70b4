# Ends its cell with the full score.
# deserves: nothing for relu

def relu(z):
    return z
5.0
