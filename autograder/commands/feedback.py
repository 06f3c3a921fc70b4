"""`python3 -m autograder feedback CHAPTER`: the pages for students, as the gradebook is now, and a zip of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.course import ROOT, Course, CourseError

SUMMARY = "write the pages for students anew where grades have changed, pack them for handing back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chapter, the student and the zip."""
    parser.add_argument("chapter", help="the chapter, as its folder in source/ is called")
    parser.add_argument("--student", help="only this student's pages")
    parser.add_argument("--jobs", type=int, help="how many students at a time (default: as many as cores)")
    parser.add_argument("--zip", type=Path, metavar="FILE", help="pack all pages into a zip, a folder a student")
    parser.add_argument(
        "--moodle", action="store_true", help="with folders as Moodle takes them (multiple feedback files)"
    )
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")


def run(arguments: argparse.Namespace) -> int:
    """Write the pages that are missing or outdated, then the zip, and say where they are."""
    from autograder.commands.grade import feedback
    from autograder.grading.gradebook.nbgrader_config import configured_chapter
    from autograder.grading.intake.submitted_folder import submitted
    from autograder.grading.pages.packed import expect_zip, write_zip
    from autograder.grading.scoring.results import Results

    chapter = configured_chapter(Course.at(arguments.course), arguments.chapter)
    if arguments.jobs is not None and arguments.jobs < 1:
        raise CourseError("--jobs must be 1 or more.")
    if arguments.moodle and not arguments.zip:
        raise CourseError("--moodle is about the folders of a zip: give its name with --zip.")
    students = [name for name in submitted(chapter, arguments.student) if Results(chapter).has(name)]
    if not students:
        command = chapter.course.command("grade", chapter.name)
        raise CourseError(f"Nothing of it has been graded yet: run  {command}")
    if arguments.zip:
        expect_zip(chapter, students, arguments.zip, moodle=arguments.moodle)
    feedback(chapter, students, arguments.jobs)
    print(f"Feedback: {chapter.folder_of('<student>', 'feedback')}/")
    if arguments.zip:
        packed = write_zip(chapter, students, arguments.zip, moodle=arguments.moodle)
        print(f"{arguments.zip}: the pages of {packed} student{'s' * (packed != 1)}")
    return 0
