"""nbgrader's own commands in the course folder give the same scores, the same reports and the same secrets."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from tests.grading.small_course import CHAPTER, GRADIENTS, HIDDEN_WORD, SECTIONS, UNITS, gradebook, make_course
from tests.grading.test_feedback import Live
from tests.support.speed import scaled

BRACKETS = "a [1] & <b>x"
STUDENTS = ("ada", "bob", "cyd", "dan", "eve", "fay", "gus", BRACKETS)
NOT_JUDGED = ("fay", "gus")
"""An empty folder, and a page of HTML."""
NEWLINE = "a\nnot graded: ada"
RENAMED = f"{UNITS} (1).ipynb"
"""What ada, beside another notebook, and dan, by itself, hand in under another name."""


def nbgrader(course: Course, *words: str, **variables: str) -> subprocess.CompletedProcess:
    """Run one of nbgrader's commands in the course folder, as a person would. variables: of the environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "JUPYTER_NO_CONFIG": "1", **variables}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=scaled(600),
    )


@pytest.fixture(scope="module")
def by_nbgrader(graded, tmp_path_factory) -> tuple[Course, list[subprocess.CompletedProcess]]:
    """A fresh course folder with some of the class, taken through nbgrader's commands from source/ to grades."""
    course = make_course(tmp_path_factory.mktemp("nbgrader") / "course")
    for student in STUDENTS:
        shutil.copytree(graded.course.root / "submitted" / student, course.root / "submitted" / student)
    put_what_is_not_for_grading(course)
    for student in ("ada", "dan"):
        rename(course, student, f"{UNITS}.ipynb", RENAMED)
    for name, other in ((UNITS, "x"), (GRADIENTS, UNITS), ("x", GRADIENTS)):
        rename(course, "bob", f"{name}.ipynb", f"{other}.ipynb")
    seed = graded.course.root / "verdicts" / CHAPTER / "seed"
    (course.root / "verdicts" / CHAPTER).mkdir(parents=True)
    shutil.copy(seed, course.root / "verdicts" / CHAPTER / "seed")
    commands = (["generate_assignment", CHAPTER], ["autograde", CHAPTER], ["generate_feedback", CHAPTER], ["export"])
    return course, [nbgrader(course, *words) for words in commands]


def rename(course: Course, student: str, name: str, other: str) -> None:
    folder = course.root / "submitted" / student / CHAPTER
    (folder / name).rename(folder / other)


def put_what_is_not_for_grading(course: Course) -> None:
    """Names that no student can have; links and special files, which nbgrader itself would copy for ever."""
    for name in (NEWLINE, ".ada", "seed"):
        shutil.copytree(course.root / "submitted" / "ada", course.root / "submitted" / name)
    folder = course.root / "submitted" / "ada" / CHAPTER
    (folder / "data.bin").symlink_to("/dev/zero")
    (folder / ".hidden").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "timestamp.txt")
    (course.root / "submitted" / BRACKETS / CHAPTER / "data.bin").symlink_to("/dev/zero")


def test_every_command_ends_well(by_nbgrader):
    _, done = by_nbgrader
    for one in done:
        assert one.returncode == 0, one.stderr[-3000:]
        assert "Traceback" not in one.stderr


def test_the_release_is_the_same(by_nbgrader, graded):
    course, _ = by_nbgrader
    for path in (graded.course.root / "release" / CHAPTER).iterdir():
        assert (course.root / "release" / CHAPTER / path.name).read_bytes() == path.read_bytes()


def test_the_scores_are_the_same(by_nbgrader, graded):
    course, _ = by_nbgrader
    ours = {key: row for key, row in gradebook(graded.course).items() if key[0] in STUDENTS}
    assert gradebook(course) == ours


def test_nothing_but_notebooks_is_copied(by_nbgrader):
    course, _ = by_nbgrader
    assert {path.suffix for path in (course.root / "autograded").rglob("*") if not path.is_dir()} == {".ipynb"}
    assert {path.suffix for path in (course.root / "feedback").rglob("*") if not path.is_dir()} == {".html"}


def test_whoever_cannot_be_graded_is_named_and_stops_nobody(by_nbgrader):
    """A name writes no line of its own."""
    course, (_, autograde, _, _) = by_nbgrader
    assert {path.name for path in (course.root / "autograded").iterdir()} == set(STUDENTS)
    for name in (".ada", "seed", "a\N{REPLACEMENT CHARACTER}not graded: ada"):
        assert f"WARNING] not graded: {name}: " in autograde.stderr
    assert not [line for line in autograde.stderr.split("\n") if line.startswith("not graded")]


