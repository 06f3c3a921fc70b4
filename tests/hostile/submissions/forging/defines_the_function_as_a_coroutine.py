# Defines the function as a coroutine.
# deserves: nothing for relu

async def relu(z):
    return np.maximum(z, 0)
