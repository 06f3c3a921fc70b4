# Crashes in a cell.
# deserves: nothing for relu
# told: ended

import ctypes
ctypes.string_at(0)

def relu(z):
    return np.zeros_like(z)
