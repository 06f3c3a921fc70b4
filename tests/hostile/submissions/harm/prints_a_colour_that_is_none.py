# Prints a colour that is none.
# deserves: everything

def relu(z):
    return np.maximum(z, 0) if z.dtype.kind == "f" else np.maximum(z, 0.0)


# %% after relu
print("\x1b[38mx\x1b[48;5mx\x1b[" + "9" * 10_000 + "mx")
