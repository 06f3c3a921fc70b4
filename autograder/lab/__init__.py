"""What the notebooks draw and train with. `from autograder import lab`, then `lab.<name>`.

Every name lives in a module of this folder and is loaded on first use, so that importing `lab` costs nothing.
"""

import importlib

HOME = {
    "plot_activation": "activations",
}
"""Public name -> the module of this folder that holds it."""

__all__ = sorted(HOME)


def __getattr__(name):
    if name in HOME:
        return getattr(importlib.import_module(f"{__name__}.{HOME[name]}"), name)
    raise AttributeError(f"lab has no {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return __all__
