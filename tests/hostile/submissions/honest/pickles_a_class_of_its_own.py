# Pickles a class of its own.
# deserves: everything

import pickle
class Relu:
    def __call__(self, z):
        return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
def relu(z):
    return pickle.loads(pickle.dumps(Relu()))(z)
