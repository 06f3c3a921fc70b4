"""A notebook that was handed in under another name: `1_relu (1).ipynb`, `Copy of 1_relu.ipynb`, `1_relu.ipynb.txt`.

It is known by its cells where only one file can be meant; where that is not so, the notebook is set aside, and the
reason names the files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Chapter, grading_of
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import exercises_found, has_answers
from autograder.grading.intake.submission import SetAside, Submitted, handed_in, parse
from autograder.judge.formatting import UNPRINTABLE, readable

MOST_FILES = 12
"""How many files with other names are looked at."""
LEAST_SHARE = 0.5
"""The part of a notebook's exercises that a file must have to be that notebook."""
OF_SYSTEMS = ("__MACOSX",)
"""Folders that systems make."""


@dataclass(frozen=True)
class Found:
    """The submitted file of a notebook. content: None where there is none, SetAside where a person has to look.

    file: its name, where that is another than the notebook's. flags: sentences for the instructor.
    """

    content: bytes | SetAside | None
    file: str = ""
    flags: tuple[str, ...] = ()


@dataclass
class _File:
    """A file with a name that no notebook of the chapter has. of: the notebook whose cells it has, "" if none is.

    is_notebook: whether its name is a notebook's.
    """

    name: str
    is_notebook: bool
    of: str = ""
    submitted: Submitted | None = None
    reason: str = ""

    @property
    def shown(self) -> str:
        return readable(self.name).replace("\n", UNPRINTABLE)


def other_notebooks(chapter: Chapter, student: str) -> list[str]:
    """List what could be notebooks under other names, the first of many."""
    return [name for name, _ in _others(chapter, student)][:MOST_FILES]


def find_notebook(chapter: Chapter, student: str, section: str) -> Found:
    """Find the file of one of the chapter's notebooks in a student's submission."""
    folder = chapter.folder_of(student, "submitted")
    own = handed_in(folder / f"{section}.ipynb")
    if isinstance(own, SetAside) or not any(_others(chapter, student)):
        return Found(own)
    instructors = master(chapter.course, chapter.notebook(section))
    if own is not None and _is_answered(instructors, own):
        return Found(own)
    files = [_read(chapter, folder / name, is_notebook) for name, is_notebook in _others(chapter, student)][:MOST_FILES]
    return _chosen(section, own, files, instructors, folder)


def _chosen(section: str, own: bytes | None, files: list[_File], instructors: NotebookNode, folder: Path) -> Found:
    copies = [file for file in files if file.of == section and file.submitted]
    answered = [file for file in copies if file.submitted and has_answers(instructors, file.submitted)]
    different = {str([cell["source"] for cell in file.submitted.cells]) for file in answered if file.submitted}
    if len(different) > 1:
        return Found(SetAside(f"{_named(answered)} have different answers: keep one of them, as {section}.ipynb"))
    if chosen := (answered or (copies if own is None else []))[:1]:
        blank = f", and {section}.ipynb is as released" if own is not None else ""
        flag = f"it was handed in as {chosen[0].shown}: it was known by its cells{blank}"
        return Found(handed_in(folder / chosen[0].name), chosen[0].name, (flag,))
    unknown = [
        file for file in files if not file.of and (file.is_notebook or section.casefold() in file.name.casefold())
    ]
    if own is None and unknown:
        reasons = "; ".join(f"{file.shown}: {file.reason}" for file in unknown)
        return Found(SetAside(f"there is no {section}.ipynb, and what may be it could not be recognized ({reasons})"))
    return Found(own)


def _named(files: list[_File]) -> str:
    return " and ".join(file.shown for file in files)


def _is_answered(instructors: NotebookNode, content: bytes) -> bool:
    """Whether a file has answers, or is no notebook: then that is said of it."""
    try:
        return has_answers(instructors, parse(content))
    except SetAside:
        return True


def _others(chapter: Chapter, student: str) -> Iterator[tuple[str, bool]]:
    """Yield what may be a notebook under another name, and whether it is called a notebook. Folders may hold one."""
    sections = chapter.sections()
    expected = {f"{section}.ipynb" for section in sections}
    try:
        names = sorted(os.listdir(chapter.folder_of(student, "submitted")))
    except OSError:
        return
    for name in names:
        low = name.casefold()
        if name in expected or name.startswith((".", "~", *OF_SYSTEMS)):
            continue
        if ".ipynb" in low or any(section.casefold() in low for section in sections):
            yield name, ".ipynb" in low
        elif os.path.isdir(chapter.folder_of(student, "submitted") / name):
            yield name, False


def _read(chapter: Chapter, path: Path, is_notebook: bool) -> _File:
    file = _File(path.name, is_notebook)
    if path.is_dir() and not path.is_symlink():
        file.reason = "a folder; move the notebooks out of it"
        file.is_notebook = _holds_notebooks(path)
        return file
    content = handed_in(path) if is_notebook else None
    if not isinstance(content, bytes):
        file.reason = str(content) if content else "not a notebook"
        return file
    try:
        file.submitted = parse(content)
    except SetAside as reason:
        file.reason = str(reason)
        return file
    file.of = _section_of(chapter, file.submitted)
    file.reason = "" if file.of else "its cells are not those of one notebook of this chapter"
    return file


def _holds_notebooks(folder: Path) -> bool:
    try:
        return any(name.endswith(".ipynb") for name in os.listdir(folder))
    except OSError:
        return False


def _section_of(chapter: Chapter, submitted: Submitted) -> str:
    """Return the notebook whose cells a submission has, "" where it could be none or several."""
    shares: dict[str, float] = {}
    for section in chapter.sections():
        instructors = master(chapter.course, chapter.notebook(section))
        exercises = sum(1 for cell in instructors.cells if grading_of(cell))
        shares[section] = exercises_found(instructors, submitted) / max(exercises, 1)
    most = max(shares.values())
    best = [section for section, share in shares.items() if share == most]
    return best[0] if len(best) == 1 and most >= LEAST_SHARE else ""
