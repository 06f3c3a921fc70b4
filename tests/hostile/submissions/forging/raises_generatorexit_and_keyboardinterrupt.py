# Raises GeneratorExit and KeyboardInterrupt.
# deserves: nothing for relu

def relu(z):
    raise KeyboardInterrupt if z.size % 2 else GeneratorExit
