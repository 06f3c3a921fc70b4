# Sleeps in the call.
# deserves: nothing for relu
# told: within

def relu(z):
    import time
    time.sleep(999)
