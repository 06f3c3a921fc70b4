"""The files that students got beside the notebooks, modules and data: while grading they are there, too."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from autograder.course import Chapter
from autograder.grading.intake.submitted_folder import COME_ALONG
from autograder.sandbox import StudentProcess

MOST_BYTES = 8 * 2**20
"""Of all files together. They lie in the sandbox's working folder, which has little room."""

LAY_OUT = """
def lay_out(files):
    import base64, os, sys
    for name, content in files.items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "wb") as file:
            file.write(base64.b64decode(content))
    sys.path.insert(0, os.getcwd())

lay_out({files!r})
del lay_out
"""


def given_files(chapter: Chapter) -> dict[str, bytes]:
    """Return the files beside a chapter's notebooks in source/, which students get with them, by their paths there.

    Those that make it more than 8 MB are left out.
    """
    folder = chapter.course.source / chapter.name
    found: dict[str, bytes] = {}
    room = MOST_BYTES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix == ".ipynb" or not path.is_file() or any(COME_ALONG.fullmatch(part) for part in name.parts):
            continue
        if path.stat().st_size <= room:
            found[name.as_posix()] = path.read_bytes()
            room -= len(found[name.as_posix()])
    return found


def lay_out(files: Mapping[str, bytes] | None, process: StudentProcess) -> None:
    """Write files into the working folder of a student's process, from where its code can also import them."""
    if files:
        encoded = {name: base64.b64encode(content).decode() for name, content in files.items()}
        process.run("the course's files", LAY_OUT.replace("{files!r}", repr(encoded)))
