"""The course's autograder. A notebook imports `check` and `lab` from here; the first page shows `progress`."""

__all__ = ["check", "lab", "progress"]


def __getattr__(name):
    """Load `check`, `lab` and `progress` on first use: importing the package itself costs next to nothing."""
    import importlib

    if name == "check":
        return importlib.import_module("autograder.student_check").check
    if name == "progress":
        return importlib.import_module("autograder.student_progress").progress
    if name == "lab":
        return importlib.import_module("autograder.lab")
    raise AttributeError("module 'autograder' has no attribute %r" % name)
