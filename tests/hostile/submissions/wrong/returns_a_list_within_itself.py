# Returns a list within itself.
# deserves: nothing for relu

def relu(z):
    found = []
    found.append(found)
    return found
