"""Packs the pages of a chapter for handing back: a folder a student, in one zip."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from autograder.course import Chapter, CourseError
from autograder.grading.pages.feedback import page_of
from autograder.grading.pages.index import index_of

MOODLES_NAME = re.compile(r"[^_]+_\d+")
"""A student as Moodle names the folders of a downloaded assignment: full name and number."""
MOODLES_FOLDER = "{student}_assignsubmission_file_"
"""A folder of the zip that Moodle takes as "upload multiple feedback files in a zip"."""


def write_zip(chapter: Chapter, students: list[str], path: Path, *, moodle: bool = False) -> int:
    """Write the zip, replacing nothing. Returns how many students' pages are in it. moodle: for upload into Moodle.

    Raises CourseError where the file is there already, there are no pages, or Moodle could not know a student.
    """
    pages = {student: found for student in students if (found := _pages(chapter, student))}
    if not pages:
        raise CourseError(f"There are no pages of {chapter.name} yet: run  python3 -m autograder grade {chapter.name}")
    unknown = [student for student in pages if moodle and not MOODLES_NAME.fullmatch(student)]
    if unknown:
        raise CourseError(
            "Moodle knows students by folders such as `Ada Lovelace_12345`, and these are called otherwise: "
            f"{', '.join(unknown[:5])}{' and others' if len(unknown) > 5 else ''}. Collect them under Moodle's names, "
            "or pack the pages without --moodle."
        )
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for student, found in pages.items():
                folder = MOODLES_FOLDER.format(student=student) if moodle else f"{student}/{chapter.name}"
                for page in found:
                    archive.write(page, f"{folder}/{page.name}")
    except FileExistsError:
        if path.is_dir():
            raise CourseError(
                f"{path} is a folder: give the name of a file, such as {path / 'feedback.zip'}."
            ) from None
        raise CourseError(f"{path} is there already: choose another name, or remove it.") from None
    return len(pages)


def _pages(chapter: Chapter, student: str) -> list[Path]:
    paths = [index_of(chapter, student), *(page_of(chapter, student, section) for section in chapter.sections())]
    return list(dict.fromkeys(path for path in paths if path.is_file()))
