# Is not written.
# deserves: nothing for relu
# told: not written

def relu(z):
    # YOUR CODE HERE
    raise NotImplementedError()
