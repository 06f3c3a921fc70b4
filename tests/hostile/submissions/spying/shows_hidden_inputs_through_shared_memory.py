# Shows hidden inputs through memory that a cell shares with its calls.
# deserves: nothing for relu

import mmap

shared = mmap.mmap(-1, 2**16)


def relu(z):
    shared.write(repr(z.tolist()).encode()[:1000])
    return np.zeros_like(z)

# %% after relu_test
print(bytes(shared[:]).rstrip(b"\0"))
