"""The careful calling of a student's functions, and the reading of predictions."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.lab import students
from autograder.lab.students import UnusableResult

ZEROS = np.zeros(3)


def own(returned):
    """A student's function that returns the same whatever it is given."""

    def own_function(*arguments):
        return returned

    return own_function


@pytest.mark.parametrize(
    ("name", "figure"), [("leaky_relu", "leaky ReLU"), ("steep_sigmoid", "steep sigmoid"), ("<lambda>", "yours")]
)
def test_a_figure_has_a_name_for_each_function(name, figure):
    function = own(None)
    function.__name__ = name
    assert students.name_of(function) == figure
    assert students.function_name(function) == name


UNUSABLE = {
    "checked, nothing": (students.checked(own(None)), (ZEROS,)),
    "checked, text": (students.checked(own("abc")), (ZEROS,)),
    "checked, another shape": (students.checked(own(np.zeros(2))), (ZEROS,)),
    "checked, ragged": (students.checked(own([[1], [1, 2]])), (ZEROS,)),
    "finite, NaN": (students.finite(own(np.array([0, 0, np.nan]))), (ZEROS,)),
    "on_an_array, another shape": (students.on_an_array(own(np.zeros(2))), (ZEROS, 1.0)),
    "arrays, infinite": (lambda: students.arrays(own(np.array([np.inf])), (), (1,)), ()),
    "arrays, one of two": (lambda: students.arrays(own(ZEROS), (), (3,), (3,)), ()),
    "arrays, nothing": (lambda: students.arrays(own(None), (), (3,)), ()),
    "clipper, a number": (students.clipper(own(1.0)), ([ZEROS], 1.0)),
    "clipper, one array too many": (students.clipper(own([ZEROS, ZEROS])), ([ZEROS], 1.0)),
    "on_a_list, an array": (students.on_a_list(own(ZEROS)), ([ZEROS], 1.0)),
    "on_a_list, NaN": (students.on_a_list(own([ZEROS + np.nan])), ([ZEROS], 1.0)),
    "step_of, theta alone": (students.step_of(own(ZEROS), 2), (ZEROS,)),
    "number, nothing": (students.number(own(None)), ()),
    "number, an array": (students.number(own(ZEROS)), ()),
    "numbers, one of two": (students.numbers(own([1.0]), 2), ()),
    "numbers, nothing": (students.numbers(own(None), 2), ()),
}


@pytest.mark.parametrize(("function", "arguments"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_a_student_returns_is_refused_by_a_sentence_with_its_name(function, arguments):
    """The name of the function, that is."""
    with pytest.raises(UnusableResult, match=r"[Yy]our own_function.* Run its check first\."):
        function(*arguments)


def test_what_is_of_use_is_handed_on():
    assert students.checked(own([1, 2, 3]))(ZEROS).tolist() == [1, 2, 3]
    assert students.checked(own([1, 2]), (2,))(ZEROS).tolist() == [1, 2]
    assert students.finite(own([1, 2, 3]))(ZEROS).tolist() == [1, 2, 3]
    assert students.arrays(own((1.0, [2.0])), (), (), (1,)) == [1.0, [2.0]]
    assert students.clipper(own(([ZEROS], 5.0)))([ZEROS], 1.0)[0].tolist() == [0, 0, 0]
    assert students.on_a_list(own([[1, 2, 3]]))([ZEROS], 1.0)[0].dtype == ZEROS.dtype
    assert students.number(own(np.array(2)))() == 2.0
    assert students.numbers(own(np.ones(2)), 2)() == (1.0, 1.0)


def test_a_student_s_function_may_write_into_what_it_is_given():
    def writes(array, *_):
        array[...] = 1
        return array

    given = np.zeros(3)
    students.arrays(writes, (given,), (3,))
    students.on_an_array(writes)(given, 1.0)
    students.on_a_list(lambda weights, _: [writes(weight) for weight in weights])([given], 1.0)
    students.clipper(lambda gradients, _: [writes(gradient) for gradient in gradients])([given], 1.0)
    assert not given.any()


@pytest.mark.parametrize(("prediction", "number"), [(None, None), (0.5, 0.5), (3, 3), (np.float64(2), 2)])
def test_a_prediction_is_a_number_or_none(prediction, number):
    assert students.guess(prediction) == number


@pytest.mark.parametrize("prediction", ["0.5", [1], np.nan, np.inf, {}])
def test_another_prediction_is_refused(prediction):
    with pytest.raises(UnusableResult, match="a number, or None"):
        students.guess(prediction)
    with pytest.raises(UnusableResult):
        students.guesses_of({"L2": prediction}, ["L2"])
    with pytest.raises(UnusableResult):
        students.guesses({0.9: prediction}, (0.9,))


def test_predictions_by_name():
    assert students.guesses_of(None, ["L1", "L2"]) == {"L1": None, "L2": None}
    assert students.guesses_of({"L2": 1}, ["L1", "L2"]) == {"L1": None, "L2": 1}
    assert students.guesses({0.9: None, 0.99: 3}, (0.9, 0.99)) == {0.99: 3}
    with pytest.raises(UnusableResult, match=r"keys 0\.9"):
        students.guesses({0.5: 1}, (0.9,))
    with pytest.raises(UnusableResult, match="the dict"):
        students.guesses_of(1, ["L2"])


def test_predictions_in_order():
    assert students.guesses_in_order(None, 2, "for each unit") == [None, None]
    assert students.guesses_in_order((1, None), 2, "for each unit") == [1, None]
    for wrong in ([1], ["a", 1]):
        with pytest.raises(UnusableResult, match="2 numbers, one for each unit"):
            students.guesses_in_order(wrong, 2, "for each unit")


@pytest.mark.parametrize("prediction", [0, -1, True, "1", np.nan])
def test_a_positive_prediction(prediction):
    assert students.positive(None, "a number") is None
    assert students.positive(1, "a number") == 1.0
    with pytest.raises(UnusableResult, match="should be a number, or None"):
        students.positive(prediction, "a number")


def test_a_prediction_that_stops_nothing():
    assert [students.as_number(item) for item in (None, "0.5", "a", np.inf, [1, 2], -1)] == [
        None,
        0.5,
        None,
        None,
        None,
        -1,
    ]
    assert students.as_number(-1, least=0) is None
    assert [students.as_share(item) for item in (None, 0.3, 30, 1, 101, -0.1)] == [None, 0.3, 0.3, 1.0, None, None]
