"""How far somebody is in the course: which exercises pass their check, and which comes next.

Each check in a notebook is remembered in a file of the course's folder, beside the student's own work. `progress()`
shows it in a notebook, `python3 -m autograder progress` in a terminal.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.course import MANIFEST, write_atomically
from autograder.exercises import catalogue
from autograder.exercises.model import Exercise
from autograder.judge.verdict import Verdict
from autograder.plaindata.notebook_shell import current_shell

FILE = "progress.json"
"""The file in the course's folder that remembers the checks."""


@dataclass(frozen=True)
class Result:
    """What the last check of an exercise gave. points, max_points: of the public cases."""

    points: float
    max_points: float

    @property
    def passed(self) -> bool:
        """Whether every requirement was met."""
        return self.points == self.max_points


Results = dict[str, Result]
"""The last result of each exercise that was checked, by its name."""


def course_folder(here: Path | None = None) -> Path | None:
    """Return the folder of a student's notebooks: of the chapter's folder that one works in, or the one that holds
    chapters or notebooks. None where there is neither. here: where one works; the current folder if None."""
    here = here or Path.cwd()
    chapters = {exercise.notebook.partition("/")[0] for exercise in catalogue().values()}
    if here.name in chapters:
        return here.parent
    holds_work = any((here / chapter).is_dir() for chapter in chapters) or any(here.glob("*.ipynb"))
    return here if holds_work else None


def read(folder: Path) -> Results:
    """Return what is remembered in a folder; nothing where no file can be read."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        results = {name: Result(float(one["points"]), float(one["max_points"])) for name, one in found.items()}
        return {name: result for name, result in results.items() if name in catalogue()}
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def remember(verdict: Verdict) -> None:
    """Keep the result of a check in a notebook, or in a student's copy. A folder that cannot be written to is left
    alone."""
    folder = course_folder()
    if folder is None or verdict.exercise not in catalogue():
        return
    if not _in_a_notebook() and not (folder / MANIFEST).is_file():
        return
    results = read(folder) | {verdict.exercise: Result(verdict.points, verdict.max_points)}
    text = json.dumps({name: asdict(one) for name, one in sorted(results.items())}, indent=1)
    try:
        write_atomically(folder / FILE, text + "\n")
    except OSError:
        return


def whats_next(name: str) -> str:
    """Say in a sentence how many exercises of a notebook pass, and which comes next. name: the exercise just checked;
    "" where nothing is remembered."""
    folder = course_folder()
    results = read(folder) if folder else {}
    if folder is None or name not in results:
        return ""
    row = next((row for row in rows(folder) if row.notebook == catalogue()[name].notebook), None)
    if row is None:
        return ""
    done = f"{row.passed} of {len(row.exercises)} exercises of {row.section} pass"
    if row.next:
        return f"{done}. Next: {row.next}"
    after = next((one for one in rows(folder) if one.next and one.notebook > row.notebook), None)
    return f"{done}: that is all of them. " + (f"Next notebook: {after.notebook}" if after else "You are through.")


@dataclass(frozen=True)
class Row:
    """A notebook's line of the table."""

    notebook: str
    exercises: list[Exercise]
    results: Results

    @property
    def section(self) -> str:
        """The notebook's name without its chapter."""
        return self.notebook.partition("/")[2]

    @property
    def passed(self) -> int:
        """How many of its exercises pass."""
        return sum(one.name in self.results and self.results[one.name].passed for one in self.exercises)

    @property
    def points(self) -> float:
        """The points of all that was checked."""
        return sum(self.results[one.name].points for one in self.exercises if one.name in self.results)

    @property
    def max_points(self) -> float:
        """The points there are."""
        return sum(one.points for one in self.exercises)

    @property
    def next(self) -> str:
        """The first exercise that does not pass yet; "" where all do."""
        missing = (one.name for one in self.exercises if not self._passes(one.name))
        return next(missing, "")

    def _passes(self, name: str) -> bool:
        return name in self.results and self.results[name].passed


def rows(folder: Path) -> Iterator[Row]:
    """Yield a line for each notebook that is in a folder; for every notebook of the course where none is."""
    notebooks = list(dict.fromkeys(exercise.notebook for exercise in catalogue().values()))
    there = [name for name in notebooks if (folder / f"{name}.ipynb").is_file()]
    results = read(folder)
    for notebook in there or notebooks:
        yield Row(notebook, [one for one in catalogue().values() if one.notebook == notebook], results)


def as_text(folder: Path) -> str:
    """Format the table for a terminal."""
    table = list(rows(folder))
    width = max(len(row.notebook) for row in table)
    lines = [
        f"  {row.notebook:{width}}  {_bar(row)}  {row.points:3g} of {row.max_points:g} points"
        + (f"  next: {row.next}" if row.next else "")
        for row in table
    ]
    return "\n".join([*lines, "", f"  {_sum(table)}"])


def as_html(folder: Path) -> str:
    """Format the table for a notebook, with a link to each."""
    table = list(rows(folder))
    cells = "".join(
        f'<tr><td style="text-align:left"><a href="{html.escape(row.notebook)}.ipynb">{html.escape(row.notebook)}</a>'
        f"</td><td>{row.passed} of {len(row.exercises)}</td><td>{row.points:g} of {row.max_points:g}</td>"
        f'<td style="text-align:left"><code>{html.escape(row.next)}</code></td></tr>'
        for row in table
    )
    head = "".join(f"<th>{word}</th>" for word in ("notebook", "exercises that pass", "points", "next"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table><p>{html.escape(_sum(table))}</p>"


def _bar(row: Row) -> str:
    marks = ("#" if row._passes(one.name) else "o" if one.name in row.results else "." for one in row.exercises)
    return "".join(marks).ljust(8)


def _sum(table: list[Row]) -> str:
    passed, all_of_them = sum(row.passed for row in table), sum(len(row.exercises) for row in table)
    points, most = sum(row.points for row in table), sum(row.max_points for row in table)
    return f"{passed} of {all_of_them} exercises pass: {points:g} of {most:g} points."


class Progress:
    """The table of a folder, as a notebook shows it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __repr__(self) -> str:
        return as_text(self._folder)

    def _repr_html_(self) -> str:
        return as_html(self._folder)


def progress() -> Progress:
    """Show which exercises pass, notebook by notebook, and which comes next."""
    return Progress(course_folder() or Path.cwd())


def _in_a_notebook() -> bool:
    return hasattr(current_shell(), "kernel")
