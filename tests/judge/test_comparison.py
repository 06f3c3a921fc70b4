"""What passes for the right answer, what does not, and what is said of it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from autograder.exercises import catalogue
from autograder.exercises.model import CONTRACT
from autograder.exercises.tolerances import tolerance
from autograder.judge.comparison import LARGEST_PICTURE, SMALLEST_PICTURED, compare, describe
from autograder.judge.report import as_text
from autograder.judge.session import judge
from tests.judge.students import after, elu, first_difference, lost, verdict_of
from tests.plaindata.test_values import NOT_PLAIN
from tests.solutions import solution

nan, inf = np.nan, np.inf
few = settings(max_examples=100, deadline=None)
numbers = arrays_of.arrays(
    np.float64,
    arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    elements=st.floats(-1e6, 1e6) | st.sampled_from([nan, inf, -inf]),
)


def difference(got, expected, computation="elementwise", **options):
    """The first difference that `compare` finds, or None."""
    return compare(got, expected, computation=computation, **options).difference


# ---------------------------------------------------------------- what passes


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ((1.0, 2.0), np.array([1.0, 2.0])),
        ([[1, 2], [3, 4]], np.array([[1.0, 2.0], [3.0, 4.0]])),
        ([np.array([1.0, 2.0]), np.array([3.0, 4.0])], np.array([[1.0, 2.0], [3.0, 4.0]])),
        ([np.array(1.0), 2.0], np.array([1.0, 2.0])),
        ([], np.zeros(0)),
        (0.5, np.array(0.5)),
        (2, np.array(2.0)),
        (np.array(0.5), 0.5),
        ([1.0, 2.0], np.array([1, 2], "float32")),
        ([True, False], np.array([True, False])),
        (np.array([1, 2], "int32"), np.array([1, 2])),
        ([nan, inf, -inf], np.array([nan, inf, -inf])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ([1.0 + 1e-13], np.array([1.0])),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_right_numbers_pass_in_other_clothes(got, expected):
    assert difference(got, expected) is None


def test_a_tuple_of_outputs_may_be_a_list():
    assert difference([np.ones(2), 1.0], (np.ones(2), np.array(1.0)), outputs=("a", "b")) is None


def test_a_dict_may_come_in_any_order():
    expected = {"m": np.ones(2), "v": np.zeros(2)}
    assert difference({"v": np.zeros(2), "m": np.ones(2)}, expected) is None


@given(numbers)
@few
def test_every_array_equals_itself_and_costs_nothing_of_the_tolerance(array):
    found = compare(array, array.copy(), computation="elementwise")
    assert (found.difference, found.share) == (None, 0.0)


@given(numbers, st.floats(-1.0, 1.0))
@few
def test_an_error_passes_exactly_within_the_tolerance(array, share):
    limit = tolerance("elementwise", "float64")
    with np.errstate(all="ignore"):
        allowed = np.where(np.isfinite(array), limit.atol + limit.rtol * np.abs(array), 0.0)
    near, far = array + 0.99 * share * allowed, array + 2 * allowed + 1e-9 * np.isfinite(array)
    found = compare(near, array, computation="elementwise")
    assert found.difference is None
    assert found.share <= 1.0
    assert (difference(far, array) is None) == (not np.isfinite(array).any())


@given(numbers, numbers)
@few
def test_whether_exact_numbers_agree_does_not_depend_on_who_is_right(one, other):
    with np.errstate(all="ignore"):
        one, other = np.nan_to_num(one).astype(int), np.nan_to_num(other).astype(int)
    assert (difference(one, other) is None) == (difference(other, one) is None)


@given(numbers)
@few
def test_one_changed_entry_is_found_and_counted(array):
    if not array.size:
        return
    changed = array.copy()
    changed.flat[array.size // 2] = 12345.678
    found = difference(changed, array)
    assert found.kind == "values"
    assert (found.wrong, found.total) == (1, array.size)
    assert changed[tuple(found.worst)] == 12345.678
    json.dumps(vars(found), allow_nan=False)


# ---------------------------------------------------------------- what does not, and its message

RIGHT = "your numbers are right; their {0} is {1}, asked is {2}"


@pytest.mark.parametrize(
    ("got", "expected", "kind", "message"),
    [
        (None, np.ones(2), "type", "expected an array of shape (2,), got None (is the return statement missing?)"),
        ("elu", np.ones(2), "type", "expected an array of shape (2,), got str 'elu'"),
        ({}, np.ones(2), "type", "expected an array of shape (2,), got an empty dict"),
        ({"z": 1.0}, np.ones(2), "type", "expected an array of shape (2,), got a dict with 'z'"),
        ([1.0, [2.0]], np.ones(2), "type", "expected an array of shape (2,), got a list of 2"),
        ([1.0, "2"], np.ones(2), "type", "expected an array of shape (2,), got a list of 2"),
        ([1.0, None], np.ones(2), "type", "expected an array of shape (2,), got a list of 2"),
        (10**400, np.ones(2), "type", "expected an array of shape (2,), got 1000000000000000000000000000000000000000"),
        (
            10**400,
            np.array(1.0),
            "type",
            "expected an array of shape (), got 1000000000000000000000000000000000000000",
        ),
        ([10**400], np.ones(1), "type", "expected an array of shape (1,), got a list of 1"),
        (0.0, np.zeros(2), "shape", "the shape is (), expected (2,)"),
        (np.array(0.0), np.zeros(2), "shape", "the shape is (), expected (2,)"),
        (np.zeros(1), np.zeros(2), "shape", "the shape is (1,), expected (2,)"),
        (np.zeros((1, 2)), np.zeros(2), "shape", RIGHT.format("shape", "(1, 2)", "(2,)")),
        (np.zeros((2, 1)), np.zeros(2), "shape", RIGHT.format("shape", "(2, 1)", "(2,)")),
        (np.zeros(1), np.array(0.0), "shape", RIGHT.format("shape", "(1,)", "()")),
        (np.zeros((0, 3)), np.zeros((3, 0)), "shape", "the shape is (0, 3), expected (3, 0)"),
        ((np.zeros(2),), np.zeros(2), "shape", RIGHT.format("shape", "(1, 2)", "(2,)")),
        (np.zeros(2, "float32"), np.zeros(2), "dtype", RIGHT.format("dtype", "float32", "float64")),
        (np.zeros(2), np.zeros(2, "float32"), "dtype", RIGHT.format("dtype", "float64", "float32")),
        (np.zeros(2, "float16"), np.zeros(2), "dtype", RIGHT.format("dtype", "float16", "float64")),
        (np.zeros(2, int), np.zeros(2), "dtype", RIGHT.format("dtype", "int64", "float64")),
        (np.zeros(2, bool), np.zeros(2), "dtype", RIGHT.format("dtype", "bool", "float64")),
        (np.zeros(2, int), np.zeros(2, bool), "dtype", RIGHT.format("dtype", "int64", "bool")),
        ([0, 0], np.zeros(2, bool), "dtype", RIGHT.format("dtype", "int64", "bool")),
        ([False, False], np.zeros(2), "dtype", RIGHT.format("dtype", "bool", "float64")),
        (False, np.array(0.0), "dtype", RIGHT.format("dtype", "bool", "float64")),
        ([np.zeros(2, "float32")], np.zeros((1, 2)), "dtype", RIGHT.format("dtype", "float32", "float64")),
        (np.array([0, 1]), np.array([0.5, 1.0]), "dtype", "the dtype is int64, expected float64"),
        (np.ones((1, 2)), np.zeros(2), "shape", "the shape is (1, 2), expected (2,)"),
        ([nan, 1.0], np.ones(2), "not finite", "1 of 2 numbers are NaN or infinite where a finite one is right"),
        ([inf, 3.0], np.ones(2), "not finite", "1 of 2 numbers are NaN or infinite where a finite one is right"),
        (nan, np.array(1.0), "not finite", "the number is NaN or infinite where a finite one is right"),
        ([2.0, 1.0], np.ones(2), "values", "1 of 2 numbers differ"),
        ([2.0], np.ones(1), "values", "the number differs"),
        ([-inf], np.array([inf]), "values", "the number differs"),
        ([1.0], np.array([inf]), "values", "the number differs"),
        ([1.7e308], np.array([inf]), "values", "the number differs"),
        ([nan], np.array([inf]), "values", "the number differs"),
        ([1.0], np.array([nan]), "values", "the number differs"),
        ([inf], np.array([nan]), "values", "the number differs"),
        ([True, True], np.array([True, False]), "values", "1 of 2 entries differ"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_difference_has_its_own_message(got, expected, kind, message):
    found = difference(got, expected)
    assert (found.kind, found.message) == (kind, message)


def test_the_checks_come_in_order_and_each_hides_the_later_ones():
    right = np.arange(6.0).reshape(2, 3)
    everything_wrong = [
        ({"z": nan}, "type"),
        (np.full(5, nan, "float32"), "shape"),
        (np.full((2, 3), -1), "dtype"),
        (np.full((2, 3), nan), "not finite"),
        (right + 1, "values"),
    ]
    assert [difference(got, right).kind for got, _ in everything_wrong] == [kind for _, kind in everything_wrong]


def test_the_worst_entry_is_the_one_furthest_off():
    got, expected = np.array([[1.0, 5.0, 3.5], [4.0, 2.0, 0.0]]), np.array([[1.0, 5.1, 3.0], [4.0, -2.0, 1.0]])
    found = difference(got, expected)
    assert (found.worst, found.got, found.expected, found.wrong, found.total) == ([1, 1], "2.0", "-2.0", 4, 6)
    assert found.error == 4.0
    assert found.tolerance == pytest.approx(2e-9, rel=1e-2)


def test_the_worst_entry_of_an_answer_with_nan_is_a_nan_of_its_own():
    found = difference(np.array([1.0, 1e9, nan]), np.array([nan, 0.0, 2.0]))
    assert (found.kind, found.worst, found.got, found.expected) == ("not finite", [2], "nan", "2.0")


def test_an_error_beyond_the_largest_number_survives_json():
    found = difference(np.array([1.7e308]), np.array([-1.7e308]))
    assert found.error is None
    json.dumps(vars(found), allow_nan=False)


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (np.ones(2), "your function must return 2 things, (dz, dalpha); it returned an array of shape (2,)"),
        ((np.ones(2),), "your function must return 2 things, (dz, dalpha); it returned a tuple of 1"),
        ((1, 2, 3), "your function must return 2 things, (dz, dalpha); it returned a tuple of 3"),
        (None, "your function must return 2 things, (dz, dalpha); it returned None (is the return statement missing?)"),
        (
            {"dz": 1, "dalpha": 2},
            "your function must return 2 things, (dz, dalpha); it returned a dict with 'dz', 'dalpha'",
        ),
        ((np.ones(2), np.zeros(2)), "dalpha: the shape is (2,), expected (1,)"),
        ((np.ones(2, "f4"), np.zeros(1)), "dz: your numbers are right; their dtype is float32, asked is float64"),
        ((np.zeros(1), np.ones(2)), "dz: the shape is (1,), expected (2,)"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_of_several_outputs_the_wrong_one_is_named(got, message):
    assert difference(got, (np.ones(2), np.zeros(1)), outputs=("dz", "dalpha")).message == message


@pytest.mark.parametrize(
    "got",
    [{}, {"m": np.ones(2)}, {"m": np.ones(2), "v": 1.0, "t": 1}, [1.0, 2.0], None],
    ids=lambda value: str(value)[:40],
)
def test_a_dict_needs_exactly_its_keys(got):
    found = difference(got, {"m": np.ones(2), "v": np.array(1.0)})
    assert found.message.startswith("your function must return a dict with 'm', 'v'; it returned ")


def test_an_error_in_a_dict_is_named_by_its_key():
    assert difference({"m": np.ones(2), "v": 2.0}, {"m": np.ones(2), "v": np.array(1.0)}).message.startswith("v: ")


def test_only_what_the_mask_lets_through_is_compared():
    expected = np.array([1.0, 2.0])
    assert difference([1.0, nan], expected, masks=[np.array([True, False])]) is None
    assert difference([0.0, nan], expected, masks=[np.array([True, False])]).wrong == 1


@pytest.mark.parametrize(
    "value", ["x" * 10**6, {"k" * 10**6: 1}, dict.fromkeys(map(str, range(10**4))), 2**62, [0] * 10**5]
)
def test_a_description_is_short_whatever_is_described(value):
    assert len(describe(value)) < 300


# ---------------------------------------------------------------- pictures


def test_small_arrays_have_no_picture():
    assert difference(np.ones(SMALLEST_PICTURED - 1), np.zeros(SMALLEST_PICTURED - 1)).picture == []


def test_the_picture_shows_where_the_numbers_differ():
    got = np.zeros((4, 6))
    got[1, 2] = got[3, 5] = 1.0
    assert difference(got, np.zeros((4, 6))).picture == (got != 0).astype(int).tolist()


@pytest.mark.parametrize(
    "shape", [(24,), (1000,), (100, 3), (3, 1000), (1000, 1000), (7, 5, 3, 2), (50, 1), (1, 50)], ids=str
)
def test_the_picture_of_an_array_is_bounded_and_loses_no_error(shape):
    """Whatever the array's shape."""
    got = np.zeros(shape)
    got.flat[-1] = 1.0
    picture = difference(got, np.zeros(shape)).picture
    assert 1 <= len(picture) <= LARGEST_PICTURE[0]
    assert 1 <= len(picture[0]) <= LARGEST_PICTURE[1]
    assert len({len(row) for row in picture}) == 1
    assert picture[-1][-1] == 1
    assert sum(map(sum, picture)) == 1


