# Opens files without end.
# deserves: nothing for relu

def relu(z):
    files = []
    while True:
        files.append(open('/dev/null'))
