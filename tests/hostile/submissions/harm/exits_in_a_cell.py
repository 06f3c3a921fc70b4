# Exits in a cell.
# deserves: nothing for relu

import sys
sys.exit(5)
def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
