"""The same call with other dtypes and memory orders, or numbers of axes: cases that are derived, not written.

From the arguments of an ordinary call, every array takes each form: float32, whole numbers, Fortran order, every second
entry of a larger array. One form to a case.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.sampling import Sampler, strided

ANY_AXES = "any number of axes"
"""The name of the requirement of functions that work entry by entry."""
NO_ENTRIES = "arrays without entries"
"""What a remark calls them."""

ANY_DTYPE = "any dtype"
"""The computation of cases in float32: the row of tolerances that forgives lost digits."""

Arguments = dict[str, Any]
Cases = Callable[[Sampler], Iterator[Case]]


def cases_of(arguments: Callable[..., Arguments], **options: Any) -> Cases:
    """The cases of the contract. options: those of `cases_of_any_form`."""
    return lambda sample: cases_of_any_form(sample, arguments, _of_any_shape(arguments), **options)


def any_axes(arguments: Callable[..., Arguments]) -> Cases:
    """Cases of one, three and four axes. arguments: `sample, shape -> arguments`."""

    def cases(sample: Sampler) -> Iterator[Case]:
        yield Case("one axis", arguments(sample, (3,)))
        yield Case("three axes", arguments(sample, (2, 1, 3)))
        for _ in sample.repeat(public=1, hidden=2):
            yield Case("four axes", arguments(sample, sample.shape(4, largest=5)))

    return cases


def without_entries(arguments: Callable[..., Arguments], without: Collection[str] = ()) -> Cases | None:
    """The case of arrays without entries; None where the arguments have one shape, or without "no entries"."""
    if not _of_any_shape(arguments) or "no entries" in without:
        return None
    return lambda sample: iter([Case("no entries", arguments(sample, (0, 3)))])


def _of_any_shape(arguments: Callable[..., Arguments]) -> bool:
    return len(inspect.signature(arguments).parameters) > 1


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
        "every second entry of a larger array", "float32, random".
    fixed: arguments that stay as they are in every form.
    whole: arguments that hold whole numbers in that case; all arrays of floats if None.
    more: further cases, written by hand.
    """

    def call(*shape: int) -> Arguments:
        return arguments(sample, shape) if of_any_shape else arguments(sample)

    forms: list[tuple[str, Callable[[], Arguments]]] = [
        ("float32", lambda: changed(call(1, 2), as_float32, fixed)),
        ("whole numbers", lambda: changed(call(2, 1), as_whole_numbers, fixed, whole)),
        ("Fortran order", lambda: changed(call(3, 4), np.asfortranarray, fixed)),
        ("every second entry of a larger array", lambda: changed(call(3, 4), strided, fixed)),
    ]
    for name, make in forms:
        if name not in without:
            yield Case(name, make(), computation=ANY_DTYPE if name == "float32" else None)
    if more is not None:
        yield from more(sample)
    if "float32, random" not in without:
        for _ in sample.repeat(public=1, hidden=3):
            yield Case("float32, random", changed(call(*sample.shape()), as_float32, fixed), computation=ANY_DTYPE)


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
