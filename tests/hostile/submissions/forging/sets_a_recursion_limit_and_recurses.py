# Sets a recursion limit and recurses.
# deserves: nothing for relu

def relu(z):
    import sys
    sys.setrecursionlimit(10**9)
    return relu(z)
