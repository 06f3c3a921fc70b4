"""What nbgrader's exchange needs beside a student's notebooks on their way back: when they were handed in, and the
secret by which the student's own `nbgrader fetch_feedback` finds their pages."""

from __future__ import annotations

import secrets
from pathlib import Path

from traitlets.config import Config

from autograder.course import Chapter, write_atomically
from autograder.grading.gradebook.moments import TIMESTAMP, timestamp_of
from autograder.grading.intake.submission import handed_in

SECRET = "submission_secret.txt"
LONGEST_SECRET_BYTES = 10_000


def hand_on(source: Path, target: Path) -> None:
    """Bring both files from a submission's folder to the next one. What the submission lacks goes from there, too."""
    _put(target / TIMESTAMP, timestamp_of(source))
    _put(target / SECRET, _secret_in(source))


def hand_back(chapter: Chapter, student: str, settings: Config) -> None:
    """Bring both files to a student's feedback pages. settings: nbgrader's.

    `nbgrader release_feedback` stops at a student without them. So where the exchange is used, one who handed in some
    other way gets stand-ins, by which nobody can fetch anything.
    """
    folder = chapter.folder_of(student, "feedback")
    kept = _secret_in(folder)
    hand_on(chapter.folder_of(student, "autograded"), folder)
    if _is_used(settings):
        if not (folder / SECRET).is_file():
            _put(folder / SECRET, kept or secrets.token_hex(64))
        if not (folder / TIMESTAMP).is_file():
            _put(folder / TIMESTAMP, "")


def _is_used(settings: Config) -> bool:
    exchange = settings.Exchange.root
    return (Path(exchange) / settings.CourseDirectory.course_id).is_dir() if isinstance(exchange, str) else False


def _secret_in(folder: Path) -> str | None:
    content = handed_in(folder / SECRET)
    if not isinstance(content, bytes) or not 0 < len(content) <= LONGEST_SECRET_BYTES:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _put(path: Path, text: str | None) -> None:
    """Write a text file, with its folder, or remove it where there is no text."""
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
