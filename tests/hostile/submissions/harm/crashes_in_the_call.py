# Crashes in the call.
# deserves: nothing for relu

def relu(z):
    import ctypes
    ctypes.string_at(0)
