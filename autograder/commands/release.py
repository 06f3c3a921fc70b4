"""`python3 -m autograder release`: source/ -> release/, through nbgrader."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.course import ROOT, Chapter, Course

SUMMARY = "make the students' notebooks from source/, and enter them in the gradebook"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chapters, and the options to check or to pack the release."""
    parser.add_argument("chapter", nargs="*", help="chapters to release (default: all)")
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")
    parser.add_argument("--check", action="store_true", help="change nothing: is release/ what source/ makes?")
    parser.add_argument(
        "--handout", type=Path, metavar="FILE.zip", help="pack release/ as it is, for students; no solutions"
    )


def run(arguments: argparse.Namespace) -> int:
    """Release the chapters, or check them."""
    course = Course(arguments.course.resolve())
    chapters = [Chapter(course, name) for name in arguments.chapter or course.chapters()]
    for chapter in chapters:
        chapter.sections()
    if arguments.handout:
        return handout(course, arguments.handout)
    return check(course) if arguments.check else release(chapters)


def release(chapters: list[Chapter]) -> int:
    """Release chapter by chapter."""
    from autograder.grading.gradebook.release import make_release
    from autograder.grading.gradebook.students_settings import write_students_settings

    for chapter in chapters:
        make_release(chapter)
        for section in chapter.sections():
            print(f"release/{chapter.notebook(section)}.ipynb")
    for course in {chapter.course for chapter in chapters}:
        write_students_settings(course)
    return 0


def check(course: Course) -> int:
    """Report where release/ differs from what source/ makes; the exit status is 1 if it does."""
    from autograder.grading.gradebook.release import differences
    from autograder.grading.gradebook.students_settings import settings_differences

    found = [*differences(course), *settings_differences(course)]
    for sentence in found:
        print(sentence, file=sys.stderr)
    if found:
        print("Change source/, then run  python3 -m autograder release", file=sys.stderr)
        return 1
    print("release/ is what source/ makes.")
    return 0


def handout(course: Course, path: Path) -> int:
    """Pack what students get, after making sure that it is what source/ makes."""
    from autograder.grading.handout import write_handout

    if check(course):
        return 1
    print(f"{path}: {write_handout(course, path)} files. Students unpack it and run  python3 -m autograder lab")
    return 0
