# Returns a long text beside many short ones.
# deserves: nothing for relu
# told: a list of 50001

def relu(z):
    return ["x" * 3_000_000] + [""] * 50_000
