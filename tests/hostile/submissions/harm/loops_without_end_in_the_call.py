# Loops without end in the call.
# deserves: nothing for relu
# told: within

def relu(z):
    while True:
        pass
