"""`python3 -m autograder progress`: how far one is, and what comes next."""

from __future__ import annotations

import argparse

from autograder.course import CourseError

SUMMARY = "how far you are in your copy, and what comes next"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder."""
    from autograder.commands.lab import FOLDER

    parser.add_argument("--folder", default=FOLDER, help="your copy, as `lab` made it (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Print the table of the copy."""
    from autograder import student_progress
    from autograder.commands.lab import place_of

    folder = place_of(arguments.folder)
    if not folder.is_dir():
        raise CourseError(f"There is no copy in {folder} yet. Make it:  python3 -m autograder lab")
    print(f"{folder}\n\n{student_progress.as_text(folder)}")
    return 0
