"""The cells that a notebook has run, as IPython remembers them, less those that were changed since."""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass, field
from typing import Any

from autograder.plaindata.notebook_shell import current_shell
from autograder.plaindata.stand_ins import NOT_PYTHON


@dataclass
class Notebook:
    """The names of a notebook, and the sources of its cells in the order in which they ran, as plain Python.

    replaced: earlier forms of cells that were changed and run again. is_known: whether these are all cells.
    """

    names: dict[str, Any]
    cells: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    is_known: bool = False


_ids: dict[int, str] = {}
"""Number of an executed cell -> the id that the notebook's file has for it."""


def notebook_of(function: Any) -> Notebook:
    """Return the notebook that `check` runs in; where it is none, the one cell that the function stands in, if any."""
    shell = current_shell()
    if shell is not None:
        return Notebook(shell.user_ns, *_executed(shell), is_known=True)
    code = getattr(function, "__code__", None)
    source = "" if code is None or os.path.exists(code.co_filename) else "".join(linecache.getlines(code.co_filename))
    return Notebook(getattr(function, "__globals__", {}), [source] if source else [])


def remember_cells() -> None:
    """Remember from now on which cell of the notebook's file each executed source comes from."""
    shell = current_shell()
    if shell is not None:
        shell.events.register("post_run_cell", _remember)


def _remember(result: Any) -> None:
    cell_id = getattr(result.info, "cell_id", None)
    if cell_id and result.execution_count:
        _ids[result.execution_count] = cell_id


def _executed(shell: Any) -> tuple[list[str], list[str]]:
    """Return the sources of the cells, and those that later ones have replaced."""
    sources = list(enumerate(shell.history_manager.input_hist_raw))[1:]
    last = {_ids[number]: number for number, _ in sources if number in _ids}
    current: list[str] = []
    replaced: list[str] = []
    for number, source in sources:
        is_last = number not in _ids or last[_ids[number]] == number
        (current if is_last else replaced).append(as_python(shell, source))
    return current, replaced


def as_python(shell: Any, source: str) -> str:
    """Translate a cell's magics and shell lines; "" for a cell in another language."""
    first, _, rest = source.lstrip().partition("\n")
    if first.startswith("%%"):
        magic = first.removeprefix("%%").split()
        return "" if not magic or NOT_PYTHON.fullmatch(magic[0]) else as_python(shell, rest)
    try:
        return shell.transform_cell(source)
    except Exception:
        return source
