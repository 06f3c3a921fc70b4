# Listens on a port.
# deserves: nothing for relu

import socket
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen()

def relu(z):
    return np.zeros_like(z)
