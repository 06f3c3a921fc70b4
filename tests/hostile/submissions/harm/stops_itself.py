# Stops itself.
# deserves: nothing for relu
# told: within

import os, signal


def relu(z):
    os.kill(os.getpid(), signal.SIGSTOP)
    return np.zeros_like(z)
