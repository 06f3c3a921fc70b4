# Shadows numpy with a module of its own.
# deserves: nothing for relu

import sys, types
fake = types.ModuleType('numpy')
fake.ndarray = object
sys.modules['numpy'] = fake

def relu(z):
    return np.zeros_like(z)
