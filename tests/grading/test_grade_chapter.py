"""Grading a chapter: everybody gets what they deserve, whatever the others do and wherever it was stopped."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.commands.grade import table
from autograder.course import Course, CourseError
from autograder.grading import grade_chapter as grade_chapter_module
from autograder.grading.grade_chapter import grade_chapter, submitted
from autograder.grading.scoring.grade_notebook import handed_in
from autograder.grading.scoring.results import Results
from tests.grading.conftest import ODD_NAMES, copy_of
from tests.grading.small_course import (
    ALPHA_FORGOTTEN,
    CHAPTER,
    DOUBLE_POINTS,
    GRADIENTS,
    POINTS,
    SECTIONS,
    UNITS,
    autograded,
    folder_of,
    gradebook,
    hand_in,
    scores_of,
)

FULL_UNITS = {"elu_test": POINTS["elu"], "relu_test": POINTS["relu"], "double_test": DOUBLE_POINTS, "why": None}
FULL_GRADIENTS = {"elu_backward_test": POINTS["elu_backward"]}
FULL = {**FULL_UNITS, **FULL_GRADIENTS}


def regrade(course, **options):
    return grade_chapter(course, CHAPTER, devices=("cpu",), jobs=1, **options)


def offspring() -> set[int]:
    """The processes that this one has started and theirs, but for Python's own helper."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if words[0] not in "ZX" and b"resource_tracker" not in (folder / "cmdline").read_bytes():
                parents[int(folder.name)] = int(words[1])
        except (OSError, ValueError):
            continue
    found = {os.getpid()}
    while grown := {number for number, parent in parents.items() if parent in found} - found:
        found |= grown
    return found - {os.getpid()}


# ---------------------------------------------------------------- one class


@pytest.mark.parametrize("student", ["ada", "hal", *ODD_NAMES])
def test_the_right_answers_get_all_points_whatever_the_name_and_the_editor(graded, student):
    assert scores_of(graded.course, student) == FULL


def test_a_mistake_costs_its_share(graded):
    found = scores_of(graded.course, "bob")
    assert 0 < found["elu_test"] < POINTS["elu"]
    assert {**found, "elu_test": POINTS["elu"]} == FULL


def test_a_submission_as_released_gets_nothing_and_needs_no_person(graded):
    found = {key: row for key, row in gradebook(graded.course).items() if key[0] == "cyd"}
    assert {row for row in found.values()} == {(0.0, None, False)}
    assert len(found) == len(FULL)


def test_a_missing_notebook_gets_nothing_and_the_other_one_its_points(graded):
    assert scores_of(graded.course, "dan") == {**FULL_UNITS, "elu_backward_test": 0.0}


def test_an_empty_folder_gets_no_score_and_a_flag(graded):
    assert scores_of(graded.course, "fay") == dict.fromkeys(FULL)
    assert graded.summary.students["fay"][UNITS].set_aside == "the submission holds no notebook of this chapter"
    assert all(row[2] for key, row in gradebook(graded.course).items() if key[0] == "fay")
    kept = Results(graded.course.root, CHAPTER).find("fay", UNITS)
    assert kept.set_aside
    assert {cell.score for cell in kept.cells.values()} == {None}


def test_a_file_that_is_no_notebook_is_set_aside_and_the_other_one_graded(graded):
    assert scores_of(graded.course, "gus") == {**dict.fromkeys(FULL_UNITS), **FULL_GRADIENTS}
    assert all(row[2] for key, row in gradebook(graded.course).items() if key[:2] == ("gus", UNITS))


def test_files_that_belong_to_no_notebook_are_named(graded):
    assert graded.summary.ignored == {"bob": ["notes.txt"]}


def test_nothing_is_left_in_the_folder_for_temporary_files(graded):
    assert not [path.name for path in graded.scratch.iterdir() if not path.name.startswith(("pymp-", "matplotlib-"))]


def test_no_process_is_left(graded):
    assert not offspring()


