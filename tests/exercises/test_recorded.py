"""What is recorded of an exercise comes back from its file as it was."""

from __future__ import annotations

import io

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.exercises.cases import Case
from autograder.exercises.recorded import FILE, Answer, Reader, RecordedExercise, RecordedMistake, Recording, Writer
from autograder.exercises.sampling import strided
from autograder.plaindata.values import memory_order, same

ARRAY = np.arange(6.0).reshape(2, 3)
VALUES = {
    "numbers, texts and nothing": [1, 1.5, True, "text", None, float("inf")],
    "tuples in lists": [(1, (2.0,)), [], ()],
    "a named function": {"function": "linear", "weight": ARRAY},
    "no entries": np.zeros((0, 3)),
    "one entry": np.array(2.5),
    "float32": ARRAY.astype("float32"),
    "whole numbers": np.array([[1, 2], [3, -4]]),
    "truth values": np.array([True, False]),
    "not a number": np.array([np.nan, np.inf]),
    "Fortran order": np.asfortranarray(ARRAY),
    "every second entry": strided(ARRAY),
}
STUB = "def elu(z, alpha=1.0):\n    raise NotImplementedError\n"


def read_again(recording: Recording) -> Recording:
    writer, file = Writer(), io.BytesIO()
    writer.add(catalogue()["elu"], STUB, recording)
    writer.write(file)
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        return Reader(archive).recording("elu")


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_plain_data_comes_back_to_the_last_bit_and_in_its_memory_order(value):
    public = (("values", Case("a case", {"z": value}, "reduction", then=({"z": value},))),)
    ((requirement, case),) = read_again(Recording(public, (), {}, {}, ())).public
    assert (requirement, case.name, case.computation) == ("values", "a case", "reduction")
    assert same(case.arguments["z"], value) and same(case.then[0]["z"], value)
    if isinstance(value, np.ndarray):
        assert memory_order(case.arguments["z"]) == memory_order(value)


def test_answers_of_mistakes_and_references_come_back_to_their_cases():
    one, two = Case("one", {"z": ARRAY}), Case("two", {"z": ARRAY})
    mistake = RecordedMistake(
        "wrong",
        "Look.",
        ("values",),
        {one: None, two: [Answer(ARRAY, ["z"]), Answer(None, [])]},
        {two: ["overflow encountered in exp"]},
    )
    found = read_again(Recording((("values", one), ("values", two)), (), {one: (ARRAY,)}, {}, (mistake,)))
    (_, first), (_, second) = found.public
    assert list(found.expected) == [first]
    (again,) = found.mistakes
    assert (again.name, again.hint, again.loses, again.warns) == (
        "wrong",
        "Look.",
        ("values",),
        {second: ["overflow encountered in exp"]},
    )
    assert again.answers[first] is None
    assert same([tuple(answer) for answer in again.answers[second]], [(ARRAY, ["z"]), (None, [])])


def test_an_exercise_is_what_its_file_says(tmp_path):
    writer, elu = Writer(), catalogue()["elu"]
    writer.add(elu, STUB, Recording((), (), {}, {}, ()))
    writer.write(tmp_path / FILE)
    found = RecordedExercise(str(tmp_path / "elu.py"), "elu")
    assert (found.signature, found.points, found.pytorch) == (elu.signature, elu.points, elu.pytorch)
    assert [item.name for item in found.requirements] == [item.name for item in elu.requirements]
