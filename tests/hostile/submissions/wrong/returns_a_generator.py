# Returns a generator.
# deserves: nothing for relu
# told: generator

def relu(z):
    return (max(v, 0) for v in z)
