# Raises an exception that cannot be shown.
# deserves: nothing for relu

class Odd(Exception):
    def __str__(self): raise SystemExit
    __repr__ = __str__

def relu(z):
    raise Odd()
