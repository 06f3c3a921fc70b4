"""The course's autograder. A notebook imports two names from here: `check` and `lab`."""

__all__ = ["check", "lab"]


def __getattr__(name):
    """Load `check` and `lab` on first use: importing the package itself costs next to nothing."""
    import importlib

    if name == "check":
        return importlib.import_module("autograder.student_check").check
    if name == "lab":
        return importlib.import_module("autograder.lab")
    raise AttributeError("module 'autograder' has no attribute %r" % name)
