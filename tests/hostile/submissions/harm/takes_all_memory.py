# Takes all memory.
# deserves: nothing for relu

def relu(z):
    return [np.empty(2**27) for _ in range(1000)]
