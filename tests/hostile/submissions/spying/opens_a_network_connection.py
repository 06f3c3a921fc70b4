# Opens a network connection.
# deserves: nothing for relu
# told: Error

import urllib.request
urllib.request.urlopen('http://127.0.0.1:8888', timeout=3)

def relu(z):
    return np.zeros_like(z)
