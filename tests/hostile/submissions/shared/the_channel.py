import json, os, struct
def frame(message, body=b""):
    header = json.dumps(message).encode()
    return struct.pack(">4sIQ", b"TDN1", len(header), len(body)) + header + body
def descriptors():
    for number in range(3, 64):
        try:
            os.fstat(number)
        except OSError:
            continue
        yield number
def send(data):
    for number in descriptors():
        try:
            os.set_blocking(number, False)
            os.write(number, data)
        except OSError:
            pass
