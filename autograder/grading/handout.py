"""Packs what an instructor gives to students: the released notebooks and what they need to run, without solutions."""

from __future__ import annotations

import zipfile
from pathlib import Path

from autograder.course import Course, CourseError

FILES = ("pyproject.toml", "constraints.txt", "environment.yml", "LICENSE")
FOLDERS = ("release", "autograder", "Assets")
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")
INSTRUCTORS = ("autograder/grading", "autograder/sandbox")
STUDENTS_COMMANDS = ("__init__.py", "lab.py")
STUDENTS_SECTIONS = ("The notebooks", "Students in a class", "Licence")
NAME = "training-deep-networks"


def write_handout(course: Course, path: Path) -> int:
    """Write the zip, replacing nothing. Returns how many files are in it.

    Raises CourseError where the file is there already or there is nothing released.
    """
    files = [course.root / name for name in FILES if (course.root / name).is_file()]
    for folder in FOLDERS:
        paths = sorted((course.root / folder).rglob("*"))
        files += [path for path in paths if path.is_file() and _belongs(path.relative_to(course.root))]
    if not any(file.suffix == ".ipynb" for file in files):
        raise CourseError(f"There are no notebooks in {course.root / 'release'}: run  python3 -m autograder release")
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, f"{NAME}/{file.relative_to(course.root).as_posix()}")
            archive.writestr(f"{NAME}/README.md", students_readme((course.root / "README.md").read_text("utf-8")))
    except FileExistsError:
        if path.is_dir():
            raise CourseError(f"{path} is a folder: give the name of a file, such as {path / 'course.zip'}.") from None
        raise CourseError(f"{path} is there already: choose another name, or remove it.") from None
    return len(files) + 1


def _belongs(path: Path) -> bool:
    """Whether a file, named from the course's root, is for students."""
    name = path.as_posix()
    if any(part in LEFT_OUT for part in path.parts) or name.startswith(INSTRUCTORS):
        return False
    return path.parent.as_posix() != "autograder/commands" or path.name in STUDENTS_COMMANDS


def students_readme(readme: str) -> str:
    """Return the README without the sections for instructors and contributors."""
    title, *sections = readme.split("\n## ")
    kept = [section for section in sections if section.startswith(STUDENTS_SECTIONS)]
    return "\n## ".join([title, *kept])
