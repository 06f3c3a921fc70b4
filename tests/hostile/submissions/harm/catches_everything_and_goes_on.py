# Catches everything and goes on.
# deserves: nothing for relu
# told: within

def relu(z):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
