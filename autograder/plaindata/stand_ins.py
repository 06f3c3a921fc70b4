"""What code of a student's finds while grading: NumPy, Python's own modules, and stand-ins for what draws and shows.

The same rules hold in the sandbox, where they are the truth, and for `check` in a notebook, which goes by them.
"""

from __future__ import annotations

import itertools
import opcode
import re
import sys
import types
from collections.abc import Callable, Collection
from typing import Any

INERT = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "tqdm")
"""Packages that may be imported, and do nothing; tqdm hands on what it is given."""
COURSE_NAMES = ("check", "lab")
"""What a notebook imports from the course: both do nothing while grading."""
NEEDS_LIBRARIES = ("tkinter", "turtle", "turtledemo", "idlelib", "curses", "readline", "sqlite3", "ssl", "nis", "spwd")
"""Modules of the standard library that are not there: they need libraries that no exercise does."""
AVAILABLE = (sys.stdlib_module_names | {"numpy", "autograder", "__main__"}) - set(NEEDS_LIBRARIES)
NOT_PYTHON = re.compile(
    r"HTML|SVG|R|ai|bash|cmd|cython|file|html|javascript|js|latex|markdown|perl|pypy|python[23]?|ruby|script|sh|sql|svg|"
    r"sx|system|writefile"
)
"""Cell magics whose body does nothing in the notebook's own process. The body of every other one is run."""
NOT_AVAILABLE = "is not available while grading"
INERT_NUMBER = "a number was asked of something for plots, widgets or lab (Inert), which does nothing while grading"
NUMBERED = re.compile(r"\b(?:Out|In|_oh|_ih|_dh|_i{1,3}|_i?[1-9]\d*)\b")
"""IPython's names for cells by their number, and for the sources of the last ones."""
NO_INPUT = f"input() {NOT_AVAILABLE}: nobody is there to answer"


def refusal(module: str, packages: Collection[str] = ()) -> str:
    """Say why a module cannot be imported while grading; "" where it can.

    packages: the top-level names of those that the course allows beside NumPy.
    """
    top, _, rest = module.partition(".")
    if top == "autograder":
        known = not rest or rest.partition(".")[0] == "lab"
        return "" if known else _not_available(module)
    known = top in AVAILABLE or top in INERT or top in packages or top.startswith("_")
    return "" if known else _not_available(top)


def _not_available(name: str) -> str:
    return f"{name} {NOT_AVAILABLE}: the exercises are in NumPy"


def is_inert(module: str, packages: Collection[str] = ()) -> bool:
    """Whether a module is there only in name."""
    top, _, rest = module.partition(".")
    return (top in INERT and top not in packages) or (top == "autograder" and rest.partition(".")[0] == "lab")


def not_numbered(name: str) -> NameError:
    """Return what IPython's name for a numbered cell raises: the numbers are others in grading."""
    return NameError(f"{name} {NOT_AVAILABLE}, where cells have other numbers: give the value a name of its own")


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
        raise TypeError(INERT_NUMBER)

    def __int__(self) -> int:
        raise TypeError(INERT_NUMBER)

    def __array__(self, *arguments: Any, **options: Any) -> Any:
        raise TypeError(INERT_NUMBER)


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


class _Progress(Inert):
    """Stands in for a progress bar of tqdm: it is what it is given, and shows nothing."""

    def __init__(self, iterable: Any = None, *arguments: Any, **options: Any) -> None:
        self._iterable = () if iterable is None else iterable

    def __iter__(self) -> Any:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)


class _ProgressMaker:
    """Stands in for the class tqdm."""

    def __call__(self, *arguments: Any, **options: Any) -> _Progress:
        return _Progress(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


def _mapped(function: Callable[..., Any], *iterables: Any, **options: Any) -> list:
    return list(map(function, *iterables))


_MAKER = _ProgressMaker()
_OF_TQDM: dict[str, Any] = {
    **dict.fromkeys(("tqdm", "tqdm_notebook", "tqdm_gui", "tqdm_asyncio", "tqdm_rich"), _MAKER),
    **dict.fromkeys(
        ("trange", "tnrange", "tgrange", "trrange"), lambda *numbers, **options: _Progress(range(*numbers))
    ),
    **dict.fromkeys(("thread_map", "process_map"), _mapped),
    "tenumerate": lambda iterable, start=0, *arguments, **options: enumerate(iterable, start),
    "tzip": lambda *iterables, **options: zip(*iterables, strict=False),
    "tmap": lambda function, *iterables, **options: map(function, *iterables),
    "product": lambda *iterables, **options: itertools.product(*iterables),
}
MODULES_OF_TQDM = (
    "asyncio",
    "auto",
    "autonotebook",
    "concurrent",
    "contrib",
    "gui",
    "itertools",
    "notebook",
    "rich",
    "std",
)


class ProgressModule(types.ModuleType):
    """The module tqdm, or one in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return ProgressModule(f"{self.__name__}.{name}") if name in MODULES_OF_TQDM else _OF_TQDM.get(name, Inert())


def inert_module(name: str) -> types.ModuleType:
    """Make what stands in for a module that is there only in name."""
    return ProgressModule(name) if name.partition(".")[0] == "tqdm" else InertModule(name)


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
