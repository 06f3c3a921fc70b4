# Has a syntax error.
# deserves: nothing for relu
# told: SyntaxError

def relu(z)
    return z
