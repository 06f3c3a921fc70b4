"""Brings what was handed in on a learning platform to where it is graded. Nothing that is there is lost."""

from __future__ import annotations

import collections
import datetime
import json
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course import Chapter, write_atomically
from autograder.grading.gradebook.moments import TIMESTAMP, timestamp_of
from autograder.grading.intake.platform_zip import PlatformSubmission, PlatformZip
from autograder.grading.intake.submission import handed_in
from autograder.grading.intake.submitted_folder import RESERVED_NAMES, shown

LONGEST_NAME_BYTES = 200


@dataclass
class Collected:
    """What came of a zip: students whose work is new, newer, or as it was, older than what is there, or of unknown age;
    and sentences about everything else.

    uploads: Canvas's number of what is there by student. timed: whether the zip says when something was handed in.
    """

    uploads: dict[str, int]
    new: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    timed: bool = False


def collect(zip_path: Path, chapter: Chapter, gradebook: Any, update: bool = False) -> Collected:
    """Bring the submissions in a zip of Moodle or Canvas into submitted/.

    A submission that is there already is replaced by a newer one alone, or, where times do not tell which is newer, if
    `update` says so; it then lies in downloaded/<chapter>/replaced/. Raises CourseError for what is no such zip.
    """
    memory, names = _memory(chapter), moodles_names(chapter)
    done = Collected({student: known for student, known in _read(memory).items() if isinstance(known, int)})
    opened = PlatformZip(zip_path, chapter.sections())
    try:
        students = _students(opened.people(), gradebook.students)
        for submission in opened.submissions():
            student = students[submission.platform, submission.name, submission.number]
            done.notes += [f"{shown(student)}: not taken: {shown(text)}" for text in submission.refused]
            done.timed |= submission.handed_in is not None
            if not _bring(submission, student, chapter, update, done):
                continue
            if submission.platform == "Canvas":
                _remember(gradebook, student, submission.number)
                done.uploads[student] = submission.upload
            else:
                names[student] = f"{submission.name}_{submission.number}"
        done.notes += [f"not known whose it is: {shown(name)}" for name in opened.unknown]
    finally:
        opened.close()
        if done.uploads or names:
            memory.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(memory, json.dumps({**names, **done.uploads}, ensure_ascii=False))
    return done


def moodles_names(chapter: Chapter) -> dict[str, str]:
    """Return what Moodle calls those whose work was collected from it: full name and number, by student."""
    return {student: known for student, known in _read(_memory(chapter)).items() if isinstance(known, str)}


def _memory(chapter: Chapter) -> Path:
    """Return the file with what the platform calls what was collected: Canvas a number, Moodle a name and number."""
    return chapter.course.root / "downloaded" / chapter.name / "uploads.json"


