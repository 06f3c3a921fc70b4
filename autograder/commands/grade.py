"""`python3 -m autograder grade CHAPTER`: judge all submissions of a chapter, record the scores, write the feedback."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands._devices_option import add_devices_option, asked_devices
from autograder.course import ROOT, Chapter, Course, CourseError

if TYPE_CHECKING:
    from autograder.grading.grade_chapter import Summary

SUMMARY = "judge all submissions of a chapter, record the scores, write feedback"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to grade, where it runs and with how many processes."""
    parser.add_argument("chapter", help="the chapter, as its folder in source/ is called")
    parser.add_argument("--student", help="only this student's submission")
    parser.add_argument("--jobs", type=int, help="how many notebooks at a time (default: one more than cores)")
    add_devices_option(parser)
    parser.add_argument(
        "--sandbox",
        choices=("bubblewrap", "none"),
        help="what students' code runs in (default: bubblewrap, or what AUTOGRADER_SANDBOX in the environment says, "
        "which nbgrader's own commands heed too); none: students' code can do whatever you can",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="judge on a dask.distributed cluster: the address of its scheduler, such as tcp://10.0.0.5:8786",
    )
    parser.add_argument("--no-feedback", action="store_true", help="do not write the feedback pages")
    parser.add_argument("--course", type=Path, default=ROOT, help="a course folder other than this one")
    parser.epilog = "Stopped at any moment, it goes on where it was when it is run again."


def run(arguments: argparse.Namespace) -> int:
    """Grade, record, write feedback, and print a row for each student."""
    chapter = Chapter(Course.at(arguments.course), arguments.chapter)
    if arguments.jobs is not None and arguments.jobs < 1:
        raise CourseError("--jobs must be 1 or more.")
    devices = _with_the_cpu(asked_devices(arguments.devices))
    summary = grade(chapter, arguments.jobs, devices, arguments.student, arguments.sandbox, arguments.scheduler)
    print(table(summary))
    if not arguments.no_feedback:
        feedback(summary.chapter, list(summary.students), arguments.jobs)
        print(f"Feedback: {summary.chapter.folder_of('<student>', 'feedback')}/")
    print(f"Gradebook: {summary.gradebook}")
    return 0


def _with_the_cpu(asked: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if asked is None:
        return None
    from autograder.judge.devices import chosen

    return chosen(asked)


def grade(
    chapter: Chapter,
    jobs: int | None,
    devices: tuple[str, ...] | None = None,
    student: str | None = None,
    sandbox: str | None = None,
    scheduler: str | None = None,
) -> Summary:
    """Grade a chapter, and show the progress. sandbox: by name, as `--sandbox` takes it. scheduler: the address of a
    cluster's, as `--scheduler` takes it."""
    from autograder.commands._progress import ProgressShown
    from autograder.grading.grade_chapter import Progress, grade_chapter

    last = Progress(0)
    with ProgressShown() as shown:

        def show(progress: Progress) -> None:
            nonlocal last
            last = progress
            shown.show(progress)

        try:
            return grade_chapter(
                chapter,
                jobs=jobs,
                devices=devices,
                student=student,
                sandbox=sandbox,
                scheduler=scheduler,
                show=show,
            )
        except KeyboardInterrupt:
            after = (
                f"after {last.done} of {last.total} notebooks" if last.done else "before the first notebook was judged"
            )
            raise KeyboardInterrupt(
                f"Stopped {after}. What was judged is kept: run the same command again to go on."
            ) from None


def feedback(chapter: Chapter, students: list[str], jobs: int | None = None) -> None:
    """Write the feedback pages with a progress bar; a page that cannot be written delays no other.

    Raises CourseError with the reasons once all others are written.
    """
    from tqdm import tqdm

    from autograder.grading.pages.feedback import write_all_feedback
    from autograder.grading.scoring.workers import cores

    written = write_all_feedback(chapter, students, jobs or cores())
    bar = tqdm(written, total=len(students), desc="Feedback", unit=" students", dynamic_ncols=True)
    with contextlib.closing(written):
        problems = [problem for problem in bar if problem]
    if problems:
        raise CourseError("\n".join(problems))


def table(summary: Summary, deserved: Mapping[str, float] | None = None) -> str:
    """Format a row for each student: points by notebook and in all, and what to look at. deserved: a further column."""
    from autograder.grading.pages.class_report import changed_since_release, judged_total, short_name, total

    sections = summary.chapter.sections()
    head = ["student", *map(short_name, sections), "judged", *(["deserved"] if deserved else []), "total", "to look at"]
    rows = [head]
    for student, results in summary.students.items():
        row = [student, *(_points(results[section]) for section in sections), f"{judged_total(results):g}"]
        row += [f"{deserved[student]:g}"] if deserved else []
        row.append(total(summary.standings.get(student)))
        rows.append([*row, _notes(results, summary, student)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(head) - 1)]
    lines = [_line(row, widths) for row in rows]
    lines += [f"not graded: {name}: {reason}" for name, reason in summary.passed_over.items()]
    lines += changed_since_release(
        [result for of_student in summary.students.values() for result in of_student.values()]
    )
    lines += summary.remarks
    return "\n".join(lines)


def _line(row: list[str], widths: list[int]) -> str:
    cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:], strict=True)]
    return "  ".join([*cells, row[-1]]).rstrip()


def _points(result) -> str:
    if result.set_aside:
        return "set aside"
    if result.missing:
        return "not handed in"
    return f"{result.judged_score:g}/{result.judged_points:g}"


def _notes(results: dict, summary: Summary, student: str) -> str:
    from autograder.grading.pages.flags import told_once

    ignored, standing = summary.ignored.get(student, []), summary.standings.get(student)
    notes = [result.set_aside for result in results.values() if result.set_aside]
    notes += [flag for result in results.values() for flag in told_once(result.flags) if not result.missing]
    notes += standing.notes if standing else ()
    notes += [f"not looked at: {', '.join(ignored)}"] if ignored else []
    return "; ".join(dict.fromkeys(notes))
