"""Find what the wrong numbers of an output have to do with the right ones: a lost sign, a factor, a transposed result.

No list of mistakes is needed. A relation is told only if it holds for every number in which it could be seen, in every
case; where it holds on one side alone (where z < 0, with training=False), the other side has to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.judge.answers import FEWEST_NUMBERS, Evidence, Observation, in_shape_of
from autograder.judge.quantities import CONSTANTS, Quantities, Quantity

SLACK = 4.0
"""How many tolerances a number may be from what a relation gives: the relation itself rounds."""
MOST_CONDITIONS = 8
ROUNDING = 1e-6
"""How closely a factor must be a quantity's value, as a share of it, beyond the rounding of the numbers."""


@dataclass(frozen=True)
class Claim:
    """A sentence about one output. name: in a few words, to be counted. rank: the smaller, the more it says."""

    name: str
    text: str
    rank: int
    output: str = ""


@dataclass(eq=False)
class View:
    """The numbers of one output that a relation is sought for: the output itself, or by how much it changes.

    got, expected, allowed: an array for each observation. numbers: the function's, of the output itself. subject: how a sentence begins ("`m` is", "Your numbers are").
    """

    seen: list[Observation]
    got: list[np.ndarray]
    expected: list[np.ndarray]
    allowed: list[np.ndarray]
    numbers: list[np.ndarray]
    subject: str
    plural: bool
    is_change: bool = False
    is_less: bool = False

    @cached_property
    def quantities(self) -> Quantities:
        """What a factor can be in each observation."""
        return Quantities.of([one.arguments for one in self.seen])

    @cached_property
    def has_fractions(self) -> bool:
        """Whether the right numbers are no counts."""
        with np.errstate(all="ignore"):
            return any((np.mod(x, 1) != 0).any() for x in self.expected)

    @property
    def verb(self) -> str:
        """The verb that follows the subject."""
        return "are" if self.plural else "is"


Masks = list[np.ndarray]


def claims_of(seen: list[Observation], *, alone: bool) -> Iterator[Claim]:
    """Yield what holds of one output, what says most first. alone: whether the function has no other output."""
    seen = [one for one in seen if np.isfinite(one.expected).any() or one.expected.size == 0]
    wrong = [one for one in seen if not one.right]
    if not wrong or any(one.got is None for one in wrong):
        return
    name = seen[0].output
    if name in seen[0].arguments and all(one.expected.ndim == 0 for one in seen):
        return  # a counter that the next call gets: what its first wrong values have in common means little
    show_numbers = any(not one.hidden for one in wrong)
    yield from _of_shape(seen, wrong, name, alone)
    if any(one.got is None or in_shape_of(one.got, one.expected) is None for one in seen):
        return
    views = list(_views(seen, name, alone))
    for view in views:
        yield from _of_view(view, _everywhere(view), "", show_numbers)
    conditions = _conditions(views[0])
    for view in views[: 1 + views[-1].is_change]:
        for condition, masks in conditions:
            yield from _of_view(view, masks, condition, show_numbers)
    yield from _of_both_sides(views[0], show_numbers)


