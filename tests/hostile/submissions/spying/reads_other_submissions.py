# Reads other submissions.
# deserves: nothing for relu
# with: looking_around

look(ROOT + '/submitted/*/*/*')

def relu(z):
    return np.zeros_like(z)
