"""The hostile class gets what it deserves, and nobody is the worse for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.commands import _readme
from autograder.course import Chapter, Course
from autograder.grading.scoring.results import Results
from tests.grading.small_course import CHAPTER, UNITS, gradebook, released_course
from tests.hostile import the_class
from tests.hostile.__main__ import TABLE
from tests.hostile.behaviours import BEHAVIOURS, FULL, Behaviour
from tests.hostile.the_class import HONEST, HOSTILE, Graded
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.speed import scaled
from tests.support.thorough import THOROUGH

pytestmark = pytest.mark.skipif(
    bool(why_there_is_no_sandbox()), reason=f"hostile code is run in the sandbox alone. {why_there_is_no_sandbox()}"
)

each_hostile = pytest.mark.parametrize("student", HOSTILE, ids=lambda name: name[6:])


def handed_in(root: Path, hostile: dict[str, Behaviour]) -> Course:
    course = released_course(root)
    the_class.prepare(course)
    the_class.hand_in_honest(course)
    the_class.hand_in_hostile(course, hostile)
    return course


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    """The whole class, graded by `grade`."""
    return the_class.grade_class(handed_in(tmp_path_factory.mktemp("hostile") / "course", HOSTILE), jobs=2)


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Graded:
    """The honest students by themselves."""
    return the_class.grade_class(handed_in(tmp_path_factory.mktemp("alone") / "course", {}), jobs=2)


def test_the_class_has_more_than_eighty_behaviours_with_names_of_their_own():
    assert len({behaviour.name for behaviour in BEHAVIOURS}) == len(BEHAVIOURS) > 80


@each_hostile
def test_a_hostile_student_gets_what_is_deserved(graded, student):
    row, result = HOSTILE[student], graded.results[student]
    if row.deserved is None:
        assert result.set_aside
        assert set(graded.scores(student).values()) == {None}
    else:
        assert not result.set_aside, result.set_aside
        assert graded.scores(student) == row.deserved, the_class.told_about(result)


@each_hostile
def test_the_instructor_is_told_what_happened(graded, student):
    row = HOSTILE[student]
    if row.deserved != FULL:
        assert row.told in the_class.told_about(graded.results[student])


def test_no_score_is_forged(graded):
    assert the_class.forged(graded) == []


def test_no_hidden_value_reaches_a_student(graded):
    assert the_class.leaked(graded) == {}


def test_honest_students_have_the_scores_of_a_class_without_hostile_ones(graded, alone):
    assert len(HONEST) > 10
    assert the_class.harmed(graded, alone) == []


def test_no_process_and_no_file_is_left(graded):
    assert graded.left == []
    assert graded.scratch == []


def test_every_verdict_says_that_it_was_reached_in_the_sandbox(graded):
    verdicts = [verdict for result in graded.results.values() for verdict in result.verdicts]
    assert {verdict.sandbox for verdict in verdicts} == {"bubblewrap"}


# ---------------------------------------------------------------- the same through nbgrader


READ_BY_NBGRADER = {
    name: row
    for number, (name, row) in enumerate(HOSTILE.items())
    if THOROUGH or row.change or row.file or number % 10 == 0
}
"""What nbgrader might read in another way, and a tenth of the others; all of them with AUTOGRADER_THOROUGH=1."""


@pytest.fixture(scope="module")
def by_nbgrader(graded, tmp_path_factory) -> Graded:
    """The same class, graded by `nbgrader autograde` in the course's folder."""
    course = handed_in(tmp_path_factory.mktemp("by-nbgrader") / "course", READ_BY_NBGRADER)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", CHAPTER],
        cwd=course.root,
        env={**os.environ, "PATH": path, "JUPYTER_NO_CONFIG": "1"},
        capture_output=True,
        text=True,
        timeout=scaled(1500),
    )
    assert "Traceback" not in done.stderr or "SetAside" not in done.stderr
    found = Results(Chapter(course, CHAPTER))
    return Graded(course, {name: found.find(name, UNITS) for name in (*HONEST, *READ_BY_NBGRADER)})


def test_nbgraders_own_command_comes_to_the_same_scores(by_nbgrader, graded):
    for name in (*HONEST, *READ_BY_NBGRADER):
        if by_nbgrader.results[name] is None:
            assert HOSTILE[name].deserved is None, "only what cannot be read may be left out"
            continue
        assert by_nbgrader.scores(name) == graded.scores(name), name


def test_nbgraders_gradebook_has_the_same_scores(by_nbgrader, graded):
    theirs, ours = gradebook(by_nbgrader.course), gradebook(graded.course)
    for key, value in theirs.items():
        assert value[:2] == ours[key][:2], key
    assert {key[0] for key in theirs} >= set(HONEST)


def test_the_table_of_the_readme_is_about_these_behaviours():
    rows = [line for line in _readme.table(TABLE).splitlines() if line.startswith("| behaviours tried")]
    assert rows and rows[0].startswith(f"| behaviours tried | {len(BEHAVIOURS)} ("), (
        "`python3 -m tests.hostile --write`"
    )