def _views(seen: list[Observation], name: str, alone: bool) -> Iterator[View]:
    got = [in_shape_of(one.got, one.expected) for one in seen if one.got is not None]
    numbers = [array for array in got if array is not None]
    expected, allowed = [one.expected for one in seen], [one.limit.allowed(one.expected) for one in seen]
    subject = "Your numbers" if alone else f"Your `{name}`"
    whole = View(seen, numbers, expected, allowed, numbers, subject, alone)
    yield whole
    for argument, bases in _arguments_that_fill(whole):
        less = (
            [a - b for a, b in zip(numbers, bases, strict=True)],
            [a - b for a, b in zip(expected, bases, strict=True)],
        )
        room = [limit + one.limit.allowed(b) for limit, one, b in zip(allowed, seen, bases, strict=True)]
        if argument != name:
            yield View(seen, *less, room, numbers, f"Without `{argument}`, {_lower(subject)}", alone, is_less=True)
    before = [_before(one) for one in seen]
    if all(array is not None for array in before):
        old = [array for array in before if array is not None]
        changes = (
            [a - b for a, b in zip(numbers, old, strict=True)],
            [a - b for a, b in zip(expected, old, strict=True)],
        )
        room = [limit + one.limit.allowed(b) for limit, one, b in zip(allowed, seen, old, strict=True)]
        yield View(seen, *changes, room, numbers, f"The change of `{name}`", False, is_change=True)


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _of_both_sides(view: View, show_numbers: bool) -> Iterator[Claim]:
    """Yield what holds on either side where the numbers of both are wrong."""
    the = "the right ones" if view.plural else "the right one"
    for (text, masks), (other_text, others) in _opposites(view.seen):
        sides = []
        for side, mask in ((text, masks), (other_text, others)):
            found = [one for one in _relations(view, mask, show_numbers) if _holds(view, mask, one[3])]
            if not found:
                break
            sides.append(f"{side}, {min(found, key=lambda one: one[1])[2]}")
        if len(sides) == 2:
            told = f"{view.subject} {view.verb}, {sides[0]}; {sides[1]}."
            yield Claim("both sides wrong", told.replace(the, the), 30, view.seen[0].output)
            return


def _opposites(seen: list[Observation]) -> Iterator[tuple[tuple[str, Masks], tuple[str, Masks]]]:
    for text, masks in _sides(seen):
        for sign, opposite in ((" > 0", " <= 0"), (" is True", " is False"), (" = True", " = False")):
            if text.endswith(sign) and not text.startswith("for"):
                yield (text, masks), (text.removesuffix(sign) + opposite, [~mask for mask in masks])


def _before(one: Observation) -> np.ndarray | None:
    """Return the argument of the same name as an output, where it has its shape."""
    value = one.arguments.get(one.output)
    for part in one.path[1:]:
        value = (
            value[part] if isinstance(value, (list, tuple)) and isinstance(part, int) and part < len(value) else None
        )
    if isinstance(value, bool) or not isinstance(value, (np.ndarray, float, int)):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.shape == one.expected.shape and array.dtype.kind in "fiu" else None


# ---------------------------------------------------------------- conditions


def _everywhere(view: View) -> Masks:
    return [np.ones(array.shape, bool) for array in view.expected]


def _conditions(view: View) -> list[tuple[str, Masks]]:
    """Return the sides on which all wrong numbers lie, with right ones on the other side; the narrowest first."""
    right = [one.is_right(got) for one, got in zip(view.seen, view.numbers, strict=True)]
    finite = [np.isfinite(one.expected) for one in view.seen]
    found = []
    for text, masks in _sides(view.seen):
        trios = list(zip(right, finite, masks, strict=True))
        if not any((~ok & ~mask).any() for ok, _, mask in trios):
            outside = sum(int((ok & usual & ~mask).sum()) for ok, usual, mask in trios)
            inside = sum(int((ok & mask).sum()) for ok, _, mask in trios)
            if outside >= FEWEST_NUMBERS:
                found.append((inside, text, masks))
    found.sort(key=lambda one: one[0])
    return [(text, masks) for _, text, masks in found[:MOST_CONDITIONS]]


SIGNS_OF_TWO = ("< `", "> `", "<= `", ">= `")
"""How a condition compares an argument with another one. Many such hold by chance."""

COMPARISONS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("is 0", lambda x: x == 0),
    ("< 0", lambda x: x < 0),
    ("> 0", lambda x: x > 0),
    ("<= 0", lambda x: x <= 0),
    (">= 0", lambda x: x >= 0),
)


def _sides(seen: list[Observation]) -> Iterator[tuple[str, Masks]]:
    names = list(dict.fromkeys(name for one in seen for name in one.arguments))
    for name in names:
        values = [one.arguments.get(name) for one in seen]
        arrays = [
            isinstance(value, np.ndarray) and value.shape == one.expected.shape
            for value, one in zip(values, seen, strict=True)
        ]
        if all(arrays):
            yield from _sides_of_array(name, values, seen)
        elif all(not isinstance(value, np.ndarray) for value in values):
            yield from _sides_of_setting(name, values, seen)
    yield from _sides_of_shape(seen)


