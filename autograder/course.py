"""The course on disk: its chapters, its notebooks, and what stands in them. Standard library only."""

from __future__ import annotations

import ast
import contextlib
import difflib
import json
import os
import re
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

ROOT = Path(__file__).resolve().parent.parent
ASSIGNED = "assigned.txt"
"""The file in the course's folder that names the chapters and notebooks that a class gets, one a line."""
MANIFEST = ".release.json"
"""The file in a student's copy that remembers the released files. `lab` writes it."""
FIRST_PAGE = "START_HERE.ipynb"
"""The notebook beside the chapters with which students begin. It has no exercises, and is released as it is."""
SOLUTION = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)


class CourseError(Exception):
    """Something about the course or its files that a person can mend. The message is a sentence for them."""


MOST_NAMED = 20
"""How many names a sentence has, unless its place says otherwise."""


def listed(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Join names for a sentence: the first ones, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


CellKind = Literal["code", "markdown", "raw"]


class Cell(TypedDict):
    """A cell of a notebook, as its file has it."""

    cell_type: CellKind
    id: str
    metadata: dict[str, Any]
    source: str | list[str]
    execution_count: NotRequired[int | None]
    outputs: NotRequired[list[dict[str, Any]]]
    attachments: NotRequired[dict[str, dict[str, str]]]


class Notebook(TypedDict):
    """A notebook, as its file has it."""

    cells: list[Cell]
    metadata: dict[str, Any]
    nbformat: int
    nbformat_minor: int


AnyCell = Cell | Mapping[str, Any]
"""A cell of a file of the course, or one of nbformat's."""
Step = Literal["submitted", "autograded", "feedback"]
"""nbgrader's name for a step, and for the folder of what comes of it."""


@dataclass(frozen=True)
class Course:
    """A folder with `source/` and nbgrader's other folders. root: that folder.

    submitted, autograded, feedback: the names of those folders. excluded: students who are not graded.
    """

    root: Path = ROOT
    submitted: str = "submitted"
    autograded: str = "autograded"
    feedback: str = "feedback"
    excluded: frozenset[str] = frozenset()

    @classmethod
    def at(cls, folder: Path) -> Course:
        """The course in a folder that a person names. Raises CourseError where there is none."""
        root = folder.resolve()
        if not (root / "source").is_dir():
            what = "is not there" if not root.exists() else "has no folder source/ in it"
            raise CourseError(f"There is no course in {root}: it {what}. Give the folder that holds source/.")
        return cls(root)

    def command(self, *words: str) -> str:
        """Return a command for this course as it is typed: "python3 -m autograder grade 1_tiny"."""
        elsewhere = () if self.root == ROOT else ("--course", str(self.root))
        return shlex.join(["python3", "-m", "autograder", *words, *elsewhere])

    @property
    def source(self) -> Path:
        """The instructor's notebooks."""
        return self.root / "source"

    def folder(self, step: Step) -> Path:
        """The folder of one of nbgrader's steps, with a folder for each student."""
        return self.root / {"submitted": self.submitted, "autograded": self.autograded, "feedback": self.feedback}[step]

    def chapters(self) -> list[str]:
        """The chapters, in order; nbgrader's assignments."""
        if not self.source.is_dir():
            return []
        folders = [path for path in self.source.iterdir() if path.is_dir() and not path.name.startswith(".")]
        return sorted(folder.name for folder in folders if any(folder.glob("*.ipynb")))

    def sections(self, chapter: str) -> list[str]:
        """The notebooks of a chapter without their ending, in order.

        Raises CourseError, with the nearest chapter, for one that does not exist.
        """
        if chapter not in self.chapters():
            raise CourseError(f"There is no chapter {chapter!r}.{self._guess(chapter, [])}{self._known()}")
        return sorted(path.stem for path in (self.source / chapter).glob("*.ipynb") if not path.name.startswith("."))

    def notebooks(self) -> list[str]:
        """Every notebook as "<chapter>/<section>"."""
        return [f"{chapter}/{section}" for chapter in self.chapters() for section in self.sections(chapter)]

    def assigned(self) -> list[str] | None:
        """What the class gets, as `assigned.txt` names it: chapters, and notebooks of other chapters. None where there
        is no such file: everything.

        Raises CourseError for a name in it that source/ does not have.
        """
        path = self.root / ASSIGNED
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise CourseError(f"{path} is no text in UTF-8. Save it as such, with a chapter in each line.") from None
        lines = [line.partition("#")[0].strip() for line in text.splitlines()]
        names = [line for line in lines if line]
        for name in names:
            self.expect(name, f" It stands in {path}.")
        return names

    def assigned_chapters(self) -> list[str]:
        """The chapters of which something is assigned, in order."""
        names = self.assigned()
        return [name for name in self.chapters() if names is None or _of_chapter(names, name)]

    def expect(self, name: str, where: str = "") -> None:
        """Raise CourseError, with the nearest name there is, for what is neither a chapter nor a notebook."""
        if name in [*self.chapters(), *self.notebooks()]:
            return
        what = "notebook" if "/" in name else "chapter"
        raise CourseError(f"There is no {what} {name!r}.{where}{self._guess(name, self.notebooks())}{self._known()}")

    def _known(self) -> str:
        return f" The chapters are: {', '.join(self.chapters()) or 'none'}."

    def _guess(self, name: str, notebooks: list[str]) -> str:
        """Ask, in a sentence, whether another name was meant. notebooks: those that may be meant beside chapters."""
        plain = name.strip("/").removeprefix("source/").removesuffix(".ipynb")
        chapter = plain.partition("/")[0]
        if not notebooks and chapter != plain and chapter in self.chapters():
            return f" It takes a whole chapter: {chapter!r}."
        known = [*self.chapters(), *notebooks]
        near = [one for one in known if plain and plain in (one, one.partition("/")[2])]
        near += [one for one in known if plain and one.startswith(f"{plain}_")]
        near += difflib.get_close_matches(plain, known, n=1, cutoff=0.4)
        near += difflib.get_close_matches(chapter, known, n=1, cutoff=0.4)
        return f" Did you mean {near[0]!r}?" if near else ""

    def source_of(self, notebook: str) -> Path:
        """The instructor's file of "<chapter>/<section>"."""
        return self.source / f"{notebook}.ipynb"


@dataclass(frozen=True)
class Chapter:
    """A chapter of a course: nbgrader's assignment. name: that of its folder in source/."""

    course: Course
    name: str

    def sections(self) -> list[str]:
        """The notebooks of the chapter that are assigned, without their ending, in order. Raises CourseError where
        there is no such chapter."""
        sections, names = self.course.sections(self.name), self.course.assigned() or []
        return [section for section in sections if self.notebook(section) in names] or sections

    def notebook(self, section: str) -> str:
        """The full name of one of its notebooks: "<chapter>/<section>"."""
        return f"{self.name}/{section}"

    def folder_of(self, student: str, step: Step) -> Path:
        """The folder of a student's notebooks in one of nbgrader's steps."""
        return self.course.folder(step) / student / self.name


def _of_chapter(names: list[str], chapter: str) -> list[str]:
    """Which of some names are a chapter or a notebook in it."""
    return [name for name in names if name.partition("/")[0] == chapter]


def read(path: Path) -> Notebook:
    """A notebook as its JSON says. For files of the course; a submission goes through `grading.intake`."""
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(cell: AnyCell) -> str:
    """The source of a cell as one text."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def grading_of(cell: AnyCell) -> dict[str, Any]:
    """nbgrader's metadata of a cell, empty where there are none."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def is_check_cell(cell: AnyCell) -> bool:
    """Whether a cell is one whose score the judge decides: a code cell, graded, no answer, that calls `check`."""
    marks = grading_of(cell)
    is_test = cell.get("cell_type") == "code" and marks.get("grade") and not marks.get("solution")
    return bool(is_test and checked_names(text_of(cell)))


def checked_names(source: str) -> list[str]:
    """The kernels that a test cell checks, in order: the first argument, or `exercise=`, of each `check(...)` in it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"]
    calls.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(name for name in map(_checked_name, calls) if name))


def _checked_name(node: ast.Call) -> str:
    options = {keyword.arg: keyword.value for keyword in node.keywords}
    given = getattr(options.get("exercise"), "value", None)
    function = node.args[0] if node.args else options.get("function")
    return given if isinstance(given, str) else getattr(function, "id", "")


def solution_cells(notebook: Notebook) -> list[Cell]:
    """The code cells in which a student writes a kernel."""
    return [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and grading_of(cell).get("solution") and not grading_of(cell).get("grade")
    ]


def without_solution_marks(source: str) -> str:
    """A solution as the instructor wrote it, less the marks around it."""
    return SOLUTION.sub("", source)


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a text file so that at every moment either the old or the new one is there."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
