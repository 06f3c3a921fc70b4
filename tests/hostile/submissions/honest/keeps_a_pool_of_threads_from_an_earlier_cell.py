# Keeps a pool of threads from an earlier cell.
# deserves: everything

from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(2)
def part(z):
    return np.maximum(z, 0) if z.dtype.kind == 'f' else np.maximum(z, 0.0)
pool.submit(part, np.ones(2)).result()
def relu(z):
    return pool.submit(part, z).result()
