"""submitted/: who handed in a chapter, whose folder cannot be graded and why, and what lies beside the notebooks."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import stat
import unicodedata
from pathlib import Path

from autograder.course import Chapter, CourseError
from autograder.grading.intake.submission import handed_in
from autograder.judge.formatting import UNPRINTABLE, quoted, readable

RESERVED_NAMES = ("seed", "released")
"""Names in verdicts/<chapter>/ that no student can have."""
TELLING = re.compile(r"[,;:“”]")
"""Signs that a sentence has and the name of a file seldom."""
SECOND_FOLDER = (
    "its accents are stored as a Mac stores them, and it could not be renamed: is there another folder of this name? "
    "Put what counts into one of them"
)
MOST_FILES_NAMED = 10
"""How many of the files that belong to no notebook are named."""
TOOLS_FOLDERS = frozenset([".git", ".svn", ".hg", ".ipynb_checkpoints", ".Trash", ".jupyter", ".vscode", ".idea"])
"""Folders whose names begin with a dot and that are no student's."""
COME_ALONG = re.compile(
    r"""
      timestamp\.txt | submission_secret\.txt | feedback | \.nbgrader\.log | \.ipynb_checkpoints | \.virtual_documents
    | \.DS_Store | \._.* | __MACOSX | Icon\r | \.localized | \.Spotlight-V100 | \.Trashes | \.fseventsd
    | Thumbs\.db | ehthumbs\.db | desktop\.ini | \$RECYCLE\.BIN | ~\$.* | \.~lock\..*\# | \.directory | \.nfs.*
    | __pycache__ | .*\.pyc | \.git | \.gitignore | \.gitattributes | \.gitkeep | \.vscode | \.idea
    | \.dropbox | \.dropbox\.attr | \.stfolder | \.TemporaryItems
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Files that nbgrader, an operating system or an editor puts beside notebooks."""


def composed(name: str) -> str:
    """Spell a student's name with composed letters: "Ü" as one sign, not "U" and its dots, as a Mac writes files."""
    return unicodedata.normalize("NFC", name)


def compose_names(root: Path) -> None:
    """Rename students' folders in a course folder to composed letters, so that `nbgrader` finds them under one name."""
    places = [root / name for name in ("submitted", "autograded", "feedback")]
    with contextlib.suppress(OSError):
        places += list((root / "verdicts").iterdir())
    for place in places:
        with contextlib.suppress(OSError):
            for path in list(place.iterdir()):
                if composed(path.name) != path.name:
                    _move(path, place / composed(path.name))


def _move(folder: Path, to: Path) -> None:
    """Rename a folder, or move what is in it into one that is there already, where nothing has to give way."""
    if not os.path.lexists(to):
        folder.rename(to)
    elif not to.samefile(folder):
        for path in list(folder.iterdir()):
            if not os.path.lexists(to / path.name):
                path.rename(to / path.name)
        if not any(folder.iterdir()):
            folder.rmdir()


def submitted(chapter: Chapter, student: str | None = None) -> list[str]:
    """Find the students who handed in something for a chapter, or the one student.

    Raises CourseError where there is nobody.
    """
    folder = chapter.course.folder("submitted")
    found = [name for name, reason in graded_folders(chapter).items() if not reason]
    if not found:
        reasons = "".join(f" {what}: {why}." for what, why in passed_over(chapter).items())
        raise CourseError(
            f"There are no submissions for {chapter.name}: {folder}/<student>/{chapter.name}/ is where they are looked "
            "for. `nbgrader collect` puts them there, and so does `python3 -m autograder collect` with the zip of a "
            f"learning platform.{reasons}"
        )
    if student is None:
        return found
    student = composed(student)
    if student not in found:
        why = graded_folders(chapter).get(student)
        near = difflib.get_close_matches(student, found, n=1, cutoff=0.5)
        told = f": {why}" if why else f". Did you mean {near[0]!r}?" if near else ""
        raise CourseError(f"There is no submission of {student!r} for {chapter.name} in {folder}{told or '.'}")
    return [student]


def handing_in(chapter: Chapter) -> set[str]:
    """Return everybody who has a folder for a chapter, whether it can be graded or not."""
    return {readable(name) for name in graded_folders(chapter)}


def passed_over(chapter: Chapter) -> dict[str, str]:
    """Find the students' folders that cannot be graded, by names that can be printed, and why."""
    return {shown(name): reason for name, reason in graded_folders(chapter).items() if reason}


def shown(name: str) -> str:
    """Return the name of a file or folder as it can be printed in a line."""
    return readable(name).replace("\n", UNPRINTABLE)


def shown_file(name: str) -> str:
    """Return the name of a student's file as it can be printed in a line; between quotation marks where it could be
    taken for words around it."""
    return quoted(name) if TELLING.search(name) else shown(name)


def other_files(chapter: Chapter, student: str) -> list[str]:
    """List what a student handed in beside the chapter's notebooks, by names that can be printed; the first of many.

    What comes along with every submission is not listed, nor are files that the course itself gave out, unless they
    are modules that the student changed.
    """
    expected = {f"{section}.ipynb" for section in chapter.sections()}
    folder, given_out = chapter.folder_of(student, "submitted"), chapter.course.source / chapter.name
    try:
        found = os.listdir(folder)
    except OSError as error:
        return [f"the folder, which cannot be read ({error.strerror})"]
    own = [name for name in found if name not in expected and not COME_ALONG.fullmatch(name)]
    names = sorted(shown_file(name) for name in own if not _was_given_out(folder / name, given_out / name))
    more = len(names) - MOST_FILES_NAMED
    return [*names[:MOST_FILES_NAMED], f"{more:,} more"] if more > 0 else names


def lying_beside(folder: Path) -> list[Path]:
    """Return the files in a chapter's folder of the course's that are no notebooks, in order: modules and data."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".ipynb")
    return [path for path in files if not any(map(COME_ALONG.fullmatch, path.relative_to(folder).parts))]


def _was_given_out(file: Path, released: Path) -> bool:
    """Whether a file is one that students got with the notebooks; of a module, whether it is still the same."""
    if file.suffix != ".py":
        return file.suffix != ".ipynb" and released.exists()
    return released.is_file() and handed_in(file) == released.read_bytes()


def graded_folders(chapter: Chapter) -> dict[str, str]:
    """Find every student who handed in something for a chapter, and why it cannot be graded, or ""."""
    folder = chapter.course.folder("submitted")
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    found = {}
    for name in (name for name in names if name not in TOOLS_FOLDERS):
        spelled, reason = composed(name), _obstacle(folder / name, chapter)
        if spelled != name and reason == "" and not _is_same(folder / name, folder / spelled):
            reason, spelled = SECOND_FOLDER, name
        if reason is not None:
            found[spelled] = reason
    return found


def _is_same(folder: Path, other: Path) -> bool:
    return other.exists() and other.samefile(folder)


def _obstacle(folder: Path, chapter: Chapter) -> str | None:
    """Find why a student's folder cannot be graded; "" where it can be; None where it holds nothing for the chapter."""
    try:
        link = stat.S_ISLNK(folder.lstat().st_mode)
        status = (folder / chapter.name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return f"the folder cannot be opened ({error.strerror})"
    if link or stat.S_ISLNK(status.st_mode):
        return "the folder is a link"
    if not stat.S_ISDIR(status.st_mode):
        return None
    if folder.name in chapter.course.excluded:
        return "left out by c.CourseDirectory.student_id_exclude in nbgrader_config.py"
    if folder.name.startswith("."):
        return "the folder's name begins with a dot: rename it"
    if not folder.name.isprintable():
        return "the folder's name has characters that cannot be written: rename it"
    return "no student can have this name here: rename the folder" if folder.name in RESERVED_NAMES else ""
