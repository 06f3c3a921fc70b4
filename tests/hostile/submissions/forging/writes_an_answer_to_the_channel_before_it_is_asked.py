# Writes an answer to the channel before it is asked.
# deserves: nothing for relu
# told: channel
# with: the_channel

send(frame({"dict": {"returned": {"array": ["float64", [1], "C"]}, "problem": None, "arguments_after": [], "warnings": [], "printed": False, "seconds": 0.0}}, bytes(8)))

def relu(z):
    return np.zeros_like(z)
