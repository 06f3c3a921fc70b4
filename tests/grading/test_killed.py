"""`grade`, killed at any moment and run again: the gradebook of a run that nobody disturbed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from nbgrader.api import Gradebook

from autograder.course import ROOT, Course
from tests.grading.conftest import copy_of
from tests.grading.small_course import ALPHA_FORGOTTEN, CHAPTER, hand_in

KILLS = 20 if os.environ.get("AUTOGRADER_THOROUGH") else 2
STUDENTS = 6


def grade(course: Course) -> subprocess.Popen:
    words = [sys.executable, "-m", "autograder", "grade", CHAPTER, "--jobs", "2", "--no-feedback", "--sandbox", "none"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*words, "--course", str(course.root)], env=environment, cwd="/", **quiet)


def recorded(course: Course) -> list[tuple]:
    """All that the gradebook says of the students' work."""
    with contextlib.closing(Gradebook(f"sqlite:///{course.root / 'gradebook.db'}")) as book:
        return sorted(
            (row.student_id, notebook.name, grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for row in book.assignment_submissions(CHAPTER)
            for notebook in row.notebooks
            for grade in notebook.grades
        )


@pytest.fixture(scope="module")
def undisturbed(template, tmp_path_factory) -> tuple[Course, list[tuple], float]:
    """A class that has handed in, what a run without a mishap records of it, and how long that takes."""
    folder = tmp_path_factory.mktemp("killed")
    course = copy_of(template, folder / "course")
    for number in range(STUDENTS):
        hand_in(course, f"student {number}", {"elu": ALPHA_FORGOTTEN} if number % 2 else {})
    done = copy_of(course, folder / "done")
    started = time.monotonic()
    assert grade(done).wait() == 0
    return course, recorded(done), time.monotonic() - started


@pytest.mark.parametrize("number", range(KILLS))
def test_a_run_that_was_killed_goes_on_to_the_same_gradebook(undisturbed, tmp_path, number):
    course, wanted, seconds = undisturbed
    course = copy_of(course, tmp_path / "course")
    run = grade(course)
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.wait(timeout=seconds * random.random())
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert grade(course).wait() == 0
    assert len(wanted) == STUDENTS * 5
    assert recorded(course) == wanted