def test_the_seed_is_a_secret(graded):
    folder = graded.course.root / "verdicts" / CHAPTER
    assert stat.S_IMODE((folder / "seed").stat().st_mode) == 0o600
    for path in folder.glob("*/*.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    seed = (folder / "seed").read_text().strip()
    for place in ("release", "autograded", "feedback"):
        for path in (graded.course.root / place).rglob("*.*"):
            assert not path.is_file() or seed.encode() not in path.read_bytes()


def test_the_seed_is_drawn_once(tmp_path):
    results = Results(tmp_path, CHAPTER)
    assert results.seed() == results.seed() == Results(tmp_path, CHAPTER).seed()
    assert results.seed() != Results(tmp_path, "another").seed()


def test_a_seed_that_is_none_is_told(tmp_path):
    Results(tmp_path, CHAPTER).seed()
    (tmp_path / "verdicts" / CHAPTER / "seed").write_text("five")
    with pytest.raises(CourseError, match="is no number"):
        Results(tmp_path, CHAPTER).seed()


# ---------------------------------------------------------------- again


def test_a_second_run_judges_nothing_and_changes_nothing(graded, tmp_path, monkeypatch):
    course = copy_of(graded.course, tmp_path / "course")
    before = autograded(course), gradebook(course)
    monkeypatch.setattr(grade_chapter_module, "worker_pool", None)
    seen = []
    regrade(course, show=lambda progress: seen.append((progress.done, progress.kept)))
    assert seen[-1][0] == seen[-1][1] == len(SECTIONS) * len(graded.summary.students)
    assert (autograded(course), gradebook(course)) == before


def test_judged_afresh_by_one_process_everything_is_the_same(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    before = autograded(course), gradebook(course)
    for path in (course.root / "verdicts" / CHAPTER).glob("*/*.json"):
        path.unlink()
    shutil.rmtree(course.root / "autograded")
    grade_chapter(course, CHAPTER, devices=("cpu",), jobs=1)
    assert (autograded(course), gradebook(course)) == before


def test_what_changed_is_judged_again_and_a_persons_score_stays(graded, tmp_path, monkeypatch):
    from nbgrader.api import Gradebook

    course = copy_of(graded.course, tmp_path / "course")
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        for cell, score in (("why", 2.5), ("elu_test", 1.0)):
            grade = book.find_grade(cell, UNITS, CHAPTER, "bob")
            grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment("why", UNITS, CHAPTER, "bob").manual_comment = "Well said."
        book.db.commit()
    hand_in(course, "bob", {"why": "Because."}, sections=[UNITS])
    folder_of(course, "dan").joinpath(f"{GRADIENTS}.ipynb").symlink_to("/etc/passwd")
    judged = []
    keep = Results.keep
    monkeypatch.setattr(
        Results, "keep", lambda self, result: (judged.append((result.student, result.section)), keep(self, result))
    )
    regrade(course)
    assert sorted(judged) == [("bob", UNITS), ("dan", GRADIENTS)]
    found = gradebook(course)
    assert found["bob", UNITS, "why"] == (None, 2.5, False)
    assert found["bob", UNITS, "elu_test"] == (POINTS["elu"], 1.0, True)
    assert found["dan", GRADIENTS, "elu_backward_test"] == (None, None, True)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        assert book.find_comment("why", UNITS, CHAPTER, "bob").comment == "Well said."


def test_one_student_alone_can_be_graded(graded, tmp_path, monkeypatch):
    course = copy_of(graded.course, tmp_path / "course")
    monkeypatch.setattr(grade_chapter_module, "worker_pool", None)
    assert list(regrade(course, student="bob").students) == ["bob"]


# ---------------------------------------------------------------- stopped


class Mishap(Exception):
    pass


def test_an_exception_in_the_middle_ends_every_process_and_the_next_run_goes_on(course):
    for number in range(3):
        hand_in(course, f"student {number}", {"elu": ALPHA_FORGOTTEN} if number else {})

    def stop(progress):
        if progress.done == 2:
            raise Mishap

    with pytest.raises(Mishap):
        regrade(course, show=stop)
    assert not offspring()
    kept = len(list((course.root / "verdicts").rglob("*.json")))
    assert kept >= 2
    first = []
    regrade(course, show=lambda progress: first.append(progress.kept))
    assert first[-1] == kept
    assert scores_of(course, "student 0") == FULL
    assert scores_of(course, "student 1") == scores_of(course, "student 2")


def test_a_judge_that_is_killed_costs_nobody_anything(course):
    for number in range(2):
        hand_in(course, f"student {number}", {}, sections=[UNITS])
    killed = []

    def kill_a_judge():
        end = time.monotonic() + 120
        while not killed and time.monotonic() < end:
            for number in offspring():
                try:
                    busy = b"worker.py" in Path(f"/proc/{number}/cmdline").read_bytes()
                    parent = int(Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                if busy and parent != os.getpid():
                    os.kill(parent, 9)
                    killed.append(parent)
                    return
            time.sleep(0.01)

    thread = threading.Thread(target=kill_a_judge)
    thread.start()
    regrade(course)
    thread.join()
    assert killed
    for number in range(2):
        assert scores_of(course, f"student {number}") == {**FULL_UNITS, "elu_backward_test": 0.0}
    assert not offspring()


def test_what_ends_its_judge_twice_is_set_aside_alone(course, monkeypatch):
    tasks = [grade_chapter_module._task(course, name, CHAPTER, UNITS) for name in ("ada", "bob", "cyd")]
    config = grade_chapter_module.GradingConfig(course, 1, ("cpu",))

    def until_bob(todo, config, jobs, ahead, *, warm_up):
        """Stands in for the workers, of which bob's submission ends every one."""
        while todo:
            task = todo.popleft()
            if task.student == "bob":
                return [task, *([todo.popleft()] if ahead > 1 else [])]
            yield grade_chapter_module.set_aside(task, "judged", grade_chapter_module.master(course, task.notebook), "")
        return []

    monkeypatch.setattr(grade_chapter_module, "_until_a_death", until_bob)
    found = {result.student: result for result in grade_chapter_module._judged(tasks, config, 1)}
    assert found["bob"].set_aside == "the process that judged it ended, twice"
    assert found["ada"].key == found["cyd"].key == "judged"


def test_a_judge_that_fails_sets_that_one_aside(course, monkeypatch):
    def fail(task, config):
        raise ZeroDivisionError("inside the judge")

    hand_in(course, "ada", {})
    monkeypatch.setattr(grade_chapter_module, "grade", fail)
    task = grade_chapter_module._task(course, "ada", CHAPTER, UNITS)
    result = grade_chapter_module._grade_in_worker(task, grade_chapter_module.GradingConfig(course, 1))
    assert result.set_aside == "the judge failed on it (ZeroDivisionError: inside the judge)"
    assert {cell.score for cell in result.cells.values()} == {None}


# ---------------------------------------------------------------- who handed in


def test_hidden_folders_links_and_files_are_no_students(course):
    hand_in(course, "ada")
    for name in (".git", ".ipynb_checkpoints"):
        (course.root / "submitted" / name / CHAPTER).mkdir(parents=True)
    (course.root / "submitted" / "link").symlink_to(course.root / "submitted" / "ada")
    (course.root / "submitted" / "cyd").mkdir()
    (course.root / "submitted" / "cyd" / CHAPTER).symlink_to(course.root / "submitted" / "ada" / CHAPTER)
    (course.root / "submitted" / "dan").mkdir()
    (course.root / "submitted" / "dan" / CHAPTER).write_text("a file")
    (course.root / "submitted" / "list.csv").write_text("ada")
    assert submitted(course, CHAPTER) == ["ada"]


def test_no_submission_is_told(course):
    with pytest.raises(CourseError, match="There are no submissions for 1_small"):
        submitted(course, CHAPTER)
    hand_in(course, "ada")
    with pytest.raises(CourseError, match="no submission of 'bob'"):
        submitted(course, CHAPTER, "bob")


def test_a_kept_result_that_was_damaged_is_judged_again(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    results = Results(course.root, CHAPTER)
    path = course.root / "verdicts" / CHAPTER / "ada" / f"{UNITS}.json"
    whole = json.loads(path.read_text())
    for damaged in ("", "{", "[]", "{}", json.dumps({**whole, "cells": []}), json.dumps({**whole, "cells": {"a": 1}})):
        path.write_text(damaged)
        assert results.find("ada", UNITS) is None


@contextlib.contextmanager
def as_ordinary_user() -> Iterator[None]:
    """As somebody to whom a folder can be closed: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(12345)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_course(template) -> Iterator[Course]:
    """A copy of the small course where everybody may go."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        course = copy_of(template, Path(folder) / "course")
        hand_in(course, "ada")
        hand_in(course, "bob")
        yield course
        for path in (course.root / "submitted" / "ada", course.root / "submitted" / "ada" / CHAPTER):
            path.chmod(0o755)


def test_a_chapter_folder_that_cannot_be_read_is_set_aside_and_told(open_course):
    folder = folder_of(open_course, "ada")
    folder.chmod(0)
    with as_ordinary_user():
        assert submitted(open_course, CHAPTER) == ["ada", "bob"]
        content = handed_in(folder / f"{UNITS}.ipynb")
        told = grade_chapter_module._ignored(open_course, "ada", CHAPTER, list(SECTIONS))
    assert "cannot be opened" in str(content)
    assert told == ["the folder, which cannot be read (Permission denied)"]


def test_a_students_folder_that_cannot_be_read_is_passed_over_and_told(open_course):
    (open_course.root / "submitted" / "ada").chmod(0)
    with as_ordinary_user():
        assert submitted(open_course, CHAPTER) == ["bob"]
        assert grade_chapter_module.passed_over(open_course, CHAPTER) == {
            "ada": "the folder cannot be opened (Permission denied)"
        }


@pytest.mark.parametrize(
    ("name", "shown", "reason"),
    [
        (b"a\xff", "a\N{REPLACEMENT CHARACTER}", "cannot be written"),
        (b"a\x1b[2Jb", "a\N{REPLACEMENT CHARACTER}[2Jb", "cannot be written"),
        (b"seed", "seed", "no student can have this name"),
    ],
    ids=["not UTF-8", "a sequence for the terminal", "the name of the file with the seed"],
)
def test_a_student_with_an_impossible_name_is_passed_over_and_the_others_go_on(course, name, shown, reason):
    hand_in(course, "ada", sections=[UNITS])
    folder = os.path.join(os.fsencode(course.root), b"submitted", name)
    shutil.copytree(os.path.join(os.fsencode(course.root), b"submitted", b"ada"), folder)
    summary = regrade(course)
    assert list(summary.students) == ["ada"]
    assert reason in summary.passed_over[shown]
    text = table(course, summary)
    assert f"not graded: {shown}: " in text
    assert text.encode()
    shutil.rmtree(course.root / "submitted" / "ada")
    with pytest.raises(CourseError, match=reason):
        submitted(course, CHAPTER)


def test_the_names_of_other_files_are_few_and_can_be_printed(course):
    hand_in(course, "ada", sections=[UNITS])
    folder = os.fsencode(folder_of(course, "ada"))
    for name in (b"0\x1b]0;x\x07", b"1\xff", *(f"file {number}".encode() for number in range(40))):
        Path(os.fsdecode(os.path.join(folder, name))).write_text("")
    told = grade_chapter_module._ignored(course, "ada", CHAPTER, list(SECTIONS))
    assert len(told) == 11
    assert told[-1] == "32 more"
    assert all(name.isprintable() for name in told)
