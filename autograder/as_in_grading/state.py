"""What a function keeps from one call to the next: put back after each call, as grading makes every call afresh."""

from __future__ import annotations

import contextlib
import copy
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

Restore = Callable[[], None]


@contextlib.contextmanager
def put_back(names: dict[str, Any], used: Iterable[str], functions: Iterable[Any]) -> Iterator[None]:
    """Put everything back as it was after a block: names of the notebook, what they hold, and what functions keep."""
    used, functions = list(used), list(functions)
    restore = [_random_numbers(), *map(_content_of, (names[name] for name in used if name in names))]
    restore += [part for function in functions for part in _kept_by(function)]
    before = {name: names[name] for name in used if name in names}
    try:
        yield
    finally:
        for name in used:
            names.pop(name, None)
        names.update(before)
        for step in restore:
            step()


def _kept_by(function: Any) -> list[Restore]:
    """Return what restores a function's or an object's own attributes, default values and closure."""
    steps = [_content_of(vars(function))] if type(getattr(function, "__dict__", None)) is dict else []
    if isinstance(function, types.FunctionType):
        defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        steps += map(_content_of, defaults)
        steps += map(_cell, function.__closure__ or ())
    return steps


def _cell(cell: types.CellType) -> Restore:
    try:
        content = cell.cell_contents
    except ValueError:
        return lambda: None
    inside = _content_of(content)

    def restore() -> None:
        cell.cell_contents = content
        inside()

    return restore


def _random_numbers() -> Restore:
    state = np.random.get_state()
    return lambda: np.random.set_state(state)


def _content_of(value: Any, within: tuple[int, ...] = ()) -> Restore:
    """Return what puts back the content of a container, an array or a generator of random numbers, in place.

    within: the ids of the containers that it is in: one may hold itself.
    """
    if type(value) in (list, set, dict) and id(value) not in within:
        content = value.copy()
        items = content.values() if type(value) is dict else content
        inside = [_content_of(item, (*within, id(value))) for item in items]

        def restore() -> None:
            value.clear()
            (value.extend if type(value) is list else value.update)(content)
            for step in inside:
                step()

        return restore
    if type(value) is np.ndarray and value.flags.writeable and not value.dtype.hasobject:
        array = value.copy()
        return lambda: np.copyto(value, array)
    if isinstance(value, np.random.Generator):
        state = copy.deepcopy(value.bit_generator.state)
        return lambda: setattr(value.bit_generator, "state", state)
    if isinstance(value, np.random.RandomState):
        before = value.get_state()
        return lambda: value.set_state(before)
    return lambda: None
