"""Facts that an exercise's file states and that stand elsewhere, too: written from there, by one command.

Points, numbers and signatures of the exercises appear in the notebooks in source/ (the metadata of test cells, cards,
title cells) and in the README's table of notebooks.
"""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from autograder.course import Course, checked_names, grading_of, is_check_cell, read, text_of
from autograder.exercises import of_notebook
from autograder.exercises.model import Exercise

EXERCISE_HEADING = re.compile(r"^(### Exercise )\d+(: `)(\w+)(\([^`]*\))?(`)", re.MULTILINE)
CARD_POINTS = re.compile(r"^(\| \*\*Time\*\* \| \d+ minutes?)(?:, \d+ points)?( \|)$", re.MULTILINE)
QUESTION_HEADING = re.compile(r"^(### Question )\d+( \(.*?)\d+( points\))", re.MULTILINE)
TITLE = re.compile(r"\b\w+( functions?[^(\n]*\()\d+( points\), )\w+( written questions? \()\d+( points\))")
MINUTES = re.compile(r"[Aa]bout (\d+) minutes")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

TABLE_HEAD = "| chapter | notebook | kernels | points | minutes |\n|---|---|---|---|---|\n"
EXPERIMENT = re.compile(r"\blab\.(\w+)\(")
MOVING = "play_"
FRAME = {"opening", "dashboard"}
"""What every notebook begins and ends with: no experiment of its own."""

Notebook = dict[str, Any]


def stated(notebook: Notebook, exercises: Sequence[Exercise]) -> Notebook:
    """A copy of an instructor's notebook that states the facts of its exercises.

    exercises: those of the notebook, in its order.
    """
    found = copy.deepcopy(notebook)
    by_name = {exercise.name: exercise for exercise in exercises}
    points = {exercise.name: exercise.points for exercise in exercises}
    questions = [grading_of(cell)["points"] for cell in found["cells"] if _is_question(cell)]
    asked = iter(enumerate(questions, 1))
    for cell in found["cells"]:
        if is_check_cell(cell):
            worth = [points[name] for name in checked_names(text_of(cell)) if name in points]
            if worth:
                cell["metadata"]["nbgrader"]["points"] = sum(worth)
        elif cell["cell_type"] == "markdown":
            _rewrite(cell, lambda text: _card(text, exercises, by_name))
            _rewrite(cell, lambda text: QUESTION_HEADING.sub(lambda match: _question(match, asked), text))
            _rewrite(cell, lambda text: TITLE.sub(lambda match: _title(match, exercises, questions), text))
    return found


def _rewrite(cell: dict[str, Any], change: Callable[[str], str]) -> None:
    """Change the text of a cell, which stays a list of lines where it is one."""
    before = text_of(cell)
    after = change(before)
    if after != before:
        cell["source"] = after.splitlines(keepends=True) if isinstance(cell["source"], list) else after


def _is_question(cell: dict[str, Any]) -> bool:
    """Whether a person grades a cell."""
    marks = grading_of(cell)
    return bool(marks.get("grade") and marks.get("solution"))


def _card(text: str, exercises: Sequence[Exercise], by_name: dict[str, Exercise]) -> str:
    """A card with the number, the signature and the points of its exercise."""
    heading = EXERCISE_HEADING.search(text)
    exercise = by_name.get(heading.group(3)) if heading else None
    if heading is None or exercise is None:
        return text
    number = list(exercises).index(exercise) + 1
    head, before, name, arguments, after = heading.groups()
    signature = signature_of(exercise) if arguments else name
    text = text.replace(heading.group(), f"{head}{number}{before}{signature}{after}", 1)
    return CARD_POINTS.sub(rf"\g<1>, {exercise.points} points\g<2>", text)


def signature_of(exercise: Exercise) -> str:
    """The call as it is written in the solution: `elu(z, alpha=1.0)`."""
    (definition,) = ast.parse(exercise.textbook).body
    head = "".join(exercise.textbook.splitlines(keepends=True)[: definition.body[0].lineno - 1])  # type: ignore[attr-defined]
    arguments = " ".join(head[head.index("(") + 1 : head.rindex(")")].split())
    return f"{exercise.name}({arguments.removesuffix(',')})"


def _question(match: re.Match[str], asked: Iterator[tuple[int, int]]) -> str:
    number, points = next(asked)
    return f"{match.group(1)}{number}{match.group(2)}{points}{match.group(3)}"


def _title(match: re.Match[str], exercises: Sequence[Exercise], questions: Sequence[int]) -> str:
    first, second, third, last = match.groups()
    points = sum(exercise.points for exercise in exercises)
    return (
        f"{NUMBERS[len(exercises)].capitalize()}{first}{points}{second}{NUMBERS[len(questions)]}{third}"
        f"{sum(questions):g}{last}"
    )


def table_of_notebooks(course: Course) -> str:
    """The README's table: a row for each notebook."""
    return TABLE_HEAD + "\n".join(_row(course, notebook) for notebook in course.notebooks())


def _row(course: Course, notebook: str) -> str:
    exercises = of_notebook(notebook)
    texts = "\n".join(map(text_of, read(course.source_of(notebook))["cells"]))
    minutes = MINUTES.search(texts)
    chapter, section = notebook.split("/")
    names = ", ".join(f"`{exercise.name}`" for exercise in exercises)
    points = sum(exercise.points for exercise in exercises)
    return f"| {chapter} | {section} | {names} | {points} | {minutes.group(1) if minutes else ''} |"


class Counts(NamedTuple):
    """How long a notebook is, and what it holds."""

    words: int
    minutes: int
    exercises: int
    points: int
    questions: int
    experiments: int
    moving_pictures: int


def counts(course: Course, notebook: str) -> Counts:
    """Count the words of a notebook's text, its exercises, written questions, experiments and pictures that move.

    minutes: as the notebook states them; 0 where it does not.
    """
    cells = read(course.source_of(notebook))["cells"]
    texts = [text_of(cell) for cell in cells if cell["cell_type"] == "markdown"]
    code = "\n".join(text_of(cell) for cell in cells if cell["cell_type"] == "code")
    minutes = MINUTES.search("\n".join(texts))
    exercises = of_notebook(notebook)
    shown = set(EXPERIMENT.findall(code))
    return Counts(
        words=sum(len(text.split()) for text in texts),
        minutes=int(minutes.group(1)) if minutes else 0,
        exercises=len(exercises),
        points=sum(exercise.points for exercise in exercises),
        questions=sum(len(QUESTION_HEADING.findall(text)) for text in texts),
        experiments=len({name for name in shown if not name.startswith(MOVING)} - FRAME),
        moving_pictures=sum(name.startswith(MOVING) for name in shown),
    )


def outdated(course: Course) -> dict[Path, str]:
    """The notebooks of a course that do not state the facts, each with the text that does."""
    found = {}
    for notebook in course.notebooks():
        path = course.source_of(notebook)
        before = path.read_text(encoding="utf-8")
        after = json.dumps(stated(json.loads(before), of_notebook(notebook)), indent=1, ensure_ascii=False) + "\n"
        if json.loads(after) != json.loads(before):
            found[path] = after
    return found
