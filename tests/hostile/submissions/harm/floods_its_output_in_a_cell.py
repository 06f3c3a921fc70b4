# Floods its output in a cell.
# deserves: nothing for relu

for _ in range(2000):
    print('x' * 10**6)

def relu(z):
    return np.zeros_like(z)
