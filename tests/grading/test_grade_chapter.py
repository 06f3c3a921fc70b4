"""Grading a chapter: everybody gets what they deserve, whatever the others do and wherever it was stopped."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from autograder.commands.grade import table
from autograder.course import Chapter, Course, CourseError
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.scoring import in_parallel
from autograder.grading.scoring.results import Results
from autograder.sandbox.bubblewrap import templates
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
from tests.support.speed import wait_until

FULL_UNITS = {"elu_test": POINTS["elu"], "relu_test": POINTS["relu"], "double_test": DOUBLE_POINTS, "why": None}
FULL_GRADIENTS = {"elu_backward_test": POINTS["elu_backward"]}
FULL = {**FULL_UNITS, **FULL_GRADIENTS}


def regrade(course, **options):
    return grade_chapter(Chapter(course, CHAPTER), devices=("cpu",), jobs=1, **options)


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
    kept = Results(Chapter(graded.course, CHAPTER)).find("fay", UNITS)
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
    templates.end()
    assert not offspring()


def test_the_secret_reaches_no_student(graded):
    folder = graded.course.root / "verdicts" / CHAPTER
    assert stat.S_IMODE((folder / "seed").stat().st_mode) == 0o600
    for path in folder.glob("*/*.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = (folder / "seed").read_text().strip()
    for place in ("release", "autograded", "feedback"):
        for path in (graded.course.root / place).rglob("*.*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes()


def test_the_secret_has_256_bits_and_is_drawn_once(tmp_path):
    chapter, another = (Chapter(Course(tmp_path), name) for name in (CHAPTER, "another"))
    results = Results(chapter)
    assert results.secret() == results.secret() == Results(chapter).secret()
    assert results.secret() != Results(another).secret()
    assert len(bytes.fromhex(results.secret())) == 32


@pytest.mark.parametrize("before", ["1618033988\n", ""])
def test_a_small_seed_of_an_earlier_version_is_replaced_by_a_secret(tmp_path, before):
    results = Results(Chapter(Course(tmp_path), CHAPTER))
    results.folder.mkdir(parents=True)
    (results.folder / "seed").write_text(before)
    assert len(bytes.fromhex(results.secret())) == 32
    assert stat.S_IMODE((results.folder / "seed").stat().st_mode) == 0o600
    assert results.secret() == results.secret()


@pytest.mark.parametrize("damaged", [b"five", b"0123456789abcdef", b"\xff" * 64])
def test_a_secret_that_is_damaged_is_told(tmp_path, damaged):
    results = Results(Chapter(Course(tmp_path), CHAPTER))
    results.folder.mkdir(parents=True)
    (results.folder / "seed").write_bytes(damaged)
    with pytest.raises(CourseError, match="is damaged"):
        results.secret()
    assert (results.folder / "seed").read_bytes() == damaged


# ---------------------------------------------------------------- again


def test_a_second_run_judges_nothing_and_changes_nothing(graded, tmp_path, monkeypatch):
    course = copy_of(graded.course, tmp_path / "course")
    before = autograded(course), gradebook(course)
    monkeypatch.setattr(in_parallel, "worker_pool", None)
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
    grade_chapter(Chapter(course, CHAPTER), devices=("cpu",), jobs=1)
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
    hand_in(course, "bob", {"why": "Because its slope is nowhere zero."}, sections=[UNITS])
    folder_of(course, "dan").joinpath(f"{GRADIENTS}.ipynb").symlink_to("/etc/passwd")
    judged = []
    keep = Results.keep
    monkeypatch.setattr(
        Results, "keep", lambda self, result: (judged.append((result.student, result.section)), keep(self, result))
    )
    told = table(regrade(course))
    assert sorted(judged) == [("bob", UNITS), ("dan", GRADIENTS)]
    assert "why: changed since a person gave 2.5 of 3 points: look at it again" in told
    assert "elu_test: changed since a person gave 1 of 6 points" in told
    found = gradebook(course)
    assert found["bob", UNITS, "why"] == (None, 2.5, True)
    assert found["bob", UNITS, "elu_test"] == (POINTS["elu"], 1.0, True)
    assert found["dan", GRADIENTS, "elu_backward_test"] == (None, None, True)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        assert book.find_comment("why", UNITS, CHAPTER, "bob").comment == "Well said."


def test_one_student_alone_can_be_graded(graded, tmp_path, monkeypatch):
    course = copy_of(graded.course, tmp_path / "course")
    monkeypatch.setattr(in_parallel, "worker_pool", None)
    assert list(regrade(course, student="bob").students) == ["bob"]


# ---------------------------------------------------------------- stopped


class Mishap(Exception):
    pass


def test_after_an_exception_in_the_middle_the_next_run_goes_on(course):
    """It ends every process."""
    for number in range(3):
        hand_in(course, f"student {number}", {"elu": ALPHA_FORGOTTEN} if number else {})

    def stop(progress):
        if progress.done == 2:
            raise Mishap

    with pytest.raises(Mishap):
        regrade(course, show=stop)
    templates.end()
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

    def kill_a_judge() -> bool:
        for number in offspring():
            try:
                busy = b"worker.py" in Path(f"/proc/{number}/cmdline").read_bytes()
                parent = int(Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if busy and parent != os.getpid():
                os.kill(parent, 9)
                killed.append(parent)
        return bool(killed)

    thread = threading.Thread(target=wait_until, args=(kill_a_judge, 120))
    thread.start()
    regrade(course)
    thread.join()
    assert killed
    for number in range(2):
        assert scores_of(course, f"student {number}") == {**FULL_UNITS, "elu_backward_test": 0.0}
    assert not offspring()


def test_a_kept_result_that_was_damaged_is_judged_again(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    results = Results(Chapter(course, CHAPTER))
    path = course.root / "verdicts" / CHAPTER / "ada" / f"{UNITS}.json"
    whole = json.loads(path.read_text())
    for damaged in ("", "{", "[]", "{}", json.dumps({**whole, "cells": []}), json.dumps({**whole, "cells": {"a": 1}})):
        path.write_text(damaged)
        assert results.find("ada", UNITS) is None
