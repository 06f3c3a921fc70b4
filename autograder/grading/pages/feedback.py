"""Writes feedback pages with nbgrader's own command and the course's template."""

from __future__ import annotations

import concurrent.futures
import copy
import functools
from collections.abc import Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from autograder.course import Chapter, CourseError
from autograder.grading.gradebook.converters import take_over
from autograder.grading.gradebook.exchange import hand_back
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.release import CapturedLog
from autograder.grading.pages.safe_markdown import harmless, instructors_markdown, is_short, printed, students_markdown
from autograder.grading.scoring.workers import interrupts_held, no_warm_up, worker_pool

FEWEST_STUDENTS_FOR_WORKERS = 8
"""With fewer students, starting worker processes takes longer than they save."""


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML exporter under a name of its own: `nbgrader_config` gives it a template of its own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        take_over(self.parent)

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Yield nbconvert's filters and those for what students and instructors wrote."""
        yield from super().default_filters()
        yield "students_markdown", students_markdown
        yield "instructors_markdown", instructors_markdown
        yield "harmless", harmless
        yield "is_short", is_short
        yield "ansi2html", printed


def write_feedback(chapter: Chapter, student: str, settings: Config) -> list[Path]:
    """Write the pages of one student's chapter where they are missing or older than the autograded notebooks.

    settings: nbgrader's. Returns the pages there are. Raises CourseError where nbgrader cannot write them.
    """
    notebooks = sorted(chapter.folder_of(student, "autograded").glob("*.ipynb"))
    pages = [page_of(chapter, student, notebook.stem) for notebook in notebooks]
    if any(_outdated(page, notebook) for page, notebook in zip(pages, notebooks, strict=True)):
        _generate(chapter, student, settings)
    if pages:
        hand_back(chapter, student, settings)
    return pages


def write_all_feedback(chapter: Chapter, students: list[str], jobs: int) -> Generator[str, None, None]:
    """Write the pages of many students, `jobs` at a time; yields each student's problem, or "", as it is done.

    A page that cannot be written delays no other.
    """
    if jobs == 1 or len(students) < FEWEST_STUDENTS_FOR_WORKERS:
        settings = read_settings(chapter.course.root)
        for student in students:
            yield _problem(chapter, student, settings)
        return
    with worker_pool(min(jobs, len(students)), no_warm_up) as pool:
        with interrupts_held():
            futures = {pool.submit(_problem_in_worker, chapter, student): student for student in students}
        for future in concurrent.futures.as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield f"The process that wrote the feedback of {futures[future]} ended: run the same command again."


def _problem_in_worker(chapter: Chapter, student: str) -> str:
    return _problem(chapter, student, _settings_of_worker(chapter.course.root))


@functools.cache
def _settings_of_worker(root: Path) -> Config:
    """Read nbgrader's settings once in each worker: they may hold objects that cannot be sent to another process."""
    return read_settings(root)


def _problem(chapter: Chapter, student: str, settings: Config) -> str:
    try:
        write_feedback(chapter, student, settings)
    except CourseError as error:
        return str(error)
    return ""


def page_of(chapter: Chapter, student: str, section: str) -> Path:
    """Return the file of a notebook's feedback page."""
    return chapter.folder_of(student, "feedback") / f"{section}.html"


def _outdated(page: Path, notebook: Path) -> bool:
    return not page.is_file() or page.stat().st_mtime_ns <= notebook.stat().st_mtime_ns


def _generate(chapter: Chapter, student: str, settings: Config) -> None:
    from nbgrader.converters import GenerateFeedback
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    class OfOneStudent(GenerateFeedback):
        """Names its notebooks itself: nbgrader searches with patterns, and a name such as "ada [2]" is one."""

        def init_notebooks(self) -> None:
            folder = chapter.folder_of(student, "autograded")
            self.assignments = {str(folder): sorted(map(str, folder.glob("*.ipynb")))}
            self.notebooks: list[str] = []

        def init_assignment(self, assignment_id: str, student_id: str) -> None:
            """Copy nothing: nbgrader would hand students whatever else is in the folder."""

    config = copy.deepcopy(settings)
    config.CourseDirectory.assignment_id = chapter.name
    config.CourseDirectory.student_id = student
    messages = CapturedLog()
    converter = OfOneStudent(coursedir=CourseDirectory(config=config), config=config)
    converter.log = messages.logger
    converter.force = True
    try:
        converter.start()
    except NbGraderException as error:
        raise CourseError(f"nbgrader could not write the feedback of {student}: {messages.last() or error}") from None