# ---------------------------------------------------------------- never a point


@pytest.mark.parametrize(("make", "message"), NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_plain_earns_nothing_and_is_named(make, message):
    verdict = verdict_of("elu", lambda z, alpha=1.0: make())
    assert verdict.points == 0
    found = first_difference(verdict)
    assert found.kind == "type"
    assert found.message.startswith(f"your function returned {message}")
    assert message in as_text(verdict)


SCALARS = {
    "0.0": 0.0,
    "np.float64(0)": np.float64(0),
    "0-d": np.zeros(()),
    "shape (1,)": np.zeros(1),
    "True": True,
    "nan": nan,
}


@pytest.mark.parametrize("value", SCALARS.values(), ids=SCALARS)
@pytest.mark.parametrize("exercise", ["relu", "elu", "elu_backward", "prelu_backward"])
def test_one_number_for_everything_earns_nothing(exercise, value):
    assert verdict_of(exercise, lambda *arguments: value, cases="all").points == 0


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_nan_or_infinity_everywhere_earns_nothing(value):
    verdict = verdict_of("elu", lambda z, alpha=1.0: np.full(z.shape, value, z.dtype), cases="all")
    assert verdict.points == 0
    assert first_difference(verdict).kind == "not finite"


class EqualToEverything(np.ndarray):
    """An array that claims to be the right one in every comparison NumPy knows."""

    def __eq__(self, other):
        return np.True_

    def __array_ufunc__(self, *arguments, **options):
        return np.True_

    def __array_function__(self, *arguments, **options):
        return True


def test_an_array_subclass_that_agrees_with_everything_earns_nothing():
    assert np.allclose(np.zeros(3).view(EqualToEverything), np.ones(3)), "it fools NumPy itself"
    verdict = verdict_of("elu", lambda z, alpha=1.0: elu(z, alpha).view(EqualToEverything))
    assert verdict.points == 0
    assert "a EqualToEverything, a special kind of array" in first_difference(verdict).message


def test_a_forged_outcome_with_too_large_a_whole_number_earns_nothing():
    """Too large for an array."""
    from autograder.plaindata.call import Outcome

    for value in (10**400, [10**400], {"result": 10**400}, (10**400, 0)):
        verdict = judge(catalogue()["elu"], lambda arguments, value=value: Outcome(value, arguments_after=arguments))
        assert verdict.points == 0


# ---------------------------------------------------------------- the inputs, last


def test_right_values_with_a_changed_input_lose_the_last_requirement_alone():
    def writes_into_z(z, alpha=1.0):
        right = elu(z, alpha)
        z[...] = 0
        return right

    verdict = verdict_of("elu", writes_into_z)
    assert [item.passed for item in verdict.requirements] == [True] * (len(verdict.requirements) - 1) + [False]
    found = first_difference(verdict)
    assert (found.kind, found.message) == ("inputs", "your function changed its argument `z`: work on a copy")


def test_a_view_of_the_unchanged_input_is_an_answer():
    assert difference(np.arange(6.0)[::2], np.array([0.0, 2.0, 4.0])) is None
    verdict = verdict_of("leaky_relu", lambda z, alpha=0.01: z if (z > 0).all() else np.where(z > 0, z, alpha * z))
    assert verdict.requirements[-1].passed


def test_a_new_array_is_one_that_shares_no_memory_with_an_argument():
    """Where it is asked for."""
    verdict = verdict_of("relu", lambda z: z if (z > 0).all() else np.maximum(z, 0))
    assert lost(verdict) == {CONTRACT}
    assert "returned its argument `z` itself" in first_difference(verdict).message


def test_right_numbers_in_another_shape_cost_one_requirement():
    wrong = after(solution("batch_norm_backward"), lambda y: (y[0], y[1][None], y[2][None]))
    verdict = verdict_of("batch_norm_backward", wrong, cases="all")
    assert lost(verdict) == {verdict.requirements[0].name}
    assert "dgamma: your numbers are right; their shape is (1, 2), asked is (2,)" in as_text(verdict)


def test_right_numbers_in_another_dtype_cost_the_contract():
    verdict = verdict_of("elu", after(elu, lambda y: y.astype("float32")), cases="all")
    assert lost(verdict) == {CONTRACT}


def test_right_and_wrong_numbers_in_another_shape_are_wrong():
    verdict = verdict_of("elu", after(elu, lambda y: (y * np.where(y > 1, 2, 1))[None]), cases="all")
    assert len(lost(verdict)) > 1


def test_one_output_in_the_place_of_several_is_told_all_that_is_due():
    expected = ([np.zeros(1), np.zeros(2)], np.array(1.0))
    difference = compare([np.zeros(1), np.zeros(2)], expected, computation="reduction", outputs=("clipped", "norm"))
    text = difference.difference.message
    assert text.startswith("clipped: expected 2 things") and text.endswith("must return (clipped, norm)")


def test_a_part_of_a_list_is_named_as_one_would_write_it():
    expected, wrong = [np.zeros(1), np.zeros(2)], [np.zeros(1), np.ones(2)]
    for outputs, name in ((("activations",), "activations[1]"), (("result",), "result[1]")):
        found = compare(wrong, expected, computation="reduction", outputs=outputs)
        assert found.difference.output == name and found.difference.message.startswith(f"{name}: ")
