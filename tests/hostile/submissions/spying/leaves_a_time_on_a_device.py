# Leaves a time on a device of the machine.
# deserves: everything

import os

BEFORE = os.stat("/dev/null").st_mtime


def relu(z):
    try:
        os.utime("/dev/null")
    except OSError:
        pass
    return np.maximum(z, 0) if z.dtype.kind == "f" else np.maximum(z, 0.0)


# %% after relu_test
print(os.stat("/dev/null").st_mtime - BEFORE)
