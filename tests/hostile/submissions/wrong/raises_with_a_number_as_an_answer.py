# Raises with a number as an answer.
# deserves: nothing for relu
# told: RuntimeError

def relu(z):
    raise RuntimeError(str(z.ravel()[:3]))
