# Reads the source notebooks.
# deserves: nothing for relu
# with: looking_around

look(ROOT + '/source/**/*.ipynb')

def relu(z):
    return np.zeros_like(z)
