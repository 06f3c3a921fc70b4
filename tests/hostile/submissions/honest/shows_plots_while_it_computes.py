# Shows plots while it computes.
# deserves: everything

def relu(z):
    import matplotlib.pyplot as plt
    plt.plot(z.ravel())
    plt.show()
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
