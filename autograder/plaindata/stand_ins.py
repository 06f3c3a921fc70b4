"""What code of a student's finds while grading: NumPy, Python's own modules, and stand-ins for what draws and shows.

The same rules hold in the sandbox, where they are the truth, and for `check` in a notebook, which goes by them.
"""

from __future__ import annotations

import opcode
import sys
import types
from collections.abc import Collection
from typing import Any

INERT = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "tqdm", "pandas")
"""Packages that may be imported, and do nothing."""
COURSE_NAMES = ("check", "lab")
"""What a notebook imports from the course: both do nothing while grading."""
NEEDS_LIBRARIES = ("tkinter", "turtle", "turtledemo", "idlelib", "curses", "readline", "sqlite3", "ssl", "nis", "spwd")
"""Modules of the standard library that are not there: they need libraries that no exercise does."""
AVAILABLE = (sys.stdlib_module_names | {"numpy", "autograder", "__main__"}) - set(NEEDS_LIBRARIES)
NOT_AVAILABLE = "is not available while grading"
NO_INPUT = f"input() {NOT_AVAILABLE}: nobody is there to answer"


def refusal(module: str, packages: Collection[str] = ()) -> str:
    """Say why a module cannot be imported while grading; "" where it can.

    packages: the top-level names of those that the course allows beside NumPy.
    """
    top, _, rest = module.partition(".")
    if top == "autograder":
        known = not rest or rest.partition(".")[0] in ("lab", "plaindata", "sandbox_wire")
        return "" if known else _not_available(module)
    known = top in AVAILABLE or top in INERT or top in packages or top.startswith("_")
    return "" if known else _not_available(top)


def _not_available(name: str) -> str:
    return f"{name} {NOT_AVAILABLE}: the exercises are in NumPy"


def is_inert(module: str, packages: Collection[str] = ()) -> bool:
    """Whether a module is there only in name."""
    top, _, rest = module.partition(".")
    return (top in INERT and top not in packages) or (top == "autograder" and rest.partition(".")[0] == "lab")


def no_input(*prompt: Any) -> str:
    """Stand in for `input`. Raises EOFError, as at the end of a file."""
    raise EOFError(NO_INPUT)


class Inert:
    """Stands in for plots and the course's `lab`: takes every call, attribute and operation, and does nothing."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __call__
    __lt__ = __gt__ = __le__ = __ge__ = lambda self, other: True

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Any:
        return iter([Inert()] * unpacked_into(sys._getframe(1)))

    def __len__(self) -> int:
        return 0

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def __format__(self, spec: str) -> str:
        return "-"

    def __float__(self) -> float:
        return 0.0

    def __int__(self) -> int:
        return 0


def unpacked_into(frame: types.FrameType) -> int:
    """Count the names that a frame's current statement unpacks a value into: 2 for `figure, axes = ...`, 0 for a
    loop."""
    code = frame.f_code.co_code
    operation, count = code[frame.f_lasti], code[frame.f_lasti + 1]
    return count if opcode.opname[operation].startswith("UNPACK") else 0


class InertModule(types.ModuleType):
    """A module every name of which is inert."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


class Absent:
    """Stands in for a name that could not be bound, as grading lacks what that needs: using it raises the error again.

    Not raised by attributes with two underscores, which Python itself asks for.
    """

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._refuse()

    def _refuse(self, *arguments: Any, **options: Any) -> Any:
        raise self._error.with_traceback(None)


for _name in (
    *[
        "call",
        "getitem",
        "setitem",
        "iter",
        "len",
        "contains",
        "enter",
        "exit",
        "float",
        "int",
        "complex",
        "index",
        "bool",
        "neg",
        "pos",
        "abs",
    ],
    *(
        f"{side}{operation}"
        for operation in ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"]
        for side in ("", "r", "i")
    ),
    *["lt", "gt", "le", "ge", "eq", "ne", "mro_entries", "array"],
):
    setattr(Absent, f"__{_name}__", Absent._refuse)


def course_module() -> types.ModuleType:
    """Make the module `autograder` as code sees it while grading: an inert `check` and `lab`, and a refusal of all
    else."""
    course = types.ModuleType("autograder")
    course.__path__ = []
    vars(course).update(dict.fromkeys(COURSE_NAMES, Inert()), __getattr__=_refuse_name_of_course)
    return course


def _refuse_name_of_course(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise ModuleNotFoundError(_not_available(f"autograder.{name}"), name="autograder")
