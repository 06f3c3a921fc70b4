"""A class in which every student did one odd thing: right work is understood, or waits for a person with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder.commands.grade import table
from autograder.course import Chapter, Course, grading_of, text_of
from autograder.grading.grade_chapter import Summary, grade_chapter
from autograder.grading.pages.class_report import write_report
from tests.grading.conftest import copy_of
from tests.grading.small_course import (
    CHAPTER,
    DOUBLE_POINTS,
    GRADIENTS,
    POINTS,
    RIGHT,
    SECTIONS,
    UNITS,
    answered,
    cell,
    folder_of,
    gradebook,
    released,
    scores_of,
    write,
)

Cells = list[dict[str, Any]]
ALL = {"elu_test": float(POINTS["elu"]), "relu_test": float(POINTS["relu"]), "double_test": float(DOUBLE_POINTS)}
NOTHING_JUDGED = dict.fromkeys(ALL)
BODY = RIGHT["relu"].split("\n", 1)[1]


@dataclass(frozen=True)
class Oddity:
    """What a student did, beside right answers in 1_units.

    answers: other sources; change: what was done to the cells; hand_in: what was done to the file in its folder.
    told: words of the reason that the instructor is given, "" where nothing need be said; scores: what is judged.
    """

    answers: dict[str, str] = field(default_factory=dict)
    change: Callable[[Cells], Any] | None = None
    hand_in: Callable[[Path], Any] | None = None
    told: str = ""
    scores: dict[str, float | None] = field(default_factory=lambda: dict(ALL))


def at(cells: Cells, name: str) -> dict[str, Any]:
    return next(one for one in cells if grading_of(one).get("grade_id", one["id"]) == name)


def put(cells: Cells, before: str, *own: dict[str, Any]) -> None:
    place = cells.index(at(cells, before))
    cells[place:place] = own


def lose_metadata(cells: Cells) -> None:
    for number, one in enumerate(cells):
        one["metadata"], one["id"] = {}, f"n{number}"


def lose_marks(cells: Cells) -> None:
    for one in cells:
        one["metadata"] = {}


def renew_checksums(cells: Cells) -> None:
    for one in cells:
        if grading_of(one):
            one["metadata"]["nbgrader"]["checksum"] = compute_checksum(nbformat.from_dict(one))


def write_elsewhere(name: str, after: str) -> Callable[[Cells], None]:
    """Leave an answer cell as released, and write the answer into an own cell before another one."""

    def change(cells: Cells) -> None:
        answer = text_of(at(cells, name))
        at(cells, name)["source"] = STUBS[name]
        put(cells, after, cell("code", "own", answer))

    return change


def write_all_in(name: str) -> Callable[[Cells], None]:
    """Write all functions into one of the answer cells, and leave the others as released."""

    def change(cells: Cells) -> None:
        functions = ("elu", "relu", "double")
        answers = "\n\n".join(text_of(at(cells, one)) for one in functions)
        for one in functions:
            at(cells, one)["source"] = STUBS[one]
        at(cells, name)["source"] = answers

    return change


def exchange(cells: Cells) -> None:
    """Write two functions each into the other's cell."""
    one, other = at(cells, "elu"), at(cells, "relu")
    one["source"], other["source"] = other["source"], one["source"]


def two_at_once(cells: Cells) -> None:
    at(cells, "relu")["source"] = STUBS["relu"]
    put(cells, "relu", cell("code", "own", f"def mine(z):\n{BODY}\nrelu, other = mine, mine"))


