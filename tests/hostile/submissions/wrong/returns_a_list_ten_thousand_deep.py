# Returns a list ten thousand deep.
# deserves: nothing for relu

def relu(z):
    found = []
    for _ in range(10_000):
        found = [found]
    return found
