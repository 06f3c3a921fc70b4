"""`python3 -m autograder rework CHAPTER`: the exercises of a chapter were changed after it was graded."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from autograder.course import ROOT, Chapter, Course

SUMMARY = "after a change of exercises in a graded chapter: what would be lost; do it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chapter and the consent."""
    parser.add_argument("chapter", help="the chapter, as its folder in source/ is called")
    parser.add_argument("--yes", action="store_true", help="do it (without: say what would be done, change nothing)")
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")
    parser.epilog = (
        "Only the rows of this chapter's cells and notebooks that were added or removed are touched. Points, comments, "
        "extra\ncredit and penalties of all others stay, as do due dates, names and other chapters."
    )


def run(arguments: argparse.Namespace) -> int:
    """Say how source/ differs from what was graded and what would be lost; with `--yes`, change the gradebook."""
    from autograder.grading.gradebook.nbgrader_config import read_settings
    from autograder.grading.gradebook.record import open_gradebook
    from autograder.grading.gradebook.release import check_source, register
    from autograder.grading.gradebook.rework import apply, changes, copy_of_gradebook, losses

    chapter = Chapter(Course.at(arguments.course), arguments.chapter)
    chapter.sections()
    settings = read_settings(chapter.course.root)
    check_source(chapter, settings)
    with contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
        found = changes(chapter, gradebook)
        if not found.sentences():
            print(f"The exercises of {chapter.name} are those of the gradebook: there is nothing to do.")
            return 0
        print("\n".join([f"Changed in {chapter.name}:", *(f"  {sentence}" for sentence in found.sentences())]))
        told = losses(chapter, gradebook, found)
        print("\n".join(told) if told else "Nothing that a person has done would be lost.")
        if not arguments.yes:
            print(f"To do it:  {chapter.course.command('rework', chapter.name, '--yes')}")
            return 0
        copy = copy_of_gradebook(gradebook)
        print(f"The gradebook as it was: {copy or 'not copied, as it is no file of SQLite'}")
        apply(chapter, gradebook, found)
    register(chapter, settings)
    print(f"Done. For the scores:  {chapter.course.command('grade', chapter.name)}")
    print(f"For students who have not begun:  {chapter.course.command('release')}")
    return 0
