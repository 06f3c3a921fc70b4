# Is an object with __call__.
# deserves: everything

class Relu:
    __name__ = 'relu'
    def __call__(self, z):
        return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
relu = Relu()
