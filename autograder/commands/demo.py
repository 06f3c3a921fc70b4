"""`python3 -m autograder demo`: a simulated class, graded end to end."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from autograder.course import ROOT, Chapter, Course, CourseError

SUMMARY = "a simulated class, graded end to end: gradebook, feedback, class report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size of the class and the place of its folder."""
    parser.add_argument("--students", type=int, default=12, help="how many students (default: %(default)s)")
    parser.add_argument("--chapter", default="1_training_problems", help="the chapter (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=ROOT / "demo", help="the course folder to make (default: demo/)")
    parser.add_argument("--jobs", type=int, help="how many notebooks at a time (default: one more than cores)")


def run(arguments: argparse.Namespace) -> int:
    """Release, hand in, judge, record, write feedback and report. The status is 1 if anybody does not get the deserved
    score."""
    from autograder.commands.grade import feedback, grade, table
    from autograder.grading.demo.simulated_class import hand_in, scratch_course, simulated_class
    from autograder.grading.gradebook.release import make_release
    from autograder.grading.pages.class_report import judged_total, write_report

    started = time.monotonic()
    Course().sections(arguments.chapter)
    if arguments.students < 1 or (arguments.jobs is not None and arguments.jobs < 1):
        raise CourseError("--students and --jobs must be 1 or more.")
    course = scratch_course(arguments.folder.resolve(), Course())
    chapter = Chapter(course, arguments.chapter)
    students = simulated_class(chapter, arguments.students)
    print(f"A class of {len(students)} simulated students hands in {chapter.name}.", flush=True)
    make_release(chapter)
    hand_in(chapter, students)
    sandbox, told = sandbox_of_the_demo()
    print(told, flush=True)
    summary = grade(chapter, arguments.jobs, sandbox=sandbox)
    feedback(chapter, list(summary.students), arguments.jobs)
    report = write_report(chapter)
    deserved = {student.name: sum(map(student.deserves, chapter.sections())) for student in students}
    print(f"\n{table(summary, deserved)}\n")
    print(f"gradebook     {course.root / 'gradebook.db'}")
    print(f"feedback      {course.root / 'feedback'}")
    print(f"class report  {report}")
    print(f"              (Formgrader, nbgrader export and the like: run them in {course.root})")
    notebooks = len(students) * len(chapter.sections())
    print(f"{notebooks} notebooks in {time.monotonic() - started:.0f} s.")
    wrong = [name for name, results in summary.students.items() if judged_total(results) != deserved[name]]
    if wrong:
        print(f"Not the deserved score: {', '.join(wrong)}. Please report this.", file=sys.stderr)
    return 1 if wrong else 0


def sandbox_of_the_demo() -> tuple[str, str]:
    """Return the name of the sandbox and a sentence about it. The course's own submissions may run without one."""
    from autograder.grading.scoring.grading_config import confinement_called

    try:
        name = confinement_called(None).name
    except CourseError as reason:
        return "none", f"Their code runs without a sandbox; it is the course's own. {reason}"
    if name == "none":
        return name, "Their code runs without a sandbox, as asked for; it is the course's own."
    return name, f"Their code runs in a sandbox ({name})."
