# Turns warnings into errors.
# deserves: everything

import warnings
warnings.simplefilter('error')

def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