def _sides_of_array(name: str, values: list[Any], seen: list[Observation]) -> Iterator[tuple[str, Masks]]:
    if all(value.dtype.kind == "b" for value in values):
        yield f"where `{name}` is True", list(values)
        yield f"where `{name}` is False", [~value for value in values]
        return
    if any(value.dtype.kind == "b" for value in values):
        return
    for text, test in COMPARISONS:
        yield f"where `{name}` {text}", [test(value) for value in values]
    settings = [
        key
        for key, value in seen[0].arguments.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    for key in settings:
        limits = [one.arguments.get(key) for one in seen]
        if all(isinstance(limit, (int, float)) for limit in limits):
            pairs = list(zip(values, limits, strict=True))
            yield f"where `{name}` is `{key}`", [value == limit for value, limit in pairs]
            yield f"where `{name}` < `{key}`", [value < limit for value, limit in pairs]
            yield f"where `{name}` <= `{key}`", [value <= limit for value, limit in pairs]
            yield f"where `{name}` > `{key}`", [value > limit for value, limit in pairs]
            yield f"where `{name}` >= `{key}`", [value >= limit for value, limit in pairs]
            yield f"where |`{name}`| > `{key}`", [np.abs(value) > limit for value, limit in pairs]
            yield f"where |`{name}`| <= `{key}`", [np.abs(value) <= limit for value, limit in pairs]


def _all_or_nothing(seen: list[Observation], chosen: Iterable[bool]) -> Masks:
    return [np.full(one.expected.shape, bool(yes)) for one, yes in zip(seen, chosen, strict=True)]


def _sides_of_setting(name: str, values: list[Any], seen: list[Observation]) -> Iterator[tuple[str, Masks]]:
    if any(name not in one.given for one in seen) and any(name in one.given for one in seen):
        yield f"where `{name}` is left out", _all_or_nothing(seen, (name not in one.given for one in seen))
    for special in (True, False, None):
        if any(value is special for value in values):
            yield f"with `{name}` = {special}", _all_or_nothing(seen, (value is special for value in values))
    for text in sorted({value for value in values if isinstance(value, str)}):
        yield f"for `{name}` = {text!r}", _all_or_nothing(seen, (value == text for value in values))
    plain = [None if isinstance(value, bool) or not isinstance(value, (int, float)) else value for value in values]
    if all(value is not None for value in plain):
        for special in (0, 1):
            yield f"for `{name}` = {special}", _all_or_nothing(seen, (value == special for value in plain))
            yield f"for `{name}` > {special}", _all_or_nothing(seen, (value > special for value in plain))  # type: ignore[operator]
        yield f"for negative `{name}`", _all_or_nothing(seen, (value < 0 for value in plain))  # type: ignore[operator]


def _sides_of_shape(seen: list[Observation]) -> Iterator[tuple[str, Masks]]:
    axes = [next((value.ndim for value in one.arguments.values() if isinstance(value, np.ndarray)), 0) for one in seen]
    if len(set(axes)) > 1:
        for count in sorted(set(axes)):
            yield (
                f"where the first array has {count} {'axis' if count == 1 else 'axes'}",
                _all_or_nothing(seen, (n == count for n in axes)),
            )


# ---------------------------------------------------------------- relations


def _of_view(view: View, masks: Masks, condition: str, show_numbers: bool) -> Iterator[Claim]:
    """Yield the relations that hold under a condition."""
    where = (
        f"{condition[:1].upper()}{condition[1:]}, {view.subject[:1].lower()}{view.subject[1:]} "
        if condition
        else f"{view.subject} "
    )
    tail = (
        ". Elsewhere they are right." if condition and view.plural else ". Elsewhere it is right." if condition else "."
    )
    base = 20 if condition else 0
    for name, rank, text, wanted in _relations(view, masks, show_numbers):
        if _holds(view, masks, wanted):
            told = f"{where}{view.verb} {text}{tail}"
            yield Claim(
                name, told, base + rank + (5 if view.is_change else 8 if view.is_less else 0), view.seen[0].output
            )
    is_plain = not (view.is_change or view.is_less or any(sign in condition for sign in SIGNS_OF_TWO))
    if condition and is_plain and _parts_right_from_wrong(view, masks):
        name = f"wrong {condition.replace('`', '')}"
        start = "Your numbers are" if view.plural else f"Your `{view.seen[0].output}` is"
        yield Claim(name, f"{start} wrong {condition}, and right everywhere else.", 60, view.seen[0].output)


def _holds(view: View, masks: Masks, wanted: list[np.ndarray]) -> bool:
    """Whether a relation gives every number within the masks, and enough of them show it."""
    evidence = Evidence.none()
    for one, got, expected, allowed, mask, target in zip(
        view.seen, view.got, view.expected, view.allowed, masks, wanted, strict=True
    ):
        if target.shape != got.shape:
            return False
        asked = mask & np.isfinite(expected) & ~(np.isnan(target) & ~np.isfinite(got))
        room = SLACK * (allowed + one.limit.rtol * np.abs(np.where(np.isfinite(target), target, 0)))
        with np.errstate(all="ignore"):
            near = (np.abs(got - target) <= room) | ((got == target) & asked)
            shows = asked & (np.abs(target - expected) > 25 * room) & np.isfinite(target)
        if (asked & ~near).any():
            return False
        evidence.add(one.case, got[shows])
    return evidence.suffices


def _parts_right_from_wrong(view: View, masks: Masks) -> bool:
    """Whether every number within the masks is wrong and every other one right, and both are seen in two cases at least:
    side by side, where the masks divide the numbers of a case."""
    wrong, right, side_by_side, divides = set(), set(), set(), False
    for one, got, mask in zip(view.seen, view.got, masks, strict=True):
        finite = np.isfinite(one.expected)
        if (mask & finite & one.is_right(got)).any():
            return False
        wrong |= {one.case} if (mask & finite).any() else set()
        right |= {one.case} if (~mask & finite).any() else set()
        side_by_side |= wrong & right & {one.case}
        divides |= mask.size > 1 and bool(mask.any() and not mask.all())
    return len(wrong) > 1 and len(right) > 1 and (not divides or len(side_by_side) > 1)


Relation = tuple[str, int, str, list[np.ndarray]]
"""Its name, its rank, how a sentence about it goes on, and the numbers that it gives."""

TRANSFORMS: tuple[tuple[str, int, str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("sign", 1, "exactly {the} with the opposite sign", np.negative),
    ("sign lost", 2, "exactly {the} without {their} sign: the absolute value", np.abs),
    ("square", 2, "exactly the square of {the}", np.square),
    ("root", 2, "exactly the square root of {the}", np.sqrt),
    ("reciprocal", 2, "exactly 1 divided by {the}", lambda x: 1 / x),
    ("one minus", 2, "exactly 1 minus {the}", lambda x: 1 - x),
)


def _relations(view: View, masks: Masks, show_numbers: bool) -> Iterator[Relation]:
    the, their = ("the right ones", "their") if view.plural else ("the right one", "its")
    right = view.expected
    with np.errstate(all="ignore"):
        if view.is_less:
            yield "sign", 1, f"exactly {the} with the opposite sign", [np.negative(x) for x in right]
            yield from _factors(view, masks, the, show_numbers)
            return
        if not view.is_change:
            yield from _returned_arguments(view)
            yield from _one_value(view, masks, show_numbers)
        else:
            yield "unchanged", 0, "0: it comes back as it went in", [np.zeros_like(x) for x in right]
        for name, rank, text, change in TRANSFORMS:
            if not (view.is_change and name in ("one minus",)):
                yield name, rank, text.format(the=the, their=their), [change(x) for x in right]
        yield from _orders(view, the)
        yield from _factors(view, masks, the, show_numbers)
        if not view.is_change:
            yield from _summands(view, masks, the, show_numbers)
            yield from _multiples(view, masks)


def _orders(view: View, the: str) -> Iterator[Relation]:
    right = view.expected
    if all(x.ndim > 1 and x.shape[0] == x.shape[1] for x in right):
        yield "transposed", 1, f"{the}, transposed: check which axis is which", [np.swapaxes(x, 0, 1) for x in right]
    if all(x.ndim for x in right):
        yield "reversed", 2, f"{the} in the opposite order along axis 0", [x[::-1] for x in right]
        late = [np.concatenate([mine[:1], x[:-1]]) for mine, x in zip(view.got, right, strict=True)]
        if all(_varies(x) for x in right):
            yield "one step late", 2, f"{the}, one position late", late
    if all(x.ndim > 1 for x in right):
        yield "reversed", 2, f"{the} in the opposite order along the last axis", [x[..., ::-1] for x in right]


def _varies(x: np.ndarray) -> bool:
    return len(x) > 2 and not np.allclose(x[1:], x[:-1], equal_nan=True)


def _returned_arguments(view: View) -> Iterator[Relation]:
    for name in view.seen[0].arguments:
        values = [_array(one.arguments.get(name)) for one in view.seen]
        if all(value is not None and value.shape == x.shape for value, x in zip(values, view.expected, strict=True)):
            yield "argument returned", 0, f"`{name}`, unchanged", [value for value in values if value is not None]


def _array(value: Any) -> np.ndarray | None:
    if isinstance(value, bool) or not isinstance(value, (np.ndarray, float, int)):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "fiu" else None


def _one_value(view: View, masks: Masks, show_numbers: bool) -> Iterator[Relation]:
    values = np.concatenate(
        [got[mask & np.isfinite(one.expected)] for one, got, mask in zip(view.seen, view.got, masks, strict=True)]
    )
    if values.size < FEWEST_NUMBERS or not (values == values[0]).all() or not np.isfinite(values[0]):
        return
    if values[0] == 0 or show_numbers:
        name = "zeros" if values[0] == 0 else "one value"
        shown = f"{bool(values[0])}" if view.seen[0].is_truth else f"{values[0]:.6g}"
        yield name, 0, f"{shown} throughout", [np.full_like(x, values[0]) for x in view.expected]


def _fit(got: np.ndarray, base: np.ndarray, room: np.ndarray, mask: np.ndarray) -> tuple[float, float] | None:
    """Return the factor of `base` that gives `got`, and how exactly it is known; None where nothing can be seen."""
    usable = mask & np.isfinite(got) & np.isfinite(base) & (np.abs(base) > 25 * room)
    if not usable.any():
        return None
    at = np.flatnonzero(usable.ravel())
    best = at[int(np.argmax((np.abs(base) / np.maximum(room, 1e-300)).ravel()[at]))]
    factor = got.ravel()[best] / base.ravel()[best]
    return float(factor), float(SLACK * room.ravel()[best] / abs(base.ravel()[best]))


def _fits(
    view: View, masks: Masks, what: list[np.ndarray], bases: list[np.ndarray]
) -> list[tuple[float, float] | None]:
    rooms = [
        allowed + np.abs(got) * one.limit.rtol
        for one, got, allowed in zip(view.seen, view.got, view.allowed, strict=True)
    ]
    return [_fit(a, b, room, mask) for a, b, room, mask in zip(what, bases, rooms, masks, strict=True)]


def _named(
    view: View, fits: list[tuple[float, float] | None], show_numbers: bool
) -> Iterator[tuple[Quantity, list[float]]]:
    """Yield what the factor is: the same number in all cases, or a quantity that changes with the case."""
    factors = np.array([np.nan if fit is None else fit[0] for fit in fits])
    exact = np.array([np.nan if fit is None else max(fit[1], ROUNDING * abs(fit[0])) for fit in fits])
    known = np.flatnonzero(~np.isnan(factors))
    if not known.size or not np.isfinite(factors[known]).all():
        return
    first = factors[known[0]]
    if (np.abs(factors[known] - first) <= exact[known]).all():
        constant = next((c for c in CONSTANTS if abs(c.values[0] - first) <= ROUNDING * abs(first)), None)
        if constant is not None or show_numbers:
            quantity = constant or Quantity(f"{first:.6g}", [float(first)])
            yield quantity, quantity.values * len(fits)
    elif view.has_fractions and (quantity := view.quantities.find(factors, exact)) is not None:  # type: ignore[assignment]
        yield quantity, quantity.values


def _factors(view: View, masks: Masks, the: str, show_numbers: bool) -> Iterator[Relation]:
    fits = _fits(view, masks, view.got, view.expected)
    for quantity, values in _named(view, fits, show_numbers):
        if quantity.text not in ("1", "-1"):
            rank = 3 if len(quantity.values) > 1 else 4
            wanted = [value * x for value, x in zip(values, view.expected, strict=True)]
            yield (
                "factor" if rank == 4 else f"factor {quantity.text.replace('`', '')}",
                rank,
                f"exactly {quantity.text} times {the}",
                wanted,
            )


def _summands(view: View, masks: Masks, the: str, show_numbers: bool) -> Iterator[Relation]:
    """Yield what has been added to the right numbers: a constant, or a multiple of an argument or of another output."""
    off = [got - x for got, x in zip(view.got, view.expected, strict=True)]
    for name, bases in _bases(view):
        fits = _fits(view, masks, off, bases)
        for quantity, values in _named(view, fits, show_numbers and name == "1"):
            wanted = [x + value * base for value, base, x in zip(values, bases, view.expected, strict=True)]
            if name == "1":
                sign, size = ("plus", quantity.text) if values[0] > 0 else ("minus", quantity.text.removeprefix("-"))
                yield "offset", 5, f"{the} {sign} {size}", wanted
            else:
                yield f"off by {name.replace('`', '')}", 6, f"exactly {the} {_with_sign(quantity.text, name)}", wanted


def _with_sign(factor: str, name: str) -> str:
    sign, size = ("minus", factor[1:]) if factor.startswith("-") else ("plus", factor)
    return f"{sign} {name}" if size == "1" else f"{sign} {size} times {name}"


def _multiples(view: View, masks: Masks) -> Iterator[Relation]:
    """Yield multiples of an argument or of another output."""
    for name, bases in _bases(view):
        if name == "1":
            continue
        for quantity, values in _named(view, _fits(view, masks, view.got, bases), False):
            wanted = [value * base for value, base in zip(values, bases, strict=True)]
            text = (
                name
                if quantity.text == "1"
                else f"minus {name}"
                if quantity.text == "-1"
                else f"{quantity.text} times {name}"
            )
            yield f"{quantity.text} times {name}".replace("`", ""), 4, f"exactly {text}", wanted


def _bases(view: View) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield 1, the arguments and the right other outputs that have an entry for each number, by name."""
    yield "1", [np.ones_like(x) for x in view.expected]
    for name, values in _arguments_that_fill(view):
        yield f"`{name}`", values
    path = view.seen[0].path
    for other in view.seen[0].others:
        found = [one.others.get(other) for one in view.seen]
        values = [
            value for value, x in zip(found, view.expected, strict=True) if value is not None and value.shape == x.shape
        ]
        if other != path and len(values) == len(found):
            yield f"the right `{other[0]}`", values


def _arguments_that_fill(view: View) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield the arguments that have an entry for each number, or one for each column."""
    for name in view.seen[0].arguments:
        found = [_array(one.arguments.get(name)) for one in view.seen]
        values = [
            np.broadcast_to(value, x.shape)
            for value, x in zip(found, view.expected, strict=True)
            if value is not None and value.ndim and _fills(value, x)
        ]
        if len(values) == len(found):
            yield name, values


def _fills(value: np.ndarray, like: np.ndarray) -> bool:
    return value.ndim <= like.ndim and value.shape == like.shape[like.ndim - value.ndim :]


# ---------------------------------------------------------------- shapes

REDUCTIONS: tuple[tuple[str, str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("mean over axis 0", "the mean of {the} over axis 0", lambda x: x.mean(axis=0)),
    ("sum over axis 0", "the sum of {the} over axis 0", lambda x: x.sum(axis=0)),
    ("mean over axis 1", "the mean of {the} over axis 1", lambda x: x.mean(axis=1)),
    ("sum over axis 1", "the sum of {the} over axis 1", lambda x: x.sum(axis=1)),
    ("one mean", "a single number, the mean of {the}", lambda x: np.asarray(x.mean())),
    ("one sum", "a single number, the sum of {the}", lambda x: np.asarray(x.sum())),
    ("last one only", "only the last entry of {the}", lambda x: x[-1]),
    ("first one only", "only the first entry of {the}", lambda x: x[0]),
)


def _of_shape(seen: list[Observation], wrong: list[Observation], name: str, alone: bool) -> Iterator[Claim]:
    """Yield what holds of numbers that have another shape than the right ones."""
    start, the = ("Your answer is", "the right one")
    if not alone:
        start = f"Your `{name}` is"
    seen, wrong = [one for one in seen if one.expected.size], [one for one in wrong if one.expected.size]
    if all(one.got is None or one.got.shape == one.expected.shape for one in wrong):
        return
    if all(one.expected.ndim == 2 for one in seen) and _same_in_all(seen, np.transpose):
        yield Claim("transposed", f"{start} {the}, transposed: check which axis is which.", 0, name)
    if all(one.expected.ndim and one.expected.size for one in wrong):
        for short, text, reduce in REDUCTIONS:
            fits = all(one.expected.ndim > 1 for one in wrong) or "axis 1" not in short
            if fits and _same_in_all(wrong, reduce):
                yield Claim(short, f"{start} {text.format(the=the)}.", 1, name)


def _same_in_all(seen: list[Observation], change: Callable[[np.ndarray], np.ndarray]) -> bool:
    evidence = Evidence.none()
    for one in seen:
        wanted = np.asarray(change(one.expected))
        if one.got is None or one.got.shape != wanted.shape:
            return False
        room = SLACK * one.expected.size * one.limit.allowed(np.max(np.abs(one.expected), initial=0.0))
        with np.errstate(all="ignore"):
            near = (np.abs(one.got - wanted) <= room) | (~np.isfinite(one.got) & ~np.isfinite(wanted))
        if not near.all():
            return False
        if wanted.shape != one.expected.shape or one.limit.apart(wanted, one.expected).any():
            evidence.add(one.case, one.got[np.abs(wanted) > 25 * room])
    return evidence.suffices


def axes_kept(seen: list[Observation]) -> Iterator[Claim]:
    """Yield that the numbers are right in a shape which has an axis of length 1 too many or too few."""
    other = [one for one in seen if one.got is not None and one.got.shape != one.expected.shape]
    if other and all(one.right for one in seen):
        got, due = other[0].got.shape, other[0].expected.shape  # type: ignore[union-attr]
        more = "too many" if len(got) > len(due) else "too few"
        name = seen[0].output
        text = f"The numbers of `{name}` are right, but an axis of length 1 is {more}"
        shapes = "." if other[0].hidden else f": the shape is {got}, not {due}."
        yield Claim("axis of length 1", text + shapes, 0, name)


# ---------------------------------------------------------------- several outputs


def exchanged(by_output: dict[str, list[Observation]]) -> Iterator[Claim]:
    """Yield outputs that stand in each other's place, and outputs that are another one's right numbers."""
    names = list(by_output)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            if _in_place_of(by_output, one, other) and _in_place_of(by_output, other, one):
                yield Claim(
                    "outputs exchanged",
                    f"Your `{one}` and `{other}` are exchanged: each is the right other one.",
                    0,
                    f"{one}, {other}",
                )


def in_place_of_another(by_output: dict[str, list[Observation]], name: str) -> Iterator[Claim]:
    """Yield the output whose right numbers stand in the place of this one's."""
    for other in by_output:
        if other != name and _in_place_of(by_output, name, other):
            yield Claim(f"{other} in place of {name}", f"Your `{name}` is what `{other}` should be.", 1, name)


def _in_place_of(by_output: dict[str, list[Observation]], name: str, other: str) -> bool:
    evidence = Evidence.none()
    for one in by_output[name]:
        wanted = one.others.get((other, *one.path[1:]))
        if (
            one.got is None
            or wanted is None
            or one.got.shape != wanted.shape
            or not one.limit.close(one.got, wanted, SLACK).all()
        ):
            return False
        shows = one.limit.apart(wanted, one.expected) if wanted.shape == one.expected.shape else np.isfinite(wanted)
        evidence.add(one.case, one.got[shows & (wanted != 0)])
    return evidence.suffices
