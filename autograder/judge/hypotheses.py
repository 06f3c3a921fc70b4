"""Find what the wrong numbers of an output have to do with the right ones: a lost sign, a factor, a transposed result.

No list of mistakes is needed. A relation is told only if it holds for every number in which it could be seen, in every
case; where it holds on one side alone (where z < 0, with training=False), the other side has to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.judge.answers import FEWEST_CASES, FEWEST_NUMBERS, Evidence, Observation, in_shape_of, kind_of
from autograder.judge.elementary import functions_of, statistics_of
from autograder.judge.quantities import CONSTANTS, Quantities, Quantity
from autograder.judge.sides import Side, is_of_numbers, is_of_two, opposites, sides_of

SLACK = 4.0
"""How many tolerances a number may be from what a relation gives: the relation itself rounds."""
SHOWS = 25.0
"""How many of those a relation's number is away from the right one, at least, where it is to be evidence."""
MOST_SIDES = 8
"""On how many sides, the narrowest ones, a relation is sought."""
MOST_RIGHT_BY_CHANCE = 0.05
"""The largest share of the numbers on a wrong side that may happen to be right."""
ROUNDING = 1e-6
"""How closely a factor must be a quantity's value, as a share of it, beyond the rounding of the numbers."""


@dataclass(frozen=True)
class Claim:
    """A sentence about one output. name: in a few words, to be counted. rank: the smaller, the more it says."""

    name: str
    text: str
    rank: int
    output: str = ""


Arrays = list[np.ndarray]


def _flat(arrays: Arrays) -> np.ndarray:
    return np.concatenate([array.ravel() for array in arrays])


@dataclass(eq=False)
class View:
    """All numbers of one output, those of all observations in a row: the output itself, or less an argument.

    got, right: the function's and the right ones. room: how far they may be apart. of: the observation that each
    belongs to. subject: how a sentence begins ("Your numbers", "Your `m`").
    """

    seen: list[Observation]
    mine: Arrays
    got: np.ndarray
    right: np.ndarray
    room: np.ndarray
    of: np.ndarray
    subject: str
    plural: bool
    less: str = ""
    is_change: bool = False

    @classmethod
    def of_output(cls, seen: list[Observation], mine: Arrays, alone: bool) -> View:
        """Return the view of an output itself. alone: whether the function has no other one."""
        right = [one.expected for one in seen]
        of = np.repeat(np.arange(len(seen)), [x.size for x in right])
        room = _flat([one.limit.allowed(x) for one, x in zip(seen, right, strict=True)])
        subject = "Your numbers" if alone else f"Your `{seen[0].output}`"
        return cls(seen, mine, _flat(mine), _flat(right), room, of, subject, alone)

    def without(self, values: np.ndarray, **changes: Any) -> View:
        """Return the view of the output less something. values: for each number."""
        room = self.room + self.rtol * np.where(np.isfinite(values), np.abs(values), 0.0)
        found = replace(self, got=self.got - values, right=self.right - values, room=room, **changes)
        for name in ("finite", "cases", "rtol", "quantities", "arguments"):
            if name in self.__dict__:
                found.__dict__[name] = self.__dict__[name]
        return found

    @cached_property
    def rtol(self) -> np.ndarray:
        """The relative tolerance of each number."""
        return np.array([one.limit.rtol for one in self.seen])[self.of]

    @cached_property
    def finite(self) -> np.ndarray:
        """Where the right numbers of the output are finite."""
        return np.isfinite(_flat([one.expected for one in self.seen]))

    @cached_property
    def cases(self) -> np.ndarray:
        """The case of each number."""
        return np.array([one.case for one in self.seen])[self.of]

    @cached_property
    def is_right(self) -> np.ndarray:
        """Where the numbers are right."""
        same_kind = ~self.finite & (kind_of(self.got) == kind_of(self.right))
        return (np.abs(self.got - self.right) <= self.room) | same_kind

    @cached_property
    def quantities(self) -> Quantities:
        """What a factor can be in each observation."""
        return Quantities.of([one.arguments for one in self.seen])

    @cached_property
    def arguments(self) -> dict[str, np.ndarray]:
        """The arguments that have an entry for each number, or one for each column."""
        found = {}
        for name in self.seen[0].arguments:
            values = [_filling(one.arguments.get(name), one.expected) for one in self.seen]
            filling = [value for value in values if value is not None]
            if len(filling) == len(values):
                found[name] = _flat(filling)
        return found

    @cached_property
    def other_outputs(self) -> dict[str, np.ndarray]:
        """The right numbers of the other outputs that have an entry for each of this one."""
        found = {}
        for path in self.seen[0].others:
            values = [one.others.get(path) for one in self.seen]
            pairs = zip(values, self.seen, strict=True)
            same = [value for value, one in pairs if value is not None and value.shape == one.expected.shape]
            if len(path) == 1 and path != self.seen[0].path and len(same) == len(values):
                found[str(path[0])] = _flat(same)
        return found

    @cached_property
    def elementary(self) -> list[tuple[str, np.ndarray]]:
        """Well-known functions and statistics of arguments, each with what is said of it."""
        calls, shapes = [one.arguments for one in self.seen], [one.expected.shape for one in self.seen]
        return [*functions_of(self.arguments), *statistics_of(calls, shapes)]

    @cached_property
    def has_fractions(self) -> bool:
        """Whether the right numbers are no counts."""
        return bool((np.mod(self.right[self.finite], 1) != 0).any())

    @property
    def verb(self) -> str:
        """The verb that follows the subject."""
        return "are" if self.plural else "is"

    @property
    def the(self) -> str:
        """What the right numbers are called."""
        return "the right ones" if self.plural else "the right one"


