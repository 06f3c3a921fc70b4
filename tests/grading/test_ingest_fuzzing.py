"""Ingest against random and mutated input: it is set aside with a sentence, or it gives a sound notebook.

`AUTOGRADER_THOROUGH=1` tries twenty times as many.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import grading_of, is_check_cell
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import rebuild
from autograder.grading.intake.submission import SetAside, parse
from tests.grading.small_course import CHAPTER, RIGHT, UNITS, answered

NAMES = [
    "cells",
    "source",
    "input",
    "level",
    "cell_type",
    "id",
    "metadata",
    "nbgrader",
    "grade_id",
    "grade",
    "solution",
    "locked",
    "points",
    "outputs",
    "attachments",
    "image/png",
    "worksheets",
    "nbformat",
    "elu",
    "elu_test",
    "why",
]
WORDS = ["code", "markdown", "raw", "heading", "elu", "elu_test", "relu_test", "why", "title", "id:title", "added-0"]
TEXT = st.one_of(st.sampled_from(WORDS), st.text(max_size=8), st.text(st.characters(categories=["Cs"]), max_size=2))
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT)


def nested(leaves: int) -> st.SearchStrategy:
    """Lists and dicts of plain values, the dicts with the names that stand in notebooks."""
    names = st.one_of(st.sampled_from(NAMES), TEXT)
    return st.recursive(
        PLAIN,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=5)),
        max_leaves=leaves,
    )


VALUES, FEW = nested(20), nested(3)


@pytest.fixture(scope="module")
def instructors(template) -> nbformat.NotebookNode:
    """The instructor's notebook, ready for grading."""
    return master(template, f"{CHAPTER}/{UNITS}")


@pytest.fixture(scope="module")
def honest(template) -> dict:
    """A notebook with the right answers, as handed in."""
    return answered(template, UNITS, RIGHT)


def is_sound(instructors: nbformat.NotebookNode, content: bytes) -> bool:
    """Whether a submission was read. If so, all that has to hold of the rebuilt notebook does."""
    try:
        found = rebuild(instructors, parse(content))
    except SetAside as reason:
        said = str(reason)
    else:
        said = None
    if said is not None:
        assert 0 < len(said) < 300
        return False
    nbformat.validate(found.notebook)
    written = nbformat.writes(found.notebook)
    json.dumps(found.notebook, allow_nan=False).encode()
    again = nbformat.reads(written.encode().decode(), as_version=4)
    assert again.metadata == {"kernelspec": instructors.metadata.kernelspec}
    assert len({cell.id for cell in again.cells}) == len(again.cells)
    assert graded(again) == graded(instructors)
    assert [marks(cell) for cell in again.cells if marks(cell)] == [
        marks(cell) for cell in instructors.cells if marks(cell)
    ]
    assert not any(cell.get("outputs") for cell in again.cells)
    assert all(isinstance(flag, str) and len(flag) < 1000 for flag in found.flags)
    return True


def marks(cell: dict) -> dict:
    """nbgrader's metadata: points, locks and names."""
    return dict(grading_of(cell))


def graded(notebook: dict) -> list[dict]:
    """The test cells, whole."""
    return [dict(cell) for cell in notebook.cells if is_check_cell(cell) or grading_of(cell).get("locked")]


@given(content=st.binary(max_size=300))
def test_any_bytes(instructors, content):
    is_sound(instructors, content)


@given(value=VALUES)
def test_any_json(instructors, value):
    for content in (value, {"cells": value}, {"cells": [value]}, {"worksheets": [{"cells": [value]}]}):
        is_sound(instructors, json.dumps(content).encode())


@given(
    cells=st.lists(
        st.fixed_dictionaries(
            {"source": st.one_of(TEXT, st.lists(PLAIN, max_size=3))},
            optional={
                "cell_type": st.one_of(st.sampled_from(WORDS), FEW),
                "id": st.one_of(TEXT, FEW),
                "input": TEXT,
                "metadata": st.one_of(
                    FEW,
                    st.fixed_dictionaries(
                        {
                            "nbgrader": st.fixed_dictionaries(
                                {"grade_id": st.one_of(st.sampled_from(WORDS), FEW)},
                                optional={name: FEW for name in ("grade", "solution", "locked", "points")},
                            )
                        }
                    ),
                ),
                "attachments": st.one_of(
                    FEW, st.dictionaries(TEXT, st.dictionaries(st.sampled_from(["image/png", "text/html"]), TEXT))
                ),
                "outputs": FEW,
            },
        ),
        max_size=6,
    ),
    old=st.booleans(),
)
def test_any_cells(instructors, cells, old):
    notebook = {"worksheets": [{"cells": cells}]} if old else {"cells": cells, "nbformat": 4}
    assert all("source" in cell for cell in cells)
    is_sound(instructors, json.dumps(notebook).encode())


def places_in(value: Any, path: tuple = ()) -> list[tuple]:
    """Where something stands in nested lists and dicts."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in places_in(item, (*path, key)))]


def at(value: Any, path: tuple) -> Any:
    for key in path:
        value = value[key]
    return value


@given(data=st.data())
def test_an_honest_notebook_in_which_a_few_things_were_changed(instructors, honest, data):
    notebook = copy.deepcopy(honest)
    for _ in range(data.draw(st.integers(1, 6))):
        *path, key = data.draw(st.sampled_from(places_in(notebook)[1:]))
        holder = at(notebook, tuple(path))
        change = data.draw(st.sampled_from(["replace", "remove", "copy", "swap"]))
        if change == "remove":
            del holder[key]
        elif change == "replace":
            holder[key] = data.draw(VALUES)
        else:
            source = data.draw(st.sampled_from(places_in(notebook)[1:]))
            other = at(notebook, source)
            holder[key] = copy.deepcopy(other)
        if len(places_in(notebook)) < 2:
            break
    is_sound(instructors, json.dumps(notebook).encode())


@given(data=st.data())
def test_an_honest_file_in_which_a_few_bytes_were_changed(instructors, honest, data):
    content = bytearray(json.dumps(honest).encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))))
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 3))
        content[start:end] = data.draw(st.binary(max_size=4))
    is_sound(instructors, bytes(content))


@given(
    order=st.permutations(range(12)), removed=st.sets(st.integers(0, 11), max_size=4), twice=st.sets(st.integers(0, 11))
)
def test_an_honest_notebook_whose_cells_were_moved_removed_and_copied(instructors, honest, order, removed, twice):
    cells = [honest["cells"][place] for place in order if place < len(honest["cells"]) and place not in removed]
    cells += [honest["cells"][place] for place in twice if place < len(honest["cells"])]
    assert is_sound(instructors, json.dumps({**honest, "cells": cells}).encode())
