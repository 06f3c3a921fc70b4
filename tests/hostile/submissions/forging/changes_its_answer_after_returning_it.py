# Changes its answer after returning it.
# deserves: nothing for relu

import threading, time


def relu(z):
    found = np.full(z.shape, -1.0)

    def change():
        time.sleep(0.001)
        found[...] = np.maximum(z, 0)

    threading.Thread(target=change).start()
    return found
