"""`python3 -m autograder collect ZIP CHAPTER`: what was handed in on Moodle or Canvas, to where it is graded."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from autograder.course import ROOT, Chapter, Course

SUMMARY = "take the zip of all submissions that Moodle or Canvas makes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the zip and the chapter."""
    parser.add_argument("zip", type=Path, help="the zip as it was downloaded")
    parser.add_argument("chapter", help="the chapter, as its folder in source/ is called")
    parser.add_argument(
        "--update",
        action="store_true",
        help="replace submissions that are there even where no times tell which is newer; the old ones are kept in "
        "downloaded/",
    )
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")


def run(arguments: argparse.Namespace) -> int:
    """Collect, and say what came of it. The status is 1 where something was not taken."""
    from autograder.grading.gradebook.collect import collect
    from autograder.grading.gradebook.nbgrader_config import configured, read_settings
    from autograder.grading.gradebook.record import open_gradebook

    course = Course(arguments.course.resolve())
    course.sections(arguments.chapter)
    settings = read_settings(course.root)
    chapter = Chapter(configured(settings), arguments.chapter)
    with contextlib.closing(open_gradebook(course.root, settings)) as gradebook:
        done = collect(arguments.zip, chapter, gradebook, arguments.update)
    print(f"{chapter.folder_of('<student>', 'submitted')}/")
    for what, students in (("new", done.new), ("replaced by a newer one", done.newer), ("as it was", done.same)):
        if students:
            print(f"{what}: {len(students)} ({', '.join(students[:10])}{', ...' if len(students) > 10 else ''})")
    if not done.timed:
        print("The zip does not say when anything was handed in: no late penalties come of it.")
    for note in done.notes:
        print(note, file=sys.stderr)
    return 1 if done.notes else 0
