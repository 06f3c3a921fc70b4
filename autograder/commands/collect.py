"""`python3 -m autograder collect ZIP CHAPTER`: what was handed in on Moodle or Canvas, to where it is graded."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from autograder.course import ROOT, Chapter, Course, CourseError, listed

SUMMARY = "take the zip of all submissions that Moodle or Canvas makes"
MOST_NAMED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the zip and the chapter."""
    parser.add_argument("zip", type=Path, help="the zip as it was downloaded")
    parser.add_argument("chapter", help="the chapter, as its folder in source/ is called")
    parser.add_argument(
        "--update",
        action="store_true",
        help="where submitted/ has another submission and no time tells which of the two is newer (Canvas's zip has no "
        "times), take the one in the zip; the other one is kept in downloaded/",
    )
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")


def run(arguments: argparse.Namespace) -> int:
    """Collect, and say what came of it. The status is 1 where something was not taken."""
    from autograder.grading.gradebook.collect import collect, replaced
    from autograder.grading.gradebook.nbgrader_config import configured, read_settings
    from autograder.grading.gradebook.record import open_gradebook

    course = Course.at(arguments.course)
    if arguments.chapter.lower().endswith(".zip"):
        raise CourseError("The zip comes before the chapter:  python3 -m autograder collect all.zip CHAPTER")
    course.sections(arguments.chapter)
    settings = read_settings(course.root)
    chapter = Chapter(configured(settings), arguments.chapter)
    with contextlib.closing(open_gradebook(course.root, settings)) as gradebook:
        done = collect(arguments.zip, chapter, gradebook, arguments.update)
    print(f"{chapter.folder_of('<student>', 'submitted')}/")
    for what, students in (("new", done.new), ("replaced by a newer one", done.newer), ("as it was", done.same)):
        if students:
            print(f"{what}: {_listed(students)}")
    if done.newer:
        print(f"What was replaced is kept in {replaced(chapter)}/")
    if not done.timed:
        print("The zip does not say when anything was handed in: no late penalties come of it.")
    if done.older:
        done.notes.append(f"not taken, for what is there was handed in later: {_listed(done.older)}")
    if done.undecided:
        done.notes.append(
            f"not taken, for another submission is there and no time tells which is newer: {_listed(done.undecided)}. "
            "To take those in the zip, run the same command with --update"
        )
    for note in done.notes:
        print(note, file=sys.stderr)
    return 1 if done.notes else 0


def _listed(students: list[str]) -> str:
    return f"{len(students)} ({listed(students, MOST_NAMED)})"
