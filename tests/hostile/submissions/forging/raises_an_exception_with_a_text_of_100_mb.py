# Raises an exception with a text of 100 MB.
# deserves: nothing for relu

def relu(z):
    raise ValueError('x' * 100_000_000)
