# Floods its output.
# deserves: nothing for relu
# told: within

def relu(z):
    while True:
        print('x' * 10**6)
