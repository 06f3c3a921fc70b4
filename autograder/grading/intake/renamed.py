"""A notebook that was handed in under another name: `1_relu (1).ipynb`, `Copy of 1_relu.ipynb`, `1_relu.ipynb.txt`, or
under the name of another notebook of the chapter.

It is known by its cells where only one file can be meant; where that is not so, the notebook is set aside, and the
reason names the files.
"""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Chapter, grading_of
from autograder.grading.intake.instructor_notebook import master
from autograder.grading.intake.rebuild import exercises_found, has_answers
from autograder.grading.intake.released import released
from autograder.grading.intake.submission import SetAside, Submitted, handed_in, parse
from autograder.grading.intake.submitted_folder import shown_file

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
    """A file that may be a notebook under another name. of: the notebook whose cells it has, "" if none is.

    is_notebook: whether its name is a notebook's.
    """

    name: str
    is_notebook: bool
    of: str = ""
    content: bytes | SetAside | None = None
    submitted: Submitted | None = None
    reason: str = ""

    @property
    def shown(self) -> str:
        return shown_file(self.name)

    def may_be(self, section: str, sections: list[str]) -> bool:
        """Whether, by its name, it may be a notebook of the chapter."""
        if self.name.removesuffix(".ipynb") in sections:
            return False
        return self.is_notebook or section.casefold() in self.name.casefold()


def other_notebooks(chapter: Chapter, student: str) -> list[str]:
    """List what could be notebooks under other names, the first of many."""
    return [name for name, _ in _others(chapter, student)]


def notebooks_found(chapter: Chapter, student: str) -> list[str]:
    """Return the notebooks of a chapter of which a submission has a file, under whatever name."""
    return [section for section in chapter.sections() if find_notebook(chapter, student, section).content is not None]


def find_notebook(chapter: Chapter, student: str, section: str) -> Found:
    """Find the file of one of the chapter's notebooks in a student's submission."""
    folder = chapter.folder_of(student, "submitted")
    own = handed_in(folder / f"{section}.ipynb")
    if isinstance(own, SetAside) or not (others := _others(chapter, student)):
        return Found(own)
    if own is not None and f"{section}.ipynb" not in dict(others) and _is_answered(chapter, section, own):
        return Found(own)
    files = {name: _read(chapter, folder / name, is_notebook) for name, is_notebook in others}
    own_file = files.pop(f"{section}.ipynb", None)
    is_another = own_file is not None and own_file.of not in ("", section)
    if own is not None and not is_another and _is_answered(chapter, section, own):
        return Found(own)
    return _chosen(chapter, section, own, is_another, list(files.values()))


def _chosen(chapter: Chapter, section: str, own: bytes | None, is_another: bool, files: list[_File]) -> Found:
    """Choose among other files where a notebook's own has no answers, or is another notebook, or is not there."""
    copies = [file for file in files if file.of == section and file.submitted]
    answered = [file for file in copies if file.submitted and _has_answers(chapter, section, file.submitted)]
    different = {str([cell["source"] for cell in file.submitted.cells]) for file in answered if file.submitted}
    if len(different) > 1:
        return Found(SetAside(f"{_named(answered)} have different answers: keep one of them, as {section}.ipynb"))
    is_blank = own is not None and not is_another
    if chosen := (answered or ([] if is_blank else copies))[:1]:
        blank = f", and {section}.ipynb is as released" if is_blank else ""
        flag = f"it was handed in as {chosen[0].shown}: it was known by its cells{blank}"
        return Found(chosen[0].content, chosen[0].name, (flag,))
    unknown = [file for file in files if not file.of and file.may_be(section, chapter.sections())]
    if own is None and unknown:
        reasons = "; ".join(f"{file.shown}: {file.reason}" for file in unknown)
        return Found(SetAside(f"there is no {section}.ipynb, and what may be it could not be recognized ({reasons})"))
    return Found(own)


def _named(files: list[_File]) -> str:
    return " and ".join(file.shown for file in files)


def _is_answered(chapter: Chapter, section: str, content: bytes) -> bool:
    """Whether a file has answers, or is no notebook: then that is said of it."""
    try:
        return _has_answers(chapter, section, parse(content))
    except SetAside:
        return True


def _has_answers(chapter: Chapter, section: str, submitted: Submitted) -> bool:
    return has_answers(master(chapter.course, chapter.notebook(section)), submitted, released(chapter, section))


def _others(chapter: Chapter, student: str) -> list[tuple[str, bool]]:
    """List the first files that may be notebooks under other names, and whether they are called notebooks. Folders may
    hold one."""
    return list(itertools.islice(_each_other(chapter, student), MOST_FILES))


def _each_other(chapter: Chapter, student: str) -> Iterator[tuple[str, bool]]:
    sections, folder = chapter.sections(), chapter.folder_of(student, "submitted")
    for section in sections:
        if _is_misnamed(chapter, section, folder / f"{section}.ipynb"):
            yield f"{section}.ipynb", True
    expected = {f"{section}.ipynb" for section in sections}
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        low = name.casefold()
        if name in expected or name.startswith((".", "~", *OF_SYSTEMS)):
            continue
        if ".ipynb" in low or any(section.casefold() in low for section in sections):
            yield name, ".ipynb" in low
        elif os.path.isdir(folder / name):
            yield name, False


def _is_misnamed(chapter: Chapter, section: str, file: Path) -> bool:
    """Whether a file is no notebook of its own name by the looks of it: it has the names or ids of none of its
    cells."""
    try:
        status = os.lstat(file)
    except OSError:
        return False
    source = chapter.course.source_of(chapter.notebook(section))
    names = _names_in(chapter, section, source.stat().st_mtime_ns)
    return _lacks_names(names, file, (status.st_mtime_ns, status.st_size, status.st_ino))


@functools.lru_cache(maxsize=64)
def _names_in(chapter: Chapter, section: str, changed: int) -> frozenset[str]:
    """Return the names and ids of a notebook's exercises. changed: when the instructor's notebook was."""
    cells = [cell for cell in master(chapter.course, chapter.notebook(section)).cells if grading_of(cell)]
    return frozenset(name for cell in cells for name in (grading_of(cell).get("grade_id"), cell.get("id")) if name)


@functools.lru_cache(maxsize=256)
def _lacks_names(names: frozenset[str], file: Path, status: tuple[int, ...]) -> bool:
    content = handed_in(file)
    return isinstance(content, bytes) and not any(f'"{name}"'.encode() in content for name in names)


def _read(chapter: Chapter, path: Path, is_notebook: bool) -> _File:
    file = _File(path.name, is_notebook)
    if path.is_dir() and not path.is_symlink():
        file.reason = "a folder; move the notebooks out of it"
        file.is_notebook = _holds_notebooks(path)
        return file
    file.content = handed_in(path) if is_notebook else None
    if not isinstance(file.content, bytes):
        file.reason = str(file.content) if file.content else "not a notebook"
        return file
    try:
        file.submitted = parse(file.content)
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
        found = exercises_found(instructors, submitted, released(chapter, section))
        shares[section] = found / max(exercises, 1)
    most = max(shares.values())
    best = [section for section, share in shares.items() if share == most]
    return best[0] if len(best) == 1 and most >= LEAST_SHARE else ""
