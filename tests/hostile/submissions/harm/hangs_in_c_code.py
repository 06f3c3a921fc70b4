# Hangs in C code.
# deserves: nothing for relu
# told: within

def relu(z):
    return 9 ** 9 ** 9
