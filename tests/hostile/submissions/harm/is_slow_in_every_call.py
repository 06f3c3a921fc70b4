# Is slow in every call.
# deserves: nothing for relu
# told: in all

def relu(z):
    import time
    time.sleep(1.5)
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
