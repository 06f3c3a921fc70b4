"""`python3 -m autograder release`: source/ -> release/, through nbgrader."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.course import ASSIGNED, ROOT, Chapter, Course, CourseError

SUMMARY = "make the students' notebooks from source/, and enter them in the gradebook"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chapters and notebooks, and the options to check or to pack the release."""
    parser.add_argument(
        "name",
        nargs="*",
        help="chapters to release, or single notebooks as chapter/notebook, beside those that are assigned already "
        "(default: all that is assigned; everything, where nothing was chosen yet)",
    )
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")
    parser.add_argument("--check", action="store_true", help="change nothing: is release/ what source/ makes?")
    parser.add_argument(
        "--handout",
        type=Path,
        metavar="FILE.zip",
        help="pack what is named, after releasing it, or else release/ as it is, for students; no solutions",
    )


def run(arguments: argparse.Namespace) -> int:
    """Release chapters and notebooks, check the release, or pack it."""
    course = Course.at(arguments.course)
    for name in arguments.name:
        course.expect(name)
    if arguments.check:
        return check(course)
    if arguments.handout:
        return handout(course, arguments.handout, arguments.name)
    return release(course, arguments.name)


def release(course: Course, names: list[str]) -> int:
    """Release chapter by chapter what is named, or all that is assigned."""
    from autograder.grading.gradebook.assigned import assigning
    from autograder.grading.gradebook.release import make_release, release_first_page
    from autograder.grading.gradebook.students_settings import write_students_settings

    before = course.assigned()
    with assigning(course, names):
        if not course.assigned_chapters():
            raise CourseError(f"{course.root / ASSIGNED} names nothing: add a chapter to it, or remove it.")
        named = {name.partition("/")[0] for name in names}
        for name in [name for name in course.chapters() if name in (named or course.assigned_chapters())]:
            chapter = Chapter(course, name)
            gone = make_release(chapter)
            for section in chapter.sections():
                print(f"release/{chapter.notebook(section)}.ipynb")
            if gone:
                print(f"taken out of release/{name}, as not assigned, or not in source/ any more: {', '.join(gone)}")
    release_first_page(course)
    write_students_settings(course)
    if (assigned := course.assigned()) is not None and assigned != before:
        print(f"The class gets, as {ASSIGNED} says: {', '.join(assigned)}")
    return 0


def check(course: Course) -> int:
    """Report where release/ differs from what source/ makes; the exit status is 1 if it does."""
    from autograder.grading.gradebook.release import differences
    from autograder.grading.gradebook.students_settings import settings_differences

    found = [*differences(course), *settings_differences(course)]
    for sentence in found:
        print(sentence, file=sys.stderr)
    if found:
        print(f"Change source/, then run  {course.command('release')}", file=sys.stderr)
        return 1
    print("release/ is what source/ makes.")
    return 0


def handout(course: Course, path: Path, names: list[str]) -> int:
    """Pack what students get: what is named, or the release, after making sure that it is what source/ makes."""
    from autograder.grading.files import expect_new_file
    from autograder.grading.handout import write_handout

    expect_new_file(path, "course.zip")
    status = release(course, names) if names else check(course)
    if status:
        return status
    notebooks = [name for name in course.notebooks() if {name, name.partition("/")[0]} & set(names)]
    print("Recording what known mistakes give: up to a minute ...", flush=True)
    count = write_handout(course, path, notebooks or None)
    print(f"{path}: {count} files. Students unpack it and run  python3 -m autograder lab")
    return 0
