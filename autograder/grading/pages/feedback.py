"""Writes feedback pages with nbgrader's own command and the course's template.

A page names what it was made from: the autograded notebook, what the gradebook says, and this code. It is written again
when one of these has changed.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import copy
import functools
import hashlib
import re
from collections.abc import Collection, Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import Environment
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.course import Chapter, CourseError
from autograder.grading.gradebook.converters import take_over
from autograder.grading.gradebook.exchange import hand_back
from autograder.grading.gradebook.grades import NotebookGrades, StudentGrades, grades_of
from autograder.grading.gradebook.nbgrader_config import FEEDBACK_HOOK, read_settings
from autograder.grading.gradebook.record import open_gradebook, renew_penalties
from autograder.grading.gradebook.release import CapturedLog
from autograder.grading.pages.index import write_index
from autograder.grading.pages.limited import TooLarge, in_limits
from autograder.grading.pages.marks import mark, without_students_text
from autograder.grading.pages.safe_markdown import (
    code,
    comments_markdown,
    in_box,
    instructors_markdown,
    printed,
    render_once,
    students_markdown,
    typed,
)
from autograder.grading.scoring.results import Results
from autograder.grading.scoring.workers import interrupts_held, no_warm_up, worker_pool

FEWEST_STUDENTS_FOR_WORKERS = 8
"""With fewer students, starting worker processes takes longer than they save."""
MADE_FROM = re.compile(r"<!-- made from ([a-p]{64}) -->")
IMAGE_WITHOUT_TEXT = re.compile(r"<img(?=[\s/>])(?![^<>]*\salt=)")
HEAD_CHARACTERS = 2_000
"""Within so many characters of a page it says what it was made from."""


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML exporter under a name of its own: `nbgrader_config` gives it a template of its own.

    The page is made in a process with limits. Where they do not suffice it is made without the student's text.
    """

    _is_warm = False
    _environments: ClassVar[dict[tuple[str, ...], Environment]] = {}
    """By the folders of their templates, each of which is compiled once for all exporters of this process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        take_over(self.parent)

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Yield nbconvert's filters and those for what students and instructors wrote."""
        yield from super().default_filters()
        yield "students_markdown", students_markdown
        yield "comments_markdown", comments_markdown
        yield "instructors_markdown", instructors_markdown
        yield "code", code
        yield "printed", printed
        yield "typed", typed
        yield "in_box", in_box

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook. What reads the gradebook runs here, what reads the student's text elsewhere."""
        nb, resources = super(TemplateExporter, self).from_notebook_node(nb, resources, **options)
        resources["too_large"] = ""
        with self._without_preprocessors():
            self._warm_up(resources)
            render_once(nb.cells)
            try:
                return in_limits(lambda: self._page(nb, resources)), resources
            except TooLarge as reason:
                resources["too_large"] = str(reason)
                without_students_text(nb)
                return self._page(nb, resources), resources

    def _validate_preprocessor(self, nb: NotebookNode, preprocessor: Any) -> None:
        """Do nothing: the notebook was found valid when it was read, and the steps to a page keep it so."""

    def _page(self, nb: NotebookNode, resources: dict[str, Any]) -> str:
        """Fill in the template. nbconvert's own exporter would read the page again, to make cells of another template
        focusable and to give a text to images without one."""
        html, _ = super(HTMLExporter, self).from_notebook_node(nb, self._init_resources(resources))
        return IMAGE_WITHOUT_TEXT.sub('<img alt="No description has been provided for this image"', html)

    def _warm_up(self, resources: dict[str, Any]) -> None:
        """Make a page of next to nothing, so that no copy of this process has to load and compile what it takes."""
        if not FeedbackExporter._is_warm:
            cells = [new_markdown_cell("$x$", metadata={"nbgrader": {"solution": True}}), new_code_cell("x = 1")]
            mark(cells, NotebookGrades())
            self._page(new_notebook(cells=cells), resources)
            FeedbackExporter._is_warm = True

    def _create_environment(self) -> Environment:
        place = tuple(self.template_paths)
        if place not in self._environments:
            self._environments[place] = super()._create_environment()
        return self._environments[place]

    @contextlib.contextmanager
    def _without_preprocessors(self) -> Iterator[None]:
        kept, self._preprocessors = self._preprocessors, []
        try:
            yield
        finally:
            self._preprocessors = kept


def write_feedback(chapter: Chapter, student: str, settings: Config) -> list[Path]:
    """Write the pages of one student's chapter that are missing or outdated, and the page over all of them.

    settings: nbgrader's. Returns the pages of notebooks there are. Raises CourseError where nbgrader cannot write them.
    """
    with contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
        renew_penalties(chapter, gradebook, settings)
        return _write_feedback(chapter, student, settings, gradebook)


