"""`python3 -m tests.hostile [--write]`: grade the hostile class, print what came of it, and put it into the README."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from autograder.commands._readme import put_table
from tests.grading.small_course import released_course
from tests.hostile import the_class
from tests.support.confinement import why_there_is_no_sandbox

TABLE = "hostile class"


def main() -> int:
    """Status 1 if any attack succeeded."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.hostile", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    arguments = parser.parse_args()
    if why_there_is_no_sandbox():
        print(f"Hostile code is run in the sandbox alone. {why_there_is_no_sandbox()}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        graded, alone = (released_course(Path(folder) / name) for name in ("class", "alone"))
        for course in (graded, alone):
            the_class.prepare(course)
            the_class.hand_in_honest(course)
        the_class.hand_in_hostile(graded)
        jobs = os.cpu_count() or 1
        found, without = the_class.grade_class(graded, jobs), the_class.grade_class(alone, jobs)
        table = the_class.as_markdown(found, without)
        bad = [*the_class.forged(found), *the_class.leaked(found), *the_class.harmed(found, without)]
        bad += [*found.left, *found.scratch]
    print(table)
    for one in bad:
        print(f"Not as it must be: {one}", file=sys.stderr)
    if arguments.write and not bad:
        put_table(TABLE, table)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
