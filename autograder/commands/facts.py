"""`python3 -m autograder facts`: points, numbers and signatures, from the exercises' files to wherever they stand."""

from __future__ import annotations

import argparse
import sys

from autograder.commands import _readme
from autograder.course import ROOT, Course

SUMMARY = "write the points and signatures of the exercises into notebooks and README"
TABLE = "notebooks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Only the question whether they are up to date."""
    parser.add_argument("--check", action="store_true", help="change nothing: does everything state the facts?")


def run(arguments: argparse.Namespace) -> int:
    """Write the facts, or name the files that do not state them; the exit status is 1 if there are any."""
    from autograder.facts import outdated, table_of_notebooks

    course = Course()
    notebooks, table = outdated(course), table_of_notebooks(course)
    readme = [ROOT / "README.md"] if _readme.table(TABLE) != table else []
    for path in [*notebooks, *readme]:
        name = path.relative_to(ROOT)
        print(f"{name} does not state the facts" if arguments.check else name, file=sys.stderr)
    if arguments.check:
        return 1 if notebooks or readme else 0
    for path, text in notebooks.items():
        path.write_text(text, encoding="utf-8")
    if readme:
        _readme.put_table(TABLE, table)
    if notebooks:
        print("Run  python3 -m autograder release  and commit source/, release/ and README.md together.")
    return 0
