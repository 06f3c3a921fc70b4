"""Feedback pages, by nbgrader's own command with the course's template."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter

from autograder.course import Course, CourseError
from autograder.grading.gradebook.nbgrader_config import settings
from autograder.grading.gradebook.release import CapturedLog
from autograder.grading.pages.safe_markdown import harmless, instructors_markdown, is_short, printed, students_markdown
from autograder.grading.scoring.workers import interrupts_held, no_warm_up, worker_pool

FEW = 8
"""Below so many students, starting worker processes takes longer than they save."""


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML exporter under a name of its own, so that it can have a template of its own (`settings`)."""

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """nbconvert's filters and those for what students and instructors wrote."""
        yield from super().default_filters()
        yield "students_markdown", students_markdown
        yield "instructors_markdown", instructors_markdown
        yield "harmless", harmless
        yield "is_short", is_short
        yield "ansi2html", printed


def write_feedback(course: Course, chapter: str, student: str) -> list[Path]:
    """Write the pages of one student's chapter where they are missing or older than the autograded notebooks.

    Returns the pages there are. Raises CourseError where nbgrader cannot write them.
    """
    notebooks = sorted((course.root / "autograded" / student / chapter).glob("*.ipynb"))
    pages = [page_of(course, chapter, student, notebook.stem) for notebook in notebooks]
    if any(_outdated(page, notebook) for page, notebook in zip(pages, notebooks, strict=True)):
        _generate(course, chapter, student)
    return pages


def write_all_feedback(course: Course, chapter: str, students: list[str], jobs: int) -> Generator[str, None, None]:
    """Write the pages of many students, `jobs` at a time; gives each student's problem, or "", as it is done.

    A student whose pages cannot be written costs the others nothing.
    """
    if jobs == 1 or len(students) < FEW:
        for student in students:
            yield _problem(course, chapter, student)
        return
    with worker_pool(min(jobs, len(students)), no_warm_up) as pool:
        with interrupts_held():
            futures = {pool.submit(_problem, course, chapter, student): student for student in students}
        for future in concurrent.futures.as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield f"The process that wrote the feedback of {futures[future]} ended: run the same command again."


def _problem(course: Course, chapter: str, student: str) -> str:
    try:
        write_feedback(course, chapter, student)
    except CourseError as error:
        return str(error)
    return ""


def page_of(course: Course, chapter: str, student: str, section: str) -> Path:
    """Where the feedback page of a notebook is."""
    return course.root / "feedback" / student / chapter / f"{section}.html"


def _outdated(page: Path, notebook: Path) -> bool:
    return not page.is_file() or page.stat().st_mtime_ns <= notebook.stat().st_mtime_ns


def _generate(course: Course, chapter: str, student: str) -> None:
    from nbgrader.converters import GenerateFeedback
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    class OfOneStudent(GenerateFeedback):
        """nbgrader looks for notebooks with patterns, and a name such as "ada [2]" is one: here they are known."""

        def init_notebooks(self) -> None:
            folder = course.root / "autograded" / student / chapter
            self.assignments = {str(folder): sorted(map(str, folder.glob("*.ipynb")))}
            self.notebooks = []

        def init_assignment(self, assignment_id: str, student_id: str) -> None:
            """Nothing but the pages goes to students; nbgrader would copy whatever else is in the folder."""

    config = settings(course.root)
    config.CourseDirectory.assignment_id = chapter
    config.CourseDirectory.student_id = student
    messages = CapturedLog()
    converter = OfOneStudent(coursedir=CourseDirectory(config=config), config=config)
    converter.log = messages.logger
    converter.force = True
    try:
        converter.start()
    except NbGraderException as error:
        raise CourseError(f"nbgrader could not write the feedback of {student}: {messages.last() or error}") from None