def _filling(value: Any, like: np.ndarray) -> np.ndarray | None:
    """Return an array as one with an entry for each of another; None where that would take more than columns."""
    array = _array(value)
    if array is None or (array.ndim == 0) != (like.ndim == 0) or array.ndim > like.ndim:
        return None
    return np.broadcast_to(array, like.shape) if array.shape == like.shape[like.ndim - array.ndim :] else None


def _array(value: Any) -> np.ndarray | None:
    if isinstance(value, bool) or not isinstance(value, (np.ndarray, float, int)):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "fiu" else None


# ---------------------------------------------------------------- one output


def claims_of(seen: list[Observation], *, alone: bool, brief: bool = False) -> Iterator[Claim]:
    """Yield what holds of one output. alone: whether the function has no other one.

    brief: whether to look only for what holds everywhere.
    """
    seen = [one for one in seen if one.expected.size]
    wrong = [one for one in seen if not one.right]
    if not wrong or any(one.got is None for one in wrong):
        return
    name = seen[0].output
    if name in seen[0].arguments and all(one.expected.ndim == 0 for one in seen):
        return  # a counter that the next call gets: what its first wrong values have in common means little
    yield from _of_shape(seen, wrong, name, alone)
    mine = [in_shape_of(one.got, one.expected) for one in seen if one.got is not None]
    in_shape = [array for array in mine if array is not None]
    if len(in_shape) < len(seen):
        return
    whole = View.of_output(seen, in_shape, alone)
    show_numbers = any(not one.hidden for one in wrong)
    with np.errstate(all="ignore"):
        yield from _of_whole(whole, show_numbers, brief)


