"""`python3 -m autograder export`: the grades as a table, also for Canvas and Moodle."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from autograder.course import ROOT, Course, CourseError

SUMMARY = "write the grades as a table: nbgrader's, a wide one, or for Canvas or Moodle"
FORMATS = ("long", "wide", "canvas", "moodle")
MOST_NAMED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chapters, the format and the file."""
    parser.add_argument("chapter", nargs="*", help="chapters to export (default: all that were handed in)")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="wide",
        help="long: nbgrader's, a row for each student and chapter; wide (default): a row for each student; canvas, "
        "moodle: what these import",
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="the file to write (default: grades-<format>.csv here)")
    parser.add_argument("--student", action="append", default=[], help="only this student; may be given again")
    parser.add_argument(
        "--so-far",
        action="store_true",
        help="for Canvas and Moodle: also points that are not final, whose cells are left empty otherwise",
    )
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")


def run(arguments: argparse.Namespace) -> int:
    """Write the table, and say which points are not final."""
    from autograder.grading.files import expect_place
    from autograder.grading.gradebook.database import place_of
    from autograder.grading.gradebook.export import read_grades, write_grades
    from autograder.grading.gradebook.nbgrader_config import configured, read_settings
    from autograder.grading.gradebook.record import open_gradebook

    course = Course.at(arguments.course)
    for chapter in arguments.chapter:
        course.sections(chapter)
    settings = read_settings(course.root)
    path = arguments.to or Path(f"grades-{arguments.format}.csv")
    expect_place(path, f"grades-{arguments.format}.csv")
    with contextlib.closing(open_gradebook(course.root, settings)) as gradebook:
        grades = read_grades(gradebook, configured(settings), arguments.chapter, arguments.student)
        if not grades.assignments or not grades.students:
            what = "no student yet" if grades.assignments else "no chapter that was handed in"
            raise CourseError(
                f"There is nothing to export: the gradebook, {place_of(settings.CourseDirectory.db_url)}, has {what}. "
                f"Grade a chapter first:  {course.command('grade', 'CHAPTER')}"
            )
        write_grades(grades, arguments.format, path, arguments.so_far)
        unfinished, chapters = grades.unfinished(), [one.name for one in grades.assignments]
    print(f"{path}: {len(grades.students)} students, {', '.join(chapters)}")
    for line in unfinished[:MOST_NAMED]:
        print(f"not final: {line}", file=sys.stderr)
    if len(unfinished) > MOST_NAMED:
        print(f"not final: {len(unfinished) - MOST_NAMED} more", file=sys.stderr)
    return 0
