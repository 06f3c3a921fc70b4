"""The code of a function, where it can be read: in a notebook's cell, or in a file."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any


@dataclass(frozen=True)
class OwnCode:
    """A function's definition as text, its first line in the cell or file, and the names that it uses."""

    source: str
    first_line: int
    namespace: dict[str, Any]


def code_of(function: Callable[..., Any]) -> OwnCode | None:
    """Read a function's code; None for what is no plain function, and for one that uses names of a function around
    it."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return None
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError, SyntaxError, IndentationError):
        return None
    return OwnCode(textwrap.dedent("".join(lines)), first, function.__globals__)
