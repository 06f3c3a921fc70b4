# Raises in __del__ and in weak references.
# deserves: nothing for relu

class Late:
    def __array__(self, *arguments, **options): raise SystemExit
    def __del__(self): raise SystemExit

def relu(z):
    return np.asarray(Late())
