# Is slow in every call.
# deserves: everything

def relu(z):
    import time
    time.sleep(0.05)
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