def _of_whole(whole: View, show_numbers: bool, brief: bool) -> Iterator[Claim]:
    everywhere = np.ones(whole.got.shape, bool)
    change = _change(whole)
    yield from _of_view(whole, ("", everywhere), show_numbers)
    if change is not None:
        yield from _of_view(change, ("", everywhere), show_numbers)
    for name, values in whole.arguments.items():
        if all(np.ndim(one.arguments[name]) < one.expected.ndim for one in whole.seen):
            subject = f"Without `{name}`, {_lower(whole.subject)}"
            yield from _of_view(whole.without(values, subject=subject, less=name), ("", everywhere), False)
    if brief:
        return
    all_sides = sides_of(whole.seen)
    sides = _sides_of_the_wrong(whole, all_sides)
    for view in [whole] if change is None else [whole, change]:
        for side in sides:
            yield from _of_view(view, side, show_numbers)
    yield from _of_both_sides(whole, all_sides, show_numbers)
    yield from _of_the_wrong_ones(whole, show_numbers)


def _lower(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _change(view: View) -> View | None:
    """Return the view of how much an output changes, where it has an argument of the same name."""
    before = [_before(one) for one in view.seen]
    values = [value for value in before if value is not None]
    if len(values) < len(before):
        return None
    return view.without(_flat(values), subject=f"The change of `{view.seen[0].output}`", plural=False, is_change=True)


def _before(one: Observation) -> np.ndarray | None:
    """Return the argument of the same name as an output, where it has its shape."""
    value = one.arguments.get(one.output)
    for part in one.path[1:]:
        fits = isinstance(value, (list, tuple)) and isinstance(part, int) and part < len(value)
        value = value[part] if fits else None  # type: ignore[index]
    array = _array(value)
    return array if array is not None and array.shape == one.expected.shape else None


def _sides_of_the_wrong(view: View, sides: list[Side]) -> list[Side]:
    """Return the sides on which all wrong numbers lie, with right ones on the other side; the narrowest first."""
    found = []
    for text, mask in sides:
        if not (~view.is_right & ~mask).any() and (view.is_right & view.finite & ~mask).sum() >= FEWEST_NUMBERS:
            found.append((int((view.is_right & mask).sum()), text, mask))
    found.sort(key=lambda one: one[0])
    return [(text, mask) for _, text, mask in found[:MOST_SIDES]]


def _of_view(view: View, side: Side, show_numbers: bool) -> Iterator[Claim]:
    """Yield the relations that hold on a side. Everywhere else the numbers are known to be right."""
    text, mask = side
    where = f"{text[:1].upper()}{text[1:]}, {_lower(view.subject)}" if text else view.subject
    tail = "" if not text else " Elsewhere they are right." if view.plural else " Elsewhere it is right."
    extra = (20 if text else 0) + (5 if view.is_change else 22 if view.less else 0)
    for relation in _relations(view, mask, show_numbers):
        if _holds(view, mask, relation):
            told = f"{where} {view.verb} {relation.text}.{tail}"
            yield Claim(relation.name, told, extra + relation.rank, view.seen[0].output)
    is_plain = not (view.is_change or is_of_two(text))
    if text and is_plain and _parts_right_from_wrong(view, mask, side_by_side=is_of_numbers(text)):
        told = f"{view.subject} {view.verb} right except {text}."
        yield Claim(f"wrong {text.replace('`', '')}", told, 60, view.seen[0].output)


def _of_both_sides(view: View, sides: list[Side], show_numbers: bool) -> Iterator[Claim]:
    """Yield what holds on either side where the numbers of both are wrong."""
    for pair in opposites(sides):
        told = []
        for text, mask in pair:
            found = [one for one in _relations(view, mask, show_numbers) if _holds(view, mask, one)]
            if not found:
                break
            told.append(f"{text}, {min(found, key=lambda one: one.rank).text}")
        if len(told) == 2:
            name = "both sides wrong"
            yield Claim(name, f"{view.subject} {view.verb}, {told[0]}; {told[1]}.", 30, view.seen[0].output)
            return


def _of_the_wrong_ones(view: View, show_numbers: bool) -> Iterator[Claim]:
    """Yield what holds of all wrong numbers, wherever they are."""
    start = "Where your numbers are wrong, they are" if view.plural else f"Where {_lower(view.subject)} is wrong, it is"
    mask = ~view.is_right
    for relation in _relations(view, mask, show_numbers):
        if relation.name not in ("one value", "reversed", "transposed") and _holds(view, mask, relation):
            yield Claim(relation.name, f"{start} {relation.text}.", 36 + relation.rank, view.seen[0].output)


def _holds(view: View, mask: np.ndarray, relation: Relation) -> bool:
    """Whether a relation gives every number within a mask, and enough of them show it."""
    wanted, fitted = relation.wanted, relation.fitted
    room = SLACK * (view.room + view.rtol * np.abs(np.where(np.isfinite(wanted), wanted, 0)))
    near = (np.abs(view.got - wanted) <= room) | (~np.isfinite(view.got) & (kind_of(view.got) == kind_of(wanted)))
    unknown = np.isnan(wanted) & view.is_right  # no samples, say: 0 is 1/0 times 0
    if (mask & ~near & ~unknown).any():
        return False
    shows = mask & view.finite & np.isfinite(wanted) & (np.abs(wanted - view.right) > SHOWS * room)
    if not shows.any():
        return False
    in_cases = len(np.unique(view.cases[shows])) >= FEWEST_CASES
    of_numbers = len(np.unique(np.round(view.got[shows], 12))) >= FEWEST_NUMBERS
    return in_cases and of_numbers if fitted else in_cases or of_numbers


def _parts_right_from_wrong(view: View, mask: np.ndarray, *, side_by_side: bool) -> bool:
    """Whether the numbers within a mask are wrong, all but a few, and every other one is right, and both are seen in
    two cases at least.

    side_by_side: whether they have to be so in the same calls.
    """
    within = mask & view.finite
    if (within & view.is_right).sum() > MOST_RIGHT_BY_CHANCE * within.sum():
        return False
    seen = view.of if side_by_side else view.cases
    wrong, right = set(seen[within].tolist()), set(seen[~mask & view.finite].tolist())
    if side_by_side:
        return len(set(view.cases[np.isin(seen, list(wrong & right))].tolist())) >= FEWEST_CASES
    return len(wrong) >= FEWEST_CASES and len(right) >= FEWEST_CASES


# ---------------------------------------------------------------- relations


@dataclass(frozen=True)
class Relation:
    """text: how a sentence about it goes on. wanted: the numbers that it gives. fitted: whether it has a number in it
    that comes from what the function gave."""

    name: str
    rank: int
    text: str
    wanted: np.ndarray
    fitted: bool = False


TRANSFORMS: tuple[tuple[str, int, str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("sign", 1, "exactly {} with the opposite sign", np.negative),
    ("sign lost", 2, "exactly {} without {} sign: the absolute value", np.abs),
    ("square", 2, "exactly the square of {}", np.square),
    ("root", 2, "exactly the square root of {}", np.sqrt),
    ("reciprocal", 2, "exactly 1 divided by {}", lambda x: 1 / x),
    ("one minus", 2, "exactly 1 minus {}", lambda x: 1 - x),
)


def _relations(view: View, mask: np.ndarray, show_numbers: bool) -> Iterator[Relation]:
    their = "their" if view.plural else "its"
    if view.less:
        yield Relation("sign", 1, f"exactly {view.the} with the opposite sign", -view.right)
        yield from _factors(view, mask, show_numbers)
        return
    if view.is_change:
        yield Relation("unchanged", 0, "0: it comes back as it went in", np.zeros_like(view.right))
    else:
        yield from _returned_arguments(view)
        yield from _one_value(view, mask, show_numbers)
    if not view.seen[0].is_truth:
        for name, rank, text, change in TRANSFORMS[: -1 if view.is_change else None]:
            yield Relation(name, rank, text.format(view.the, their), change(view.right))
    elif not view.is_change:
        yield Relation("exchanged", 1, "exactly the opposite: True and False are exchanged", 1 - view.right)
    yield from _factors(view, mask, show_numbers)
    if not view.is_change:
        yield from _orders(view)
        yield from _summands(view, mask, show_numbers)
        yield from _multiples(view, mask)
        yield from _elementary(view, mask)


def _orders(view: View) -> Iterator[Relation]:
    right = [one.expected for one in view.seen]
    if all(x.ndim > 1 and x.shape[0] == x.shape[1] for x in right):
        turned = _flat([np.swapaxes(x, 0, 1) for x in right])
        yield Relation("transposed", 1, f"{view.the}, transposed: check which axis is which", turned)
    if all(x.ndim for x in right):
        turned = _flat([x[::-1] for x in right])
        yield Relation("reversed", 2, f"{view.the} in the opposite order along axis 0", turned)
        if all(_varies(x) for x in right):
            late = [np.concatenate([mine[:1], x[:-1]]) for mine, x in zip(view.mine, right, strict=True)]
            yield Relation("one step late", 2, f"{view.the}, one position late", _flat(late))
    if all(x.ndim > 1 for x in right):
        turned = _flat([x[..., ::-1] for x in right])
        yield Relation("reversed", 2, f"{view.the} in the opposite order along the last axis", turned)


def _varies(x: np.ndarray) -> bool:
    return len(x) > 2 and not np.allclose(x[1:], x[:-1], equal_nan=True)


def _returned_arguments(view: View) -> Iterator[Relation]:
    for name in view.arguments:
        if all(np.shape(one.arguments[name]) == one.expected.shape for one in view.seen):
            told = f"the `{name}` that was given" if name == view.seen[0].output else f"`{name}`, unchanged"
            yield Relation("argument returned", 0, told, view.arguments[name])


def _one_value(view: View, mask: np.ndarray, show_numbers: bool) -> Iterator[Relation]:
    values = view.got[mask & view.finite]
    if values.size < FEWEST_NUMBERS or not (values == values[0]).all() or not np.isfinite(values[0]):
        return
    if values[0] == 0 or show_numbers:
        shown = f"{bool(values[0])}" if view.seen[0].is_truth else f"{values[0]:.6g}"
        name = "zeros" if values[0] == 0 else "one value"
        yield Relation(name, 0, f"{shown} throughout", np.full_like(view.right, values[0]))


def _fit(view: View, mask: np.ndarray, what: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each observation the factor of `base` that gives `what`, and how exactly it is known.

    NaN where nothing can be seen.
    """
    room = view.room + view.rtol * np.where(np.isfinite(view.got), np.abs(view.got), 0.0)
    usable = np.flatnonzero(mask & np.isfinite(what) & (np.abs(base) > SHOWS * room) & np.isfinite(base))
    factors = np.full(len(view.seen), np.nan)
    exact = factors.copy()
    by_weight = usable[np.argsort((np.abs(base) / np.maximum(room, 1e-300))[usable], kind="stable")]
    of = view.of[by_weight]  # of an observation's numbers the last one, with the largest weight, stays
    factors[of] = what[by_weight] / base[by_weight]
    exact[of] = SLACK * room[by_weight] / np.abs(base[by_weight])
    return factors, np.maximum(exact, ROUNDING * np.abs(factors))


def _named(view: View, fit: tuple[np.ndarray, np.ndarray], show_numbers: bool) -> tuple[str, np.ndarray, bool] | None:
    """Return what the factor is as text, for each number, and whether it is the same number in all cases."""
    factors, exact = fit
    known = np.flatnonzero(~np.isnan(factors))
    if not known.size:
        return None
    first = float(factors[known[0]])
    if (np.abs(factors[known] - first) <= exact[known]).all():
        constant = next((c for c in CONSTANTS if abs(c.values[0] - first) <= ROUNDING * abs(first)), None)
        if constant is None and not show_numbers:
            return None
        quantity = constant or Quantity(f"{first:.6g}", [first])
        return quantity.text, np.full(view.got.shape, quantity.values[0]), True
    found = view.quantities.find(factors, exact) if view.has_fractions else None
    return None if found is None else (found.text, np.array(found.values)[view.of], False)


def _factors(view: View, mask: np.ndarray, show_numbers: bool) -> Iterator[Relation]:
    found = _named(view, _fit(view, mask, view.got, view.right), show_numbers)
    if found is not None and found[0] not in ("1", "-1", "0", "-0"):
        text, values, constant = found
        name = "factor" if constant else f"factor {text.replace('`', '')}"
        wanted = values * view.right
        yield Relation(name, 4 if constant else 3, f"exactly {text} times {view.the}", wanted, _is_decimal(text))


def _summands(view: View, mask: np.ndarray, show_numbers: bool) -> Iterator[Relation]:
    """Yield what has been added to the right numbers: a constant, or a multiple of an argument or of another output."""
    off = view.got - view.right
    ones = np.ones_like(view.right)
    if (found := _named(view, _fit(view, mask, off, ones), show_numbers)) is not None:
        text, values, _ = found
        told = f"{view.the} {_with_sign(text, '')}"
        yield Relation("offset", 5, told, view.right + values, _is_decimal(text))
    for name, base in _bases(view):
        if (found := _named(view, _fit(view, mask, off, base), False)) is not None:
            text, values, _ = found
            told = f"exactly {view.the} {_with_sign(text, name)}"
            yield Relation(f"off by {name.replace('`', '')}", 6, told, view.right + values * base)


def _is_decimal(text: str) -> bool:
    """Whether a factor is just a number."""
    return "." in text and "`" not in text


def _with_sign(factor: str, name: str) -> str:
    sign, size = ("minus", factor[1:]) if factor.startswith("-") else ("plus", factor)
    if not name:
        return f"{sign} {size}"
    return f"{sign} {name}" if size == "1" else f"{sign} {size} times {name}"


def _multiples(view: View, mask: np.ndarray) -> Iterator[Relation]:
    """Yield multiples of an argument or of another output."""
    for name, base in _bases(view):
        if (found := _named(view, _fit(view, mask, view.got, base), False)) is not None:
            text, values, _ = found
            shown = {"1": name, "-1": f"minus {name}"}.get(text, f"{text} times {name}")
            yield Relation(shown.replace("`", ""), 4, f"exactly {shown}", values * base)


def _elementary(view: View, mask: np.ndarray) -> Iterator[Relation]:
    """Yield well-known functions and statistics of arguments that give the first wrong numbers within a mask."""
    first = np.flatnonzero(mask & ~view.is_right & np.isfinite(view.got))[:FEWEST_NUMBERS]
    room = SLACK * (view.room[first] + view.rtol[first] * np.abs(view.got[first]))
    for text, wanted in view.elementary if first.size else []:
        if (np.abs(wanted[first] - view.got[first]) <= room).all():
            yield Relation(text.replace("`", ""), 7, f"exactly {text}", wanted)


def _bases(view: View) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arguments and the right other outputs that have an entry for each number, by name."""
    for name, values in view.arguments.items():
        yield f"`{name}`", values
    for name, values in view.other_outputs.items():
        yield f"the right `{name}`", values


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


def axes_kept(seen: list[Observation], *, alone: bool) -> Iterator[Claim]:
    """Yield that the numbers are right in a shape which has an axis of length 1 too many or too few."""
    other = [one for one in seen if one.got is not None and one.got.shape != one.expected.shape]
    if other and all(one.right for one in seen):
        got, due = other[0].got.shape, other[0].expected.shape  # type: ignore[union-attr]
        more = "too many" if len(got) > len(due) else "too few"
        name = seen[0].output
        start = "Your numbers are right" if alone else f"The numbers of `{name}` are right"
        one = abs(len(got) - len(due)) == 1
        text = f"{start}, but {'an axis of length 1 is' if one else 'axes of length 1 are'} {more}"
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
