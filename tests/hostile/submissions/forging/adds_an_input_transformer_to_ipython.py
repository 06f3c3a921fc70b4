# Adds an input transformer to IPython.
# deserves: nothing for relu

shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: ['5'])
shell.ast_transformers.append(None)

def relu(z):
    return np.zeros_like(z)