def _write_feedback(chapter: Chapter, student: str, settings: Config, gradebook: Gradebook) -> list[Path]:
    grades = grades_of(gradebook, chapter.name, student).get(student)
    notebooks = sorted(chapter.folder_of(student, "autograded").glob("*.ipynb"))
    lacking = _lacking(chapter, student, [notebook.stem for notebook in notebooks])
    if grades is None or (lacking and not notebooks):
        what = f"autograded/ lacks {', '.join(lacking)}" if grades else "there are no scores in the gradebook"
        raise CourseError(f"{student}: {what}. Run  {chapter.course.command('grade', chapter.name)}")
    chapter.folder_of(student, "feedback").mkdir(parents=True, exist_ok=True)
    pages = {page_of(chapter, student, notebook.stem): notebook for notebook in notebooks}
    outdated = [notebook for page, notebook in pages.items() if _is_outdated(page, notebook, grades)]
    if outdated:
        _generate(chapter, grades, outdated, settings)
    for section in chapter.sections():
        if page_of(chapter, student, section) not in pages:
            page_of(chapter, student, section).unlink(missing_ok=True)
    if pages:
        hand_back(chapter, student, settings)
    write_index(chapter, grades)
    return list(pages)


def _lacking(chapter: Chapter, student: str, there: Collection[str]) -> list[str]:
    """Return the notebooks that were judged and are not in autograded/ any more."""
    found = [Results(chapter).find(student, section) for section in chapter.sections() if section not in there]
    return [result.section for result in found if result is not None and not result.missing]


def write_all_feedback(chapter: Chapter, students: list[str], jobs: int) -> Generator[str, None, None]:
    """Write the pages of many students, `jobs` at a time; yields each student's problem, or "", as it is done.

    A page that cannot be written delays no other.
    """
    settings = read_settings(chapter.course.root)
    with contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
        renew_penalties(chapter, gradebook, settings)
    if jobs == 1 or len(students) < FEWEST_STUDENTS_FOR_WORKERS:
        with contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
            for student in students:
                yield _problem(chapter, student, settings, gradebook)
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
    return _problem(chapter, student, *_of_worker(chapter.course.root))


@functools.cache
def _of_worker(root: Path) -> tuple[Config, Gradebook]:
    """Read nbgrader's settings once in each worker: they may hold objects that cannot be sent to another process."""
    settings = read_settings(root)
    return settings, open_gradebook(root, settings)


def _problem(chapter: Chapter, student: str, settings: Config, gradebook: Gradebook) -> str:
    try:
        _write_feedback(chapter, student, settings, gradebook)
    except CourseError as error:
        return str(error)
    except OSError as error:
        place = error.filename2 or error.filename
        return f"The pages of {student} could not be written: {place}: {error.strerror}. Move away what is there."
    return ""


def page_of(chapter: Chapter, student: str, section: str) -> Path:
    """Return the file of a notebook's feedback page."""
    return chapter.folder_of(student, "feedback") / f"{section}.html"


def made_from(notebook: Path, grades: StudentGrades) -> str:
    """Name everything that the page of an autograded notebook depends on, in letters: no number of it is one."""
    of_notebook = grades.notebooks.get(notebook.stem, NotebookGrades())
    parts = [_code_of_pages(), notebook.read_bytes(), repr((of_notebook, grades.timestamp, grades.due)).encode()]
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    return digest.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop"))


@functools.cache
def _code_of_pages() -> bytes:
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in (".py", ".j2"))
    return b"".join(path.read_bytes() for path in files)


def _is_outdated(page: Path, notebook: Path, grades: StudentGrades) -> bool:
    try:
        with page.open(encoding="utf-8") as file:
            found = MADE_FROM.search(file.read(HEAD_CHARACTERS))
    except (OSError, ValueError):
        return True
    return found is None or found[1] != made_from(notebook, grades)


def _generate(chapter: Chapter, grades: StudentGrades, notebooks: list[Path], settings: Config) -> None:
    from nbgrader.converters import GenerateFeedback
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    student = grades.student

    class OfOneStudent(GenerateFeedback):
        """Names its notebooks itself: nbgrader searches with patterns, and a name such as "ada [2]" is one."""

        def init_notebooks(self) -> None:
            folder = chapter.folder_of(student, "autograded")
            self.assignments = {str(folder): [str(notebook) for notebook in notebooks]}
            self.notebooks: list[str] = []

        def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
            """Hand on the grades that are known already."""
            resources = super().init_single_notebook_resources(notebook_filename)
            resources["nbgrader"]["grades"] = grades
            return resources

        def init_assignment(self, assignment_id: str, student_id: str) -> None:
            """Copy nothing: nbgrader would hand students whatever else is in the folder."""

    config = copy.deepcopy(settings)
    config.CourseDirectory.assignment_id = chapter.name
    config.CourseDirectory.student_id = student
    config.CourseDirectory.notebook_id = "these"  # anything but "*", which would remove the other pages
    if config.GenerateFeedback.get("post_convert_hook") == FEEDBACK_HOOK:
        del config.GenerateFeedback["post_convert_hook"]
    messages = CapturedLog()
    converter = OfOneStudent(coursedir=CourseDirectory(config=config), config=config)
    converter.log = messages.logger
    converter.force = True
    try:
        converter.start()
    except NbGraderException as error:
        raise CourseError(f"nbgrader could not write the feedback of {student}: {messages.last() or error}") from None