def answer_at_the_end(kind: str, text: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        at(cells, "why")["source"] = STUBS["why"]
        cells.append(cell(kind, "own", text))

    return change


def passed_at_home(cells: Cells) -> None:
    data = {"text/plain": ["relu: 5 of 5 points  (compared with PyTorch)\n"]}
    at(cells, "relu_test")["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]


def change_type(name: str, kind: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        at(cells, name)["cell_type"] = kind

    return change


def rename(name: str) -> Callable[[Path], None]:
    return lambda path: path.rename(path.with_name(name))


def swap(path: Path) -> None:
    other = path.with_name(f"{GRADIENTS}.ipynb")
    content, others = path.read_bytes(), other.read_bytes()
    path.write_bytes(others)
    other.write_bytes(content)


def into_folder(path: Path) -> None:
    (path.parent / "my work").mkdir()
    path.rename(path.parent / "my work" / path.name)


def own(source: str, before: str = "elu") -> Callable[[Cells], None]:
    return lambda cells: put(cells, before, cell("code", "own", source))


STUBS = {
    **{
        name: f"{RIGHT[name].partition(chr(10))[0]}\n    # YOUR CODE HERE\n    raise NotImplementedError()"
        for name in ("elu", "relu", "double")
    },
    "why": "YOUR ANSWER HERE",
}
"""The answer cells as released."""
ODD: dict[str, Oddity] = {
    "renamed": Oddity(hand_in=rename("Kopie von 1_units.ipynb"), told="it was known by its cells"),
    "renamed beyond recognition": Oddity(hand_in=rename("homework.ipynb"), told="it was known by its cells"),
    "swapped": Oddity(hand_in=swap, told="handed in as 2_gradients.ipynb: it was known by its cells"),
    "in a folder": Oddity(hand_in=into_folder, told="move the notebooks out of it", scores=NOTHING_JUDGED),
    "empty file": Oddity(hand_in=lambda path: path.write_text(""), told="the file is empty", scores=NOTHING_JUDGED),
    "no cells": Oddity(change=lambda cells: cells.clear(), told="with nothing in it", scores=NOTHING_JUDGED),
    "a page": Oddity(hand_in=lambda path: path.write_text("<html>"), told="HTML page", scores=NOTHING_JUDGED),
    "metadata lost": Oddity(change=lose_metadata, told="known by its text"),
    "marks lost": Oddity(change=lose_marks, told="known by their id"),
    "checksums renewed": Oddity(change=renew_checksums),
    "written in German": Oddity({"why": "ANTWORT: weil die Steigung nie null ist."}),
    "in an own cell": Oddity(change=write_elsewhere("relu", "relu_test"), told="in a cell of the student's own"),
    "at the end": Oddity(change=write_elsewhere("relu", "experiment"), told="in a cell of the student's own"),
    "split over cells": Oddity(
        {"relu": "def relu(z):\n    return positive(z)"},
        own("def positive(z):\n" + BODY, "relu"),
    ),
    "a helper in the setup cell": Oddity(
        {"relu": "def relu(z):\n    return positive(z)"},
        lambda cells: at(cells, "setup").update(source=text_of(at(cells, "setup")) + "\ndef positive(z):\n" + BODY),
    ),
    "a helper below": Oddity(
        {"relu": "def relu(z):\n    return positive(z)"},
        lambda cells: cells.append(cell("code", "own", "def positive(z):\n" + BODY)),
        told="judged at the notebook's end",
    ),
    "a helper in place of text": Oddity(
        {"relu": "def relu(z):\n    return positive(z)"},
        lambda cells: at(cells, "between").update(cell_type="code", source="def positive(z):\n" + BODY),
    ),
    "all in the first cell": Oddity(change=write_all_in("elu"), told="in the cell elu: it was left there"),
    "all in the last cell": Oddity(change=write_all_in("double"), told="judged at the notebook's end"),
    "answers exchanged": Oddity(change=exchange, told="judged at the notebook's end"),
    "two at once": Oddity(change=two_at_once, told="in a cell of the student's own"),
    "words at the end": Oddity(
        change=answer_at_the_end("markdown", "Because its slope is never zero."), told="have words that may be it"
    ),
    "words in a string": Oddity(
        change=answer_at_the_end("code", '"""Because its slope is never zero."""'), told="have words that may be it"
    ),
    "right at home": Oddity(
        {"relu": "def relu(z):\n    raise KeyError('no such zone')"},
        passed_at_home,
        told="where its output says that all cases passed",
        scores={**ALL, "relu_test": 0.0},
    ),
    "a magic": Oddity({"relu": f"%%time\n{RIGHT['relu']}"}),
    "await": Oddity({"relu": f"import asyncio\nawait asyncio.sleep(0)\n{RIGHT['relu']}"}),
    "prompts": Oddity({"relu": ">>> " + RIGHT["relu"].replace("\n", "\n... ")}),
    "indented": Oddity({"relu": "    " + RIGHT["relu"].replace("\n", "\n    ")}),
    "code as text": Oddity(change=change_type("relu", "markdown"), told="had become a markdown cell"),
    "words as code": Oddity(change=change_type("why", "code"), told="had become a code cell"),
    "a first cell that fails": Oddity(
        change=own("from google.colab import drive\ndrive.mount('/x')", "title"), told="google is not available"
    ),
    "torch on top": Oddity(
        change=lambda cells: at(cells, "setup").update(source="import torch\n" + text_of(at(cells, "setup"))),
        told="torch is not available",
    ),
    "test cells deleted": Oddity(change=lambda cells: cells.remove(at(cells, "relu_test")), told="was missing"),
    "test cell changed": Oddity(change=lambda cells: at(cells, "relu_test").update(source="5"), told="was changed"),
    "answers twice": Oddity(
        change=lambda cells: cells.append({**at(cells, "relu"), "id": "again"}), told="more than once"
    ),
    "cells moved": Oddity(
        change=lambda cells: cells.append(cells.pop(cells.index(at(cells, "relu")))), told="cells were moved"
    ),
    "the last value": Oddity({"double": "TWO = _\ndef double(n):\n    return TWO * n"}, own("x = 1\nx + 1", "double")),
    "a cell by its number": Oddity(
        {"double": "TWO = Out[3]\ndef double(n):\n    return TWO * n"},
        told="cells have other numbers",
        scores={**ALL, "double_test": 0.0},
    ),
    "a pickle": Oddity(
        {
            "double": "import pickle\ndef same(n): return n\ndef double(n):\n"
            "    return 2 * pickle.loads(pickle.dumps(same))(n)"
        }
    ),
    "a progress bar": Oddity({"double": "from tqdm import tqdm\ndef double(n):\n    return sum(tqdm([n, n]))"}),
    "another name": Oddity(
        {"relu": RIGHT["relu"].replace("relu", "my_relu")},
        told="there is one called my_relu",
        scores={**ALL, "relu_test": 0.0},
    ),
    "an older Python's file": Oddity(
        hand_in=lambda path: path.write_text(json.dumps({**json.loads(path.read_text()), "nbformat_minor": 2}))
    ),
}
each_student = pytest.mark.parametrize("student", ODD)


@dataclass
class Graded:
    """The class as it was graded, the lines of the terminal by student, and the report."""

    course: Course
    summary: Summary
    terminal: dict[str, str]
    report: str


@pytest.fixture(scope="module")
def graded(template, tmp_path_factory) -> Graded:
    course = copy_of(template, tmp_path_factory.mktemp("odd") / "course")
    for student, odd in ODD.items():
        folder = folder_of(course, student)
        content = answered(course, UNITS, {**RIGHT, **odd.answers})
        if odd.change:
            odd.change(content["cells"])
        write(folder / f"{UNITS}.ipynb", content)
        write(folder / f"{GRADIENTS}.ipynb", answered(course, GRADIENTS, RIGHT))
        if odd.hand_in:
            odd.hand_in(folder / f"{UNITS}.ipynb")
    for section in SECTIONS:
        write(folder_of(course, "as released") / f"{section}.ipynb", released(course, section))
    chapter = Chapter(course, CHAPTER)
    summary = grade_chapter(chapter, jobs=2, devices=("cpu",))
    lines = table(summary).split("\n")
    terminal = {name: next(line for line in lines if line.startswith(f"{name}  ")) for name in summary.students}
    return Graded(course, summary, terminal, unescape(write_report(chapter).read_text(encoding="utf-8")))


@each_student
def test_right_work_is_understood_or_waits_for_a_person(graded, student):
    found = scores_of(graded.course, student)
    assert {name: found[name] for name in ALL} == ODD[student].scores, graded.summary.students[student][UNITS].flags


@each_student
def test_the_other_notebook_has_its_points_all_the_same(graded, student):
    assert scores_of(graded.course, student)["elu_backward_test"] == POINTS["elu_backward"]


@each_student
def test_a_written_answer_waits_for_a_person(graded, student):
    assert gradebook(graded.course)[student, UNITS, "why"] == (None, None, True)


@each_student
def test_the_reason_stands_in_the_terminal_and_in_the_report(graded, student):
    """Where nothing needs to be said nothing is."""
    told = ODD[student].told
    assert told in graded.terminal[student]
    if told:
        assert told in graded.report
    else:
        assert graded.summary.students[student][UNITS].flags == []


def test_who_wrote_nothing_has_nothing(graded):
    assert set(scores_of(graded.course, "as released").values()) == {0.0}
