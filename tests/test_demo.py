"""The demo, as a person runs it: a simulated class, graded end to end."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from autograder.course import ROOT, Chapter, Course
from autograder.exercises import catalogue
from autograder.grading.demo.simulated_class import MARK, points_with, simulated_class
from autograder.grading.gradebook.nbgrader_config import database_url
from autograder.judge import judge
from autograder.plaindata.call import call
from tests.support.jupyter_server import jupyter_server
from tests.support.speed import scaled
from tests.support.thorough import THOROUGH

CHAPTER = "4_avoiding_overfitting"
STUDENTS = 7

MISTAKES = [(exercise, mistake) for exercise in catalogue().values() for mistake in exercise.mistakes]
SOME_MISTAKES = MISTAKES if THOROUGH else MISTAKES[::7]


def run(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=scaled(900)
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess]:
    """The demo's folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "course"
    return folder, run("autograder", "demo", "--students", str(STUDENTS), "--chapter", CHAPTER, "--folder", str(folder))


@pytest.fixture(scope="session")
def students():
    return simulated_class(Chapter(Course(), CHAPTER), STUDENTS)


def test_it_ends_well_and_prints_a_row_a_student(demo, students):
    _, done = demo
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    for student in students:
        assert re.search(rf"^{student.name} ", done.stdout, re.MULTILINE)


def test_the_gradebook_holds_the_deserved_scores(demo, students):
    from nbgrader.api import Gradebook

    folder, _ = demo
    with Gradebook(database_url(folder)) as gradebook:
        for student in students:
            submission = gradebook.find_submission(CHAPTER, student.name)
            for notebook in submission.notebooks:
                judged = sum(grade.auto_score or 0 for grade in notebook.grades)
                assert judged == student.deserves(notebook.name), (student.name, notebook.name)


def test_no_two_kinds_of_students_are_missing(students):
    assert {student.kind for student in students} == {"perfect", "blank", "handwritten", "mistakes"}


def test_a_perfect_student_has_every_judged_point_and_a_blank_one_none(students):
    best = sum(exercise.points for exercise in catalogue().values() if exercise.notebook.startswith(CHAPTER))
    by_kind = {student.kind: student for student in students}
    sections = Course().sections(CHAPTER)
    assert sum(map(by_kind["perfect"].deserves, sections)) == best
    assert sum(map(by_kind["blank"].deserves, sections)) == 0


def test_nbgrader_export_reads_the_gradebook(demo, students):
    folder, _ = demo
    done = run("nbgrader", "export", "--to", str(folder / "grades.csv"), folder=folder)
    assert done.returncode == 0, done.stderr
    rows = (folder / "grades.csv").read_text().strip().split("\n")
    assert len(rows) == 1 + len(students)


def test_formgrader_shows_a_submission_with_its_verdicts(demo, students):
    from nbgrader.api import Gradebook

    folder, _ = demo
    with Gradebook(database_url(folder)) as gradebook:
        submission = gradebook.find_submission_notebook(Course().sections(CHAPTER)[0], CHAPTER, students[0].name).id
    with (
        jupyter_server(folder) as address,
        urllib.request.urlopen(f"{address}/formgrader/submissions/{submission}") as page,
    ):
        text = page.read().decode()
    assert 'class="verdict"' in text
    assert "Submission" in text


def test_every_student_gets_a_feedback_page_for_every_notebook(demo, students):
    folder, _ = demo
    for student in students:
        for section in Course().sections(CHAPTER):
            page = (folder / "feedback" / student.name / CHAPTER / f"{section}.html").read_text(encoding="utf-8")
            assert 'class="verdict"' in page
            assert "BEGIN HIDDEN TESTS" not in page


def test_a_known_mistake_is_named_in_the_feedback_and_in_the_class_report(demo, students):
    folder, _ = demo
    report = (folder / "reports" / f"{CHAPTER}.html").read_text(encoding="utf-8")
    student = next(student for student in students if student.kind == "mistakes")
    pages = "".join(page.read_text(encoding="utf-8") for page in (folder / "feedback" / student.name).rglob("*.html"))
    named = [mistake for mistake in student.mistakes if mistake.split(": ")[1] in pages]
    assert named
    assert any(mistake.split(": ")[1] in report for mistake in named)


def test_a_second_demo_replaces_the_first_but_no_other_folder(demo, tmp_path):
    folder, _ = demo
    assert (folder / MARK).is_file()
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run("autograder", "demo", "--folder", str(tmp_path))
    assert done.returncode == 1
    assert "choose another with --folder" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("exercise", "mistake"),
    SOME_MISTAKES,
    ids=[f"{exercise.name}-{mistake.name}" for exercise, mistake in SOME_MISTAKES],
)
def test_a_mistake_typed_into_a_notebook_deserves_what_the_catalogue_says(exercise, mistake):
    import numpy as np

    namespace = {"np": np}
    exec(mistake.source, namespace)
    answer = functools.partial(call, namespace[exercise.name])
    verdict = judge(exercise, answer, devices=("cpu",))
    assert verdict.points == points_with(exercise, mistake)
