"""The files that students got beside the notebooks, modules and data: while grading they are there, too."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from autograder.course import Chapter
from autograder.grading.intake.submitted_folder import lying_beside
from autograder.sandbox import StudentProcess

MOST_BYTES = 8 * 2**20
"""Of all files together. They lie in the sandbox's working folder, which has little room."""

PIECE_BYTES = 2**20
"""How much of a file is written at once: what a cell may hold is limited."""

WRITE = """
import base64 as _base64, os as _os
_os.makedirs(_os.path.dirname({name!r}) or ".", exist_ok=True)
with open({name!r}, "ab") as _file:
    _file.write(_base64.b64decode({piece!r}))
del _base64, _os, _file
"""
FIND = """
import os as _os, sys as _sys
_sys.path.insert(0, _os.getcwd())
del _os, _sys
"""


def given_files(chapter: Chapter) -> dict[str, bytes]:
    """Return the files beside a chapter's notebooks in source/, which students get with them, by their paths there.

    Those that make it more than 8 MB are left out.
    """
    folder = chapter.course.source / chapter.name
    found: dict[str, bytes] = {}
    room = MOST_BYTES
    for path in lying_beside(folder):
        if path.stat().st_size <= room:
            name = path.relative_to(folder).as_posix()
            found[name] = path.read_bytes()
            room -= len(found[name])
    return found


def lay_out(files: Mapping[str, bytes] | None, process: StudentProcess) -> None:
    """Write files into the working folder of a student's process, from where its code can also import them.

    Raises RuntimeError where that fails: without them right work could fail, too.
    """
    if not files:
        return
    cells = [WRITE.format(name=name, piece=piece) for name, content in files.items() for piece in _pieces(content)]
    for cell in [*cells, FIND]:
        if problem := process.run("the course's files", cell).error:
            raise RuntimeError(f"the files that the course gave out could not be laid out: {problem}")


def _pieces(content: bytes) -> list[str]:
    starts = range(0, max(len(content), 1), PIECE_BYTES)
    return [base64.b64encode(content[start : start + PIECE_BYTES]).decode() for start in starts]
