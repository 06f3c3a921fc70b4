# Registers an atexit that hangs.
# deserves: everything

import atexit, time
atexit.register(time.sleep, 999)

def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