def _read(memory: Path) -> dict[str, int | str]:
    try:
        return dict(json.loads(memory.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _remember(gradebook: Any, student: str, number: str) -> None:
    """Keep Canvas's number of a student in the gradebook: the next zip is matched by it, and so is an import there."""
    known = {one.id: one.lms_user_id for one in gradebook.students}
    if not known.get(student):
        gradebook.update_or_create_student(student, lms_user_id=number)


# ---------------------------------------------------------------- who it is

Person = tuple[str, str, str]
"""The platform, and its name and number for somebody."""


def _students(people: Iterable[Person], roster: Iterable[Any]) -> dict[Person, str]:
    """Find nbgrader's name for everybody: in the roster by the platform's number or by the full name, if it is one
    person's alone; else the platform's name. Whoever shares a name with somebody else gets the number with it."""
    people, roster = list(people), list(roster)
    by_number = {one.lms_user_id: one.id for one in roster if one.lms_user_id}
    by_name = _only_ones((spelling, one.id) for one in roster for spelling in _spellings(one))
    shared = collections.Counter(_letters(name) for _, name, _ in people)
    return {person: _student(person, by_number, by_name, shared[_letters(person[1])] > 1) for person in people}


def _student(person: Person, by_number: dict[str, str], by_name: dict[str, str], shared: bool) -> str:
    platform, name, number = person
    if platform == "Canvas" and number in by_number:
        return by_number[number]
    name = unicodedata.normalize("NFC", name)
    found = by_name.get(_letters(name))
    numbers = {student: known for known, student in by_number.items()}
    taken = platform == "Canvas" and numbers.get(found or name, number) != number
    if shared or taken:
        return f"{name}_{number}"
    return found or name


def _spellings(student: Any) -> Iterator[str]:
    first, last = student.first_name or "", student.last_name or ""
    if first and last:
        yield _letters(first + last)
        yield _letters(last + first)
    yield _letters(student.id)


def _only_ones(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the names that belong to one student alone."""
    found: dict[str, set[str]] = {}
    for name, student in pairs:
        found.setdefault(name, set()).add(student)
    return {name: students.pop() for name, students in found.items() if len(students) == 1}


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", name)).casefold()


# ---------------------------------------------------------------- where it goes


def _bring(submission: PlatformSubmission, student: str, chapter: Chapter, update: bool, done: Collected) -> bool:
    """Put a submission in its place, or note why not. Returns whether it is there now."""
    if obstacle := _obstacle(student, chapter):
        done.notes.append(f"{shown(student)}: {obstacle}")
        return False
    folder = chapter.folder_of(student, "submitted")
    files = dict(submission.files)
    if submission.handed_in and TIMESTAMP not in files:
        files[TIMESTAMP] = f"{submission.handed_in:%Y-%m-%d %H:%M:%S} UTC\n".encode()
    if not submission.files:
        done.notes.append(f"{student}: there is no file that could be taken")
        return False
    if not folder.is_dir():
        _put(folder, files)
        done.new.append(student)
        return True
    if _is_the_same(folder, files):
        done.same.append(student)
        return True
    newer = _is_newer(submission, files, folder, done.uploads.get(student, 0))
    if newer is False:
        done.older.append(student)
        return False
    if newer is None and not update:
        done.undecided.append(student)
        return False
    _put(folder, files, replaced(chapter) / student)
    done.newer.append(student)
    return True


def replaced(chapter: Chapter) -> Path:
    """Return the folder of submissions that newer ones have replaced."""
    return chapter.course.root / "downloaded" / chapter.name / "replaced"


def _is_newer(submission: PlatformSubmission, files: dict[str, bytes], folder: Path, upload: int) -> bool | None:
    """Whether a submission is newer than what is there, by Canvas's numbers or by the times; None where neither tells.

    upload: the number of what is there, 0 where that is not known.
    """
    if upload and submission.upload:
        return submission.upload > upload
    old, new = timestamp_of(folder), _timestamp_in(files)
    return _moment(new) > _moment(old) if old and new else None


def _obstacle(student: str, chapter: Chapter) -> str:
    possible = student.isprintable() and student not in RESERVED_NAMES and not student.startswith(".")
    if not possible or "/" in student or len(os.fsencode(student)) > LONGEST_NAME_BYTES:
        return "no folder can have this name"
    place = chapter.folder_of(student, "submitted")
    if place.parent.is_symlink() or place.is_symlink() or (place.exists() and not place.is_dir()):
        return f"{place} is a link or a file: it stays as it is"
    return ""


def _put(folder: Path, files: dict[str, bytes], old_ones: Path | None = None) -> None:
    """Write a submission, whole or not at all. old_ones: where the one that is there goes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".collecting-"))
    try:
        for name, content in files.items():
            (scratch / name).write_bytes(content)
        scratch.chmod(0o755)
        if old_ones:
            _keep_aside(folder, old_ones)
        scratch.rename(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _keep_aside(folder: Path, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name) for path in place.iterdir() if path.name.isdecimal()), default=0)
    shutil.move(folder, place / str(number))


def _is_the_same(folder: Path, files: dict[str, bytes]) -> bool:
    """Whether all files of a submission are there as they are; its time does not matter."""
    return all(handed_in(folder / name) == content for name, content in files.items() if name != TIMESTAMP)


def _timestamp_in(files: dict[str, bytes]) -> str | None:
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / TIMESTAMP).write_bytes(files.get(TIMESTAMP, b""))
        return timestamp_of(Path(scratch))


def _moment(timestamp: str) -> datetime.datetime:
    from nbgrader.utils import parse_utc

    return parse_utc(timestamp)
