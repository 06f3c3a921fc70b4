"""What a course sets for grading, written where `check` finds it in students' hands: into the package itself."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from autograder.as_in_grading.settings import FILE, Settings
from autograder.course import Course, write_atomically
from autograder.grading.gradebook.nbgrader_config import limits_in, read_settings


def write_students_settings(course: Course) -> None:
    """Write the file, or remove it where the course has the usual settings. Raises CourseError for wrong ones."""
    path, text = _path(course), _text(course)
    if text and path.parent.is_dir():
        write_atomically(path, text)
    else:
        path.unlink(missing_ok=True)


def settings_differences(course: Course) -> list[str]:
    """Say in a sentence that the file is not what the configuration makes, if so."""
    path = _path(course)
    found = path.read_text(encoding="utf-8") if path.is_file() else ""
    differs = path.parent.is_dir() and found != _text(course)
    return [f"autograder/{FILE} differs from what nbgrader_config.py makes"] if differs else []


def _path(course: Course) -> Path:
    return course.root / "autograder" / FILE


def _text(course: Course) -> str:
    """Return what is to stand in the file; "" where there is nothing to say."""
    limits = limits_in(read_settings(course.root))
    settings = Settings(limits.call_seconds, (*limits.packages, *_modules(course)))
    return "" if settings == Settings() else json.dumps(asdict(settings), indent=1) + "\n"


def _modules(course: Course) -> list[str]:
    """Return the modules that lie beside the notebooks of a chapter: grading has them, too."""
    folders = [course.source / chapter for chapter in course.chapters()]
    found = [path.stem for folder in folders for path in folder.glob("*.py")]
    found += [path.parent.name for folder in folders for path in folder.glob("*/__init__.py")]
    return sorted(set(found))
