"""`python3 -m autograder points`: what each exercise's points are for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from autograder.commands._exercises import chosen_exercises

if TYPE_CHECKING:
    from autograder.exercises.model import Exercise

SUMMARY = "what each exercise's points are for: technique, edges, contract"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the exercises."""
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="exercises to list; all if none is named")
    parser.add_argument("--requirements", action="store_true", help="list the requirements and remarks of each, too")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each exercise, and the sums."""
    print(table(chosen_exercises(arguments.exercises), requirements=arguments.requirements))
    return 0


_LINE = "  {:<32} {:>6} {:>10} {:>6} {:>9}"


def table(exercises: list[Exercise], *, requirements: bool = False) -> str:
    """The points of exercises by kind, as text, notebook by notebook."""
    lines, notebook = [], ""
    for exercise in exercises:
        if exercise.notebook != notebook:
            notebook = exercise.notebook
            lines += ["", notebook, _LINE.format("exercise", "points", "technique", "edges", "contract")]
        lines.append(_row(exercise.name, [exercise]))
        if requirements:
            lines += [f"      {item.points:g}  {item.name} ({item.kind})" for item in exercise.requirements]
            lines += [f"      told in a remark: {item.name}" for item in exercise.remarks]
    return "\n".join([*lines, "", _row("all", exercises)])


def _row(name: str, exercises: list[Exercise]) -> str:
    from autograder.exercises.model import KINDS

    points = [sum(exercise.points_of(kind) for exercise in exercises) for kind in KINDS]
    return _LINE.format(name, *(f"{number:g}" for number in (sum(points), *points)))
