"""Where numbers are wrong and where they are right: sides that an argument divides the cases or their numbers into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from autograder.judge.answers import Observation

Side = tuple[str, np.ndarray]
"""How it is called ("where `z` < 0"), and which of all numbers are on it."""

COMPARISONS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("is 0", lambda x: x == 0),
    ("< 0", lambda x: x < 0),
    ("> 0", lambda x: x > 0),
    ("<= 0", lambda x: x <= 0),
    (">= 0", lambda x: x >= 0),
)
COMPARISONS_OF_TWO: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray]], ...] = (
    ("where `{}` is `{}`", np.equal),
    ("where `{}` < `{}`", np.less),
    ("where `{}` <= `{}`", np.less_equal),
    ("where `{}` > `{}`", np.greater),
    ("where `{}` >= `{}`", np.greater_equal),
    ("where |`{}`| > `{}`", lambda x, limit: np.abs(x) > limit),
    ("where |`{}`| <= `{}`", lambda x, limit: np.abs(x) <= limit),
)
OPPOSITES = ((" > 0", " <= 0"), (" is True", " is False"), (" = True", " = False"))


def is_of_numbers(side: str) -> bool:
    """Whether a side is one of single numbers, not of whole cases."""
    return side.startswith("where `") and not side.endswith("left out")


def is_of_two(side: str) -> bool:
    """Whether a side compares an argument with another one: many such hold by chance."""
    return side.count("`") > 2


def opposites(sides: Iterable[Side]) -> Iterator[tuple[Side, Side]]:
    """Yield the sides that have another one opposite, each with that."""
    for text, mask in sides:
        for sign, opposite in OPPOSITES:
            if text.endswith(sign) and not text.startswith("for"):
                yield (text, mask), (text.removesuffix(sign) + opposite, ~mask)


def sides_of(seen: list[Observation]) -> list[Side]:
    """Return the sides that the arguments divide the numbers of some observations into."""
    found: list[Side] = []
    for name in dict.fromkeys(name for one in seen for name in one.arguments):
        values = [one.arguments.get(name) for one in seen]
        pairs = list(zip(values, seen, strict=True))
        if all(isinstance(value, np.ndarray) and value.shape == one.expected.shape for value, one in pairs):
            found += _of_array(name, values, seen)
        elif not any(isinstance(value, np.ndarray) for value in values):
            found += _of_setting(name, values, seen)
    return found + list(_of_axes(seen))


def _of_array(name: str, values: list[Any], seen: list[Observation]) -> Iterator[Side]:
    kinds = {value.dtype.kind for value in values}
    array = np.concatenate([value.ravel() for value in values])
    if kinds == {"b"}:
        yield f"where `{name}` is True", array
        yield f"where `{name}` is False", ~array
    elif "b" not in kinds:
        for text, test in COMPARISONS:
            yield f"where `{name}` {text}", test(array)
        for key, value in seen[0].arguments.items():
            if _is_number(value) and all(_is_number(one.arguments.get(key)) for one in seen):
                limits = np.concatenate([np.full(one.expected.size, float(one.arguments[key])) for one in seen])
                for form, compare in COMPARISONS_OF_TWO:
                    yield form.format(name, key), compare(array, limits)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole_cases(seen: list[Observation], chosen: Iterable[bool]) -> np.ndarray:
    return np.repeat(np.array(list(chosen), dtype=bool), [one.expected.size for one in seen])


def _of_setting(name: str, values: list[Any], seen: list[Observation]) -> Iterator[Side]:
    left_out = [name not in one.given for one in seen]
    if any(left_out) and not all(left_out):
        yield f"where `{name}` is left out", _whole_cases(seen, left_out)
    for special in (True, False, None):
        if any(value is special for value in values):
            yield f"with `{name}` = {special}", _whole_cases(seen, (value is special for value in values))
    for text in sorted({value for value in values if isinstance(value, str)}):
        yield f"for `{name}` = {text!r}", _whole_cases(seen, (value == text for value in values))
    if all(map(_is_number, values)):
        for number in (0, 1):
            yield f"for `{name}` = {number}", _whole_cases(seen, (value == number for value in values))
            yield f"for `{name}` > {number}", _whole_cases(seen, (value > number for value in values))
        yield f"for negative `{name}`", _whole_cases(seen, (value < 0 for value in values))


def _of_axes(seen: list[Observation]) -> Iterator[Side]:
    axes = [next((value.ndim for value in one.arguments.values() if isinstance(value, np.ndarray)), 0) for one in seen]
    for count in sorted(set(axes)):
        text = f"where the first array has {count} {'axis' if count == 1 else 'axes'}"
        yield text, _whole_cases(seen, (number == count for number in axes))
