"""`python3 -m autograder facts`: points, numbers and signatures, from the exercises' files to wherever they stand."""

from __future__ import annotations

import argparse
import sys

from autograder.commands import _readme
from autograder.course import ROOT, Course, write_atomically

SUMMARY = "write the points and signatures of the exercises into notebooks and README"
TABLE = "notebooks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The question whether they are up to date, and the counts."""
    parser.add_argument(
        "--count", action="store_true", help="change nothing: how long is each notebook, what is in it?"
    )
    parser.add_argument("--check", action="store_true", help="change nothing: does everything state the facts?")


def run(arguments: argparse.Namespace) -> int:
    """Write the facts, or name the files that do not state them; the exit status is 1 if there are any."""
    from autograder.facts import outdated, table_of_notebooks

    course = Course()
    if arguments.count:
        print(_counted(course))
        return 0
    notebooks, table = outdated(course), table_of_notebooks(course)
    readme = [ROOT / "README.md"] if _readme.table(TABLE) != table else []
    for path in [*notebooks, *readme]:
        name = path.relative_to(ROOT)
        print(f"{name} does not state the facts" if arguments.check else name, file=sys.stderr)
    if arguments.check:
        return 1 if notebooks or readme else 0
    for path, text in notebooks.items():
        write_atomically(path, text)
    if readme:
        _readme.put_table(TABLE, table)
    if notebooks:
        print("Run  python3 -m autograder release  and commit source/, release/ and README.md together.")
    return 0


def _counted(course: Course) -> str:
    """Lay out the counts of all notebooks, and their sums, in columns."""
    from autograder.facts import Counts, counts

    rows = {notebook: counts(course, notebook) for notebook in course.notebooks()}
    rows["together"] = Counts(*map(sum, zip(*rows.values(), strict=True)))
    wide = max(map(len, rows))
    names = [field.replace("_", " ") for field in Counts._fields]
    lines = [" " * wide + "".join(f"  {name}" for name in names)]
    for notebook, row in rows.items():
        numbers = (f"  {number:>{len(name)},}" for number, name in zip(row, names, strict=True))
        lines.append(f"{notebook:{wide}}{''.join(numbers)}")
    return "\n".join(lines)
