"""Packs the pages of a chapter for handing back: a folder a student, in one zip."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from autograder.course import Chapter, CourseError
from autograder.grading.files import expect_new_file, new_zip
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
    expect_zip(path, students, moodle=moodle)
    pages = {student: found for student in students if (found := _pages(chapter, student))}
    if not pages:
        raise CourseError(f"There are no pages of {chapter.name} yet: run  python3 -m autograder grade {chapter.name}")
    with new_zip(path, EXAMPLE) as archive:
        for student, found in pages.items():
            folder = MOODLES_FOLDER.format(student=student) if moodle else f"{student}/{chapter.name}"
            for page in found:
                archive.write(page, f"{folder}/{page.name}")
    return len(pages)


def expect_zip(path: Path, students: Iterable[str], *, moodle: bool = False) -> None:
    """Raise CourseError where the zip cannot be written without replacing anything, or where Moodle could not know a
    student."""
    expect_new_file(path, EXAMPLE)
    unknown = [student for student in students if moodle and not MOODLES_NAME.fullmatch(student)]
    if unknown:
        raise CourseError(
            "Moodle knows students by folders such as `Ada Lovelace_12345`, and these are called otherwise: "
            f"{', '.join(unknown[:5])}{' and others' if len(unknown) > 5 else ''}. Collect them under Moodle's names, "
            "or pack the pages without --moodle."
        )


def _pages(chapter: Chapter, student: str) -> list[Path]:
    paths = [index_of(chapter, student), *(page_of(chapter, student, section) for section in chapter.sections())]
    return list(dict.fromkeys(path for path in paths if path.is_file()))
