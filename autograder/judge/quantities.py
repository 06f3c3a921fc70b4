"""What a factor can be: a constant, a size of an argument, a setting, and what formulas make of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Quantity:
    """Something that has a value in every case. text: how it is written. values: one a case, or one for all."""

    text: str
    values: list[float]


CONSTANTS = tuple(
    Quantity(text, [value])
    for text, value in (
        ("1", 1.0),
        ("-1", -1.0),
        ("2", 2.0),
        ("-2", -2.0),
        ("1/2", 0.5),
        ("-1/2", -0.5),
        ("3", 3.0),
        ("1/3", 1 / 3),
        ("the root of 2", 2**0.5),
        ("1 over the root of 2", 0.5**0.5),
        ("the root of 3", 3**0.5),
        ("1 over the root of 3", (1 / 3) ** 0.5),
        ("1/log(2)", 1 / np.log(2)),
        ("pi", np.pi),
    )
)

FORMS_OF_A_SETTING: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("{}", lambda v: v),
    ("1/{}", lambda v: 1 / v),
    ("(1 - {})", lambda v: 1 - v),
    ("1/(1 - {})", lambda v: 1 / (1 - v)),
    ("the square root of {}", np.sqrt),
    ("1 over the square root of {}", lambda v: 1 / np.sqrt(v)),
    ("the square root of (1 - {})", lambda v: np.sqrt(1 - v)),
    ("1 over the square root of (1 - {})", lambda v: 1 / np.sqrt(1 - v)),
    ("{}**2", np.square),
    ("1/{}**2", lambda v: 1 / v**2),
    ("(1 - {})**2", lambda v: (1 - v) ** 2),
    ("1/(1 - {})**2", lambda v: 1 / (1 - v) ** 2),
    ("(1 + {})", lambda v: 1 + v),
    ("1/(1 + {})", lambda v: 1 / (1 + v)),
    ("{0}/(1 - {0})", lambda v: v / (1 - v)),
    ("(1 - {0})/{0}", lambda v: (1 - v) / v),
    ("2 {}", lambda v: 2 * v),
    ("{}/2", lambda v: v / 2),
)
FORMS_OF_A_SIZE: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("{}", lambda n: n),
    ("1/{}", lambda n: 1 / n),
    ("the square root of {}", np.sqrt),
    ("1 over the square root of {}", lambda n: 1 / np.sqrt(n)),
    ("{0}/({0} - 1)", lambda n: n / (n - 1)),
    ("({0} - 1)/{0}", lambda n: (n - 1) / n),
    ("the square root of {0}/({0} - 1)", lambda n: np.sqrt(n / (n - 1))),
    ("the square root of ({0} - 1)/{0}", lambda n: np.sqrt((n - 1) / n)),
    ("{}**2", np.square),
    ("1/{}**2", lambda n: 1 / n**2),
)
FORMS_OF_TWO: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("{} {}", operator.mul),
    ("1/({} {})", lambda v, w: 1 / (v * w)),
)
FORMS_IN_ORDER: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("{}/{}", operator.truediv),
    ("(1 - {}) {}", lambda v, w: (1 - v) * w),
    ("{}**{}", lambda v, w: v**w),
    ("(1 - {}**{})", lambda v, w: 1 - v**w),
    ("1/(1 - {}**{})", lambda v, w: 1 / (1 - v**w)),
    ("the square root of (1 - {}**{})", lambda v, w: np.sqrt(1 - v**w)),
    ("1 over the square root of (1 - {}**{})", lambda v, w: 1 / np.sqrt(1 - v**w)),
)


@dataclass(frozen=True, eq=False)
class Quantities:
    """The quantities of several calls, the simpler ones first, negative ones last. values: (quantities, calls)."""

    texts: list[str]
    values: np.ndarray

    @classmethod
    def of(cls, calls: list[dict[str, Any]]) -> Quantities:
        """Return the quantities of calls, given by their arguments."""
        found = list(_positive(calls))
        texts = [text for text, _ in found]
        values = np.array([values for _, values in found]).reshape(len(found), len(calls))
        return cls([*texts, *(f"-{text}" for text in texts)], np.concatenate([values, -values]))

    def find(self, factors: np.ndarray, room: np.ndarray) -> Quantity | None:
        """Return the first that is the factor in every call, with at least two different values. NaN: any will do."""
        asked = ~np.isnan(factors)
        with np.errstate(all="ignore"):
            fits = (np.abs(self.values[:, asked] - factors[asked]) <= room[asked]).all(axis=1)
        for number in np.flatnonzero(fits):
            if len(set(np.round(self.values[number, asked], 9).tolist())) > 1:
                return Quantity(self.texts[number], self.values[number].tolist())
        return None


def _positive(calls: list[dict[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    settings, sizes = dict(_settings(calls)), dict(_sizes(calls))
    with np.errstate(all="ignore"):
        for form, make in FORMS_OF_A_SETTING:
            for name, values in settings.items():
                yield form.format(name), make(values)
        for form, make in FORMS_OF_A_SIZE:
            for name, values in sizes.items():
                yield form.format(name), make(values)
        for form, pair in FORMS_OF_TWO:
            for one, other in combinations(settings, 2):
                yield form.format(one, other), pair(settings[one], settings[other])
        for form, pair in FORMS_IN_ORDER:
            for one, other in permutations(settings, 2):
                if "**" not in form or _is_power(settings[one], settings[other]):
                    yield form.format(one, other), pair(settings[one], settings[other])


def _is_power(base: np.ndarray, exponent: np.ndarray) -> bool:
    """Whether a power of two settings makes sense: that of a share, with a whole number."""
    return bool(((base >= 0) & (base < 1)).all() and (exponent == np.round(exponent)).all() and (exponent >= 1).all())


def _settings(calls: list[dict[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arguments that are numbers in every call."""
    for name in calls[0]:
        values = [call.get(name) for call in calls]
        if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
            yield f"`{name}`", np.array(values, dtype=float)


def _sizes(calls: list[dict[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the lengths of the arguments' axes and their numbers of entries, none of them twice."""
    known: set[bytes] = set()
    for text, values in _all_sizes(calls):
        if values.tobytes() not in known:
            known.add(values.tobytes())
            yield text, values


def _all_sizes(calls: list[dict[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    for name in calls[0]:
        values = [call.get(name) for call in calls]
        arrays = [value for value in values if isinstance(value, np.ndarray)]
        if len(arrays) == len(values):
            axes = min(array.ndim for array in arrays)
            for axis in range(axes):
                yield f"`{name}.shape[{axis}]`", np.array([float(array.shape[axis]) for array in arrays])
            yield f"`{name}.size`", np.array([float(array.size) for array in arrays])
            if axes > 1:
                yield f"`{name}[0].size`", np.array([array.size / max(array.shape[0], 1) for array in arrays])
                yield (
                    f"(`{name}.size / {name}.shape[1]`)",
                    np.array([array.size / max(array.shape[1], 1) for array in arrays]),
                )
        lists = [value for value in values if isinstance(value, (list, tuple))]
        if len(lists) == len(values):
            yield f"`len({name})`", np.array([float(len(items)) for items in lists])
