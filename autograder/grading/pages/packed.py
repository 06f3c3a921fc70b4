"""Packs the pages of a chapter for handing back: a folder a student, in one zip."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from autograder.course import Chapter, CourseError
from autograder.grading.files import expect_new_file, new_zip
from autograder.grading.gradebook.collect import moodles_names
from autograder.grading.pages.feedback import page_of
from autograder.grading.pages.index import index_of

EXAMPLE = "feedback.zip"
MOODLES_NAME = re.compile(r"[^_]+_\d+")
"""A student as Moodle names the folders of a downloaded assignment: full name and number."""
MOODLES_FOLDER = "{student}_assignsubmission_file_"
"""A folder of the zip that Moodle takes as "upload multiple feedback files in a zip"."""


def write_zip(chapter: Chapter, students: list[str], path: Path, *, moodle: bool = False) -> int:
    """Write the zip, replacing nothing. Returns how many students' pages are in it. moodle: for upload into Moodle.

    Raises CourseError where it cannot be written, there are no pages, or Moodle could not know a student.
    """
    names = expect_zip(chapter, students, path, moodle=moodle)
    pages = {student: found for student in students if (found := _pages(chapter, student))}
    if not pages:
        command = chapter.course.command("grade", chapter.name)
        raise CourseError(f"There are no pages of {chapter.name} yet: run  {command}")
    with new_zip(path, EXAMPLE) as archive:
        for student, found in pages.items():
            folder = MOODLES_FOLDER.format(student=names[student]) if moodle else f"{student}/{chapter.name}"
            for page in found:
                archive.write(page, f"{folder}/{page.name}")
    return len(pages)


def expect_zip(chapter: Chapter, students: Iterable[str], path: Path, *, moodle: bool = False) -> dict[str, str]:
    """Return what Moodle calls each student: as collected from there, or as their folder is called.

    Raises CourseError where the zip cannot be written without replacing anything, or where Moodle could not know a
    student.
    """
    expect_new_file(path, EXAMPLE)
    known = moodles_names(chapter)
    names = {student: known.get(student, student) for student in students}
    unknown = [student for student, name in names.items() if moodle and not MOODLES_NAME.fullmatch(name)]
    if unknown:
        raise CourseError(
            "Moodle knows students by folders such as `Ada Lovelace_12345`, and these are called otherwise: "
            f"{', '.join(unknown[:5])}{' and others' if len(unknown) > 5 else ''}. Take what they handed in from "
            f"Moodle's zip once more, with  python3 -m autograder collect, or pack the pages without --moodle."
        )
    return names


def _pages(chapter: Chapter, student: str) -> list[Path]:
    paths = [index_of(chapter, student), *(page_of(chapter, student, section) for section in chapter.sections())]
    return list(dict.fromkeys(path for path in paths if path.is_file()))
