"""Plain data: what a function may return, and that nothing else is ever asked anything."""

from __future__ import annotations

import collections
import enum
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from autograder.plaindata.values import (
    DEEPEST_NESTING,
    DTYPES,
    MOST_ITEMS,
    MOST_NUMBERS,
    NotPlain,
    arrays_in,
    duplicate,
    extent,
    memory_order,
    plain,
    same,
    with_memory_order,
)

few = settings(max_examples=60, deadline=None)

dtypes = st.sampled_from(sorted(DTYPES)).map(np.dtype)
orders = st.sampled_from(["C", "F", "strided"])
shapes = arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """Arrays of every dtype, shape and memory order, with NaN, infinities and both zeros."""
    array = draw(dtypes.flatmap(lambda dtype: arrays_of.arrays(dtype, shapes)))
    return with_memory_order(array, draw(orders))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=5)
)
plain_data = st.recursive(
    scalars | arrays(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


class Asked(AssertionError):
    """A method of the student's object was called."""


def asked(*arguments: Any, **options: Any) -> Any:
    raise Asked


LIES = """
    eq ne lt gt bool len iter getitem contains float int index complex hash repr str format array array_ufunc
    array_function array_interface array_struct dlpack buffer getattribute getattr reduce copy deepcopy abs sub rsub
    add radd call next length_hint sizeof dir instancecheck
"""


def lying(base: type) -> type:
    """A subclass that raises `Asked` from every method an outsider could call."""
    return type("Lying", (base,), {f"__{name}__": asked for name in LIES.split()})


class LyingMeta(type):
    """The class itself says yes to everything, and tells whoever asks for its name."""

    __hash__ = type.__hash__
    __name__ = property(asked)
    __module__ = property(asked)

    def __eq__(cls, other: object) -> bool:
        raise Asked

    def __instancecheck__(cls, instance: object) -> bool:
        raise Asked

    def __subclasscheck__(cls, subclass: type) -> bool:
        raise Asked


def an_array_that_lies() -> Any:
    array = np.array([1.0, 2.0]).view(type("Plain", (np.ndarray,), {}))
    array.__class__ = lying(np.ndarray)
    return array


def deep(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def contains_itself() -> list:
    value: list = [1.0]
    value.append(value)
    return value


def wide_and_shared() -> list:
    value: list = [0.0] * 1000
    for _ in range(5):
        value = [value] * 1000
    return value


class Colour(enum.IntEnum):
    RED = 1


Pair = collections.namedtuple("Pair", "one two")

NOT_PLAIN: dict[str, tuple[Any, str]] = {
    "an array subclass that lies": (an_array_that_lies, "a Lying, a special kind of array"),
    "a matrix": (lambda: np.ones((2, 2)).view(np.matrix), "a matrix, a special kind of array"),
    "a masked array": (lambda: np.ma.array([1.0, 2.0], mask=[0, 1]), "a MaskedArray, a special kind of array"),
    "a record array": (
        lambda: np.rec.array([(1.0, 2)], dtype=[("a", float), ("b", int)]),
        "a recarray, a special kind",
    ),
    "a memory map": (lambda: np.ones(2).view(np.memmap), "a memmap, a special kind of array"),
    "an object that lies": (lambda: lying(object)(), "an object of type Lying"),
    "an object whose class lies": (lambda: LyingMeta("Sly", (), {})(), "an object of type Sly"),
    "an object that says it is an array": (
        lambda: type("Sly", (), {"__class__": property(lambda self: np.ndarray)})(),
        "an object of type Sly",
    ),
    "a float subclass": (lambda: lying(float)(1.0), "an object of type Lying"),
    "an int subclass": (lambda: lying(int)(1), "an object of type Lying"),
    "an enumeration": (lambda: Colour.RED, "an object of type Colour"),
    "a str subclass": (lambda: lying(str)("a"), "an object of type Lying"),
    "a list subclass": (lambda: lying(list)(), "an object of type Lying"),
    "a tuple subclass": (lambda: lying(tuple)(), "an object of type Lying"),
    "a named tuple": (lambda: Pair(1.0, 2.0), "an object of type Pair"),
    "a dict subclass": (lambda: lying(dict)(), "an object of type Lying"),
    "an ordered dict": (collections.OrderedDict, "an object of type OrderedDict"),
    "a set": (lambda: {1.0}, "an object of type set"),
    "a range": (lambda: range(3), "an object of type range"),
    "bytes": (lambda: b"12", "an object of type bytes"),
    "a generator": (lambda: (x for x in [1.0]), "a generator, not numbers"),
    "a map": (lambda: map(float, [1]), "a map, not numbers"),
    "a zip": (lambda: zip([1], [2], strict=True), "a zip, not numbers"),
    "a function": (lambda: plain, "a function, not numbers"),
    "a class": (lambda: int, "a type, not numbers"),
    "a complex number": (lambda: 1j, "a complex number"),
    "a NumPy complex number": (lambda: np.complex128(1j), "a complex number"),
    "a NumPy string": (lambda: np.str_("a"), "an object of type str_"),
    "a long double": (lambda: np.longdouble(1), "an object of type longdouble"),
    "a NumPy date": (lambda: np.datetime64("2020-01-01"), "an object of type datetime64"),
    "a complex array": (lambda: np.array([1j]), "complex numbers"),
    "an object array": (lambda: np.array([1, None]), "an array of Python objects (dtype=object)"),
    "an object array of liars": (lambda: np.array([lying(float)(1.0), None]), "an array of Python objects"),
    "an array of text": (lambda: np.array(["a"]), "an array of dtype str"),
    "an array of dates": (lambda: np.array(["2020-01-01"], "datetime64[D]"), "an array of dtype datetime64"),
    "an array of records": (lambda: np.zeros(2, [("a", "f8")]), "an array of dtype void64"),
    "a long double array": (lambda: np.ones(2, np.longdouble), f"an array of dtype {np.dtype(np.longdouble).name}"),
    "a big-endian array": (lambda: np.ones(2, ">f8"), "an array of dtype float64 in foreign byte order"),
    "ten million numbers": (lambda: np.zeros(10_000_000), "an array of 10,000,000 numbers"),
    "a scalar broadcast to a trillion": (
        lambda: np.broadcast_to(0.0, (10**6, 10**6)),
        "an array of 1,000,000,000,000 numbers",
    ),
    "one array many times": (lambda: [np.zeros(MOST_NUMBERS // 4)] * 5, "arrays of too many numbers"),
    "a long list": (lambda: [0.0] * (MOST_ITEMS + 1), "a list of 100,001 items"),
    "a long dict": (lambda: dict.fromkeys(map(str, range(MOST_ITEMS + 1))), "a dict of 100,001 items"),
    "a list that is small in memory and endless to read": (wide_and_shared, "a list of too many items in all"),
    "a list too deep": (lambda: deep(DEEPEST_NESTING + 1), f"a list nested more than {DEEPEST_NESTING} deep"),
    "a list ten thousand deep": (lambda: deep(10_000), f"a list nested more than {DEEPEST_NESTING} deep"),
    "a list that contains itself": (contains_itself, f"a list nested more than {DEEPEST_NESTING} deep"),
    "a dict with a number as key": (lambda: {1: 2.0}, "a dict whose keys are not all text"),
    "a dict with a lying key": (lambda: {lying_key(): 2.0}, "a dict whose keys are not all text"),
    "a whole number of 65 bits": (lambda: 2**64, "a whole number of more than 64 bits"),
    "a list with one wrong item": (lambda: [1.0, {2.0}], "an object of type set"),
}


def lying_key() -> str:
    return type("Key", (str,), {"__repr__": asked, "__str__": asked})("key")


@pytest.mark.parametrize(("make", "message"), NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_plain_is_named_and_asked_nothing(make, message):
    value = make()
    with pytest.raises(NotPlain) as refusal:
        plain(value)
    assert str(refusal.value).startswith(message)
    assert len(str(refusal.value)) < 150


def test_a_torch_tensor_is_told_that_the_exercises_are_in_numpy():
    import torch

    with pytest.raises(NotPlain, match=r"a torch Tensor \(the exercises are in NumPy\)"):
        plain(torch.ones(2))


def test_a_class_with_a_name_of_a_megabyte_gets_a_short_message():
    with pytest.raises(NotPlain) as refusal:
        plain(type("N" * 1_000_000, (), {})())
    assert len(str(refusal.value)) < 150


def test_a_class_whose_name_and_module_are_lying_text_is_asked_nothing():
    sly = type("Sly", (), {})
    sly.__name__, sly.__module__ = lying(str)("Sly"), lying(str)("torch")
    with pytest.raises(NotPlain, match="an object of type Sly"):
        plain(sly())


@given(plain_data)
@few
def test_plain_data_comes_out_equal_and_private(value):
    copy = plain(value)
    assert same(copy, value)
    for one, other in zip(arrays_in(copy), arrays_in(value), strict=True):
        assert not np.shares_memory(one, other)


@given(plain_data)
@few
def test_a_duplicate_is_equal_private_and_keeps_every_memory_order(value):
    copy = duplicate(value)
    assert same(copy, value)
    for one, other in zip(arrays_in(copy), arrays_in(value), strict=True):
        assert memory_order(one) == memory_order(other)
        assert not np.shares_memory(one, other)


@given(arrays(), orders)
@few
def test_another_memory_order_changes_no_number(array, order):
    assert same(with_memory_order(array, order), array)


@pytest.mark.parametrize("order", ["C", "F", "strided"])
def test_an_array_can_be_had_in_every_memory_order(order):
    assert memory_order(with_memory_order(np.ones((2, 3)), order)) == order


@given(plain_data, plain_data)
@few
def test_sameness_is_symmetric(one, other):
    assert same(one, one)
    assert same(one, other) == same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.0, -0.0),
        (0, 0.0),
        (1, True),
        ([1], (1,)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.zeros(2), -np.zeros(2)),
        (np.zeros(2), np.zeros(2, "float32")),
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(2), [0.0, 0.0]),
        (np.float64(1), 1.0),
        (np.ones(2), np.ones((2, 2)).view(np.matrix)),
    ],
    ids=str,
)
def test_what_differs_in_a_bit_a_type_or_an_order_is_not_the_same(one, other):
    assert not same(one, other)


def test_nan_is_the_same_as_itself():
    assert same(np.array([np.nan]), np.array([np.nan]))
    assert same(float("nan"), float("nan"))


@pytest.mark.parametrize("name", sorted(DTYPES))
def test_a_numpy_scalar_becomes_an_array_without_axes(name):
    found = plain(np.dtype(name).type(1))
    assert type(found) is np.ndarray
    assert (found.shape, found.dtype.name) == ((), name)


def test_a_strided_result_becomes_contiguous():
    assert plain(np.arange(6.0).reshape(2, 3).T).flags.c_contiguous
    assert plain(np.arange(6.0)[::-2]).tolist() == [5.0, 3.0, 1.0]


def test_arrays_are_found_wherever_they_stand():
    one, two, three = np.zeros(1), np.zeros(2), np.zeros(3)
    assert [array.size for array in arrays_in({"a": [one, (two, "x")], "b": three, "c": None})] == [1, 2, 3]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, 1), (1.5, 1), ("word", 4), (np.zeros((2, 3)), 6), ([1, np.zeros(5)], 8), ({"a": [1]}, 5)],
)
def test_the_extent_of_data_counts_numbers_items_and_letters(value, expected):
    assert extent(value) == expected