def test_why_a_notebook_was_set_aside_is_logged(by_nbgrader):
    """Nobody is told that there was no answer."""
    course, (_, autograde, _, _) = by_nbgrader
    assert f"gus, {UNITS}: set aside: it is an HTML page, not a notebook" in autograde.stderr
    assert "No response." not in (course.root / "feedback" / "gus" / CHAPTER / f"{UNITS}.html").read_text()


def test_no_command_warns_of_the_courses_own_settings(by_nbgrader):
    assert not [line for one in by_nbgrader[1] for line in one.stderr.split("\n") if "not recognized" in line]


@pytest.mark.parametrize("student", ["ada", "dan"])
def test_a_renamed_notebook_is_told_and_has_its_page(by_nbgrader, student):
    course, (_, autograde, *_) = by_nbgrader
    assert f"{student}, {UNITS}: it was handed in as {RENAMED}: it was known by its cells" in autograde.stderr
    assert (course.root / "feedback" / student / CHAPTER / f"{UNITS}.html").is_file()


def test_swapped_notebooks_are_told(by_nbgrader):
    _, (_, autograde, *_) = by_nbgrader
    assert f"bob, {UNITS}: it was handed in as {GRADIENTS}.ipynb: it was known by its cells" in autograde.stderr


def test_an_empty_folder_waits_for_a_person_with_the_reason(by_nbgrader):
    """The export says so, too."""
    course, (_, autograde, _, export) = by_nbgrader
    reason = "the submission holds no notebook of this chapter"
    assert f"fay, {UNITS}: set aside: {reason}" in autograde.stderr
    assert f"fay, {CHAPTER}: {UNITS} was set aside ({reason})" in export.stderr
    assert list((course.root / "autograded" / "fay").rglob("*.ipynb")) == []


def test_the_export_has_everybody_with_their_total(by_nbgrader, graded):
    course, _ = by_nbgrader
    with open(course.root / "grades.csv", newline="") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    totals = dict.fromkeys(STUDENTS, 0.0)
    for (student, _, _), (score, _, _) in gradebook(graded.course).items():
        if student in totals:
            totals[student] += score or 0.0
    assert rows == totals


def test_the_feedback_has_the_reports_and_nothing_hidden_or_live(by_nbgrader):
    course, _ = by_nbgrader
    judged = [name for name in STUDENTS if name not in NOT_JUDGED]
    pages = {name: (course.root / "feedback" / name / CHAPTER / f"{UNITS}.html").read_text() for name in judged}
    assert "alpha forgotten" in pages["bob"]
    assert Live(pages["eve"]).found == Live(pages["ada"]).found
    for html in pages.values():
        assert "torch.nn.functional.elu" in html
        assert HIDDEN_WORD not in html
        assert "HIDDEN" not in html


def test_the_page_over_all_notebooks_is_the_same(by_nbgrader, graded):
    course, _ = by_nbgrader
    for name in STUDENTS:
        ours = graded.course.root / "feedback" / name / CHAPTER / "index.html"
        assert (course.root / "feedback" / name / CHAPTER / "index.html").read_bytes() == ours.read_bytes()


def test_autograde_is_refused_where_there_is_no_sandbox(graded, tmp_path):
    """It goes on when there is one."""
    course = make_course(tmp_path / "course")
    for student in STUDENTS[:2]:
        shutil.copytree(graded.course.root / "submitted" / student, course.root / "submitted" / student)
    (course.root / "submitted" / "bob" / CHAPTER / "notes.txt").unlink()
    nbgrader(course, "generate_assignment", CHAPTER)
    refused = nbgrader(course, "autograde", CHAPTER, AUTOGRADER_SANDBOX="chroot")
    assert refused.returncode != 0
    assert refused.stderr.count("There is no sandbox called 'chroot': choose from bubblewrap, none.") == 1
    assert "Traceback" not in refused.stderr
    assert not list((course.root / "autograded").rglob("*.ipynb"))
    assert nbgrader(course, "autograde", CHAPTER).returncode == 0
    assert len(list((course.root / "autograded").rglob("*.ipynb"))) == 2 * len(SECTIONS)
