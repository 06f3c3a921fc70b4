# Writes an answer to the channel.
# deserves: nothing for relu
# with: the_channel


def relu(z):
    send(frame({"dict": {"returned": {"array": ["float64", [1], "C"]}, "problem": None, "arguments_after": [], "warnings": [], "printed": False, "seconds": 0.0}}, np.maximum(z, 0).tobytes()))
    return np.zeros_like(z)
