"""What an instructor gives to students: one zip with the released notebooks and what they need to run, no solutions."""

from __future__ import annotations

import zipfile
from pathlib import Path

from autograder.course import Course, CourseError

FILES = ("pyproject.toml", "constraints.txt", "environment.yml", "LICENSE", "README.md")
FOLDERS = ("release", "autograder", "Assets")
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")
NAME = "training-deep-networks"


def write_handout(course: Course, path: Path) -> int:
    """Write the zip, replacing nothing. Returns how many files are in it.

    Raises CourseError where the file is there already or there is nothing released.
    """
    files = [course.root / name for name in FILES if (course.root / name).is_file()]
    for folder in FOLDERS:
        files += [found for found in sorted((course.root / folder).rglob("*")) if found.is_file() and _belongs(found)]
    if not any(file.suffix == ".ipynb" for file in files):
        raise CourseError(f"There are no notebooks in {course.root / 'release'}: run  python3 -m autograder release")
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, f"{NAME}/{file.relative_to(course.root)}")
    except FileExistsError:
        raise CourseError(f"{path} is there already: choose another name, or remove it.") from None
    return len(files)


def _belongs(path: Path) -> bool:
    return not any(part in LEFT_OUT for part in path.parts)
