"""The same call with other dtypes, memory orders and shapes: a requirement that is derived, not written.

From the arguments of an ordinary call, every array takes each form: float32, whole numbers, Fortran order, every second
entry of a larger array, no entries, more axes. One form to a case.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.sampling import Sampler, strided

ANY_SHAPE = "any shape, memory order and dtype"
ANY_SHAPES = "any shapes, memory order and dtype"
ANY_ORDER = "any memory order and dtype"

Arguments = dict[str, Any]


def requirement_of(
    arguments: Callable[..., Arguments], *, name: str = "", **options: Any
) -> tuple[str, Callable[[Sampler], Iterator[Case]]]:
    """The name of the derived requirement and its cases. options: those of `cases_of_any_form`."""
    of_any_shape = len(inspect.signature(arguments).parameters) > 1
    return (
        name or (ANY_SHAPE if of_any_shape else ANY_ORDER),
        lambda sample: cases_of_any_form(sample, arguments, of_any_shape, **options),
    )


def cases_of_any_form(
    sample: Sampler,
    arguments: Callable[..., Arguments],
    of_any_shape: bool,
    *,
    without: Collection[str] = (),
    fixed: Collection[str] = (),
    whole: Collection[str] | None = None,
    more: Callable[[Sampler], Iterable[Case]] | None = None,
) -> Iterator[Case]:
    """A case for each form that the arrays of a call can take.

    arguments: `sample -> arguments` of a small ordinary call in float64, or `sample, shape -> arguments` where the
        arrays can have any shape. It is called anew for each form.
    without: forms that make no sense here, by name: "float32", "whole numbers", "Fortran order",
        "every second entry of a larger array", "no entries", "float32, four dimensions" (any shape) or
        "float32, random" (fixed shapes).
    fixed: arguments that stay as they are in every form.
    whole: arguments that hold whole numbers in that case; all arrays of floats if None.
    more: further cases, written by hand.
    """

    def call(*shape: int) -> Arguments:
        return arguments(sample, shape) if of_any_shape else arguments(sample)

    forms: list[tuple[str, Callable[[], Arguments]]] = [
        ("float32", lambda: changed(call(2), as_float32, fixed)),
        ("whole numbers", lambda: changed(call(2, 1), as_whole_numbers, fixed, whole)),
        ("Fortran order", lambda: changed(call(3, 4), np.asfortranarray, fixed)),
        ("every second entry of a larger array", lambda: changed(call(3, 4), strided, fixed)),
    ]
    if of_any_shape:
        forms.append(("no entries", lambda: call(0, 3)))
    for name, make in forms:
        if name not in without:
            yield Case(name, make())
    if more is not None:
        yield from more(sample)
    last = "float32, four dimensions" if of_any_shape else "float32, random"
    if last not in without:
        for _ in sample.repeat(public=1, hidden=3):
            shape = sample.shape(4, largest=5) if of_any_shape else ()
            yield Case(last, changed(call(*shape), as_float32, fixed))


def changed(
    arguments: Arguments,
    change: Callable[[np.ndarray], np.ndarray],
    fixed: Collection[str] = (),
    only: Collection[str] | None = None,
) -> Arguments:
    """The arguments with every array changed, also in lists and dicts: in all but `fixed` ones, or in `only` some."""
    chosen = set(arguments if only is None else only) - set(fixed)
    return {name: _changed(value, change) if name in chosen else value for name, value in arguments.items()}


def _changed(value: Any, change: Callable[[np.ndarray], np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        return change(value) if value.ndim else value
    if isinstance(value, (list, tuple)):
        return type(value)(_changed(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _changed(item, change) for key, item in value.items()}
    return value


def as_float32(array: np.ndarray) -> np.ndarray:
    """The same numbers in float32; what holds no floats stays as it is."""
    return array.astype("float32") if array.dtype.kind == "f" else array


def as_whole_numbers(array: np.ndarray) -> np.ndarray:
    """The nearest whole numbers away from zero; what holds no floats stays as it is."""
    if array.dtype.kind != "f":
        return array
    return np.where(array < 0, np.floor(array), np.ceil(array)).astype(int)
