"""`python3 -m autograder report CHAPTER`: the class report."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.course import ROOT, Course

SUMMARY = "a page with the scores of a class and the mistakes that were made"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the chapter."""
    parser.add_argument("chapter", help="the chapter, as its folder in source/ is called")
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")


def run(arguments: argparse.Namespace) -> int:
    """Write the report and say where it is."""
    from autograder.grading.gradebook.nbgrader_config import configured_chapter
    from autograder.grading.pages.class_report import write_report

    chapter = configured_chapter(Course.at(arguments.course), arguments.chapter)
    print(f"Class report: {write_report(chapter)}")
    return 0
