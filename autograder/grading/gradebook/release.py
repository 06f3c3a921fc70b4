"""Makes release/ from source/ through nbgrader, and checks whether release/ is up to date."""

from __future__ import annotations

import copy
import glob
import logging
import shutil
import tempfile
from pathlib import Path

import nbformat
from traitlets.config import Config

from autograder.course import FIRST_PAGE, Chapter, Course, CourseError
from autograder.grading.gradebook.nbgrader_config import SAVE_CELLS, read_settings
from autograder.grading.intake.submitted_folder import COME_ALONG

BRACKETS = "[ and ]: nbgrader searches with patterns, in which they mean something else"


def make_release(chapter: Chapter) -> list[str]:
    """Generate a chapter's student version into release/, and enter the chapter in the gradebook.

    Returns the notebooks that were in release/ and are not any more: those that are not assigned, or gone.

    Raises CourseError where nbgrader cannot do it, with its reason, where the chapter was graded with other exercises
    or points, and where a file in release/ would be lost.
    """
    from autograder.grading.gradebook.assigned import expect_as_graded

    root = chapter.course.root
    settings = read_settings(root)
    expect_as_graded(chapter, settings)
    released = root / "release" / chapter.name
    released.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=released.parent, prefix=".making-") as scratch:
        _generate(chapter, settings, Path(scratch))
        gone = _files_in(released) - _files_in(Path(scratch) / chapter.name)
        if own := sorted(str(name) for name in gone if name.suffix != ".ipynb"):
            raise CourseError(
                f"{released} holds what source/ does not make, and would lose it: {', '.join(own)}. Move it to "
                f"source/{chapter.name}/ if students are to get it, else away."
            )
        shutil.rmtree(released, ignore_errors=True)
        (Path(scratch) / chapter.name).rename(released)
    return sorted(str(name.with_suffix("")) for name in gone)


def _files_in(folder: Path) -> set[Path]:
    """Return the files in a folder, by their paths in it, less what editors and systems put there."""
    files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {name for name in files if not any(COME_ALONG.fullmatch(part) for part in name.parts)}


def register(chapter: Chapter, settings: Config) -> None:
    """Enter a chapter in the gradebook as source/ has it now; release/ is not touched. settings: nbgrader's.

    Raises CourseError where nbgrader cannot do it, with its reason.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        _generate(chapter, settings, Path(scratch))


def check_source(chapter: Chapter, settings: Config) -> None:
    """Make sure that nbgrader can release a chapter; nothing is written. Raises CourseError where it cannot."""
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        _generate(chapter, settings, Path(scratch), gradebook=False)


def _generate(chapter: Chapter, settings: Config, folder: Path, gradebook: bool = True) -> None:
    """Run nbgrader's generate_assignment into a folder, with or without the gradebook."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.exc import SQLAlchemyError

    expect_possible_names(chapter)
    expect_readable_notebooks(chapter)
    config = copy.deepcopy(settings)
    config.CourseDirectory.assignment_id = chapter.name
    config.CourseDirectory.release_directory = str(folder)
    config.GenerateAssignment.exporter_class = "autograder.grading.gradebook.assigned.AssignedExporter"
    if not gradebook:
        config.GenerateAssignment.no_database = True
        steps = config.GenerateAssignment.preprocessors
        config.GenerateAssignment.preprocessors = [step for step in steps if step != SAVE_CELLS]
    messages = CapturedLog()
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.log = messages.logger
    try:
        converter.start()
    except (NbGraderException, SQLAlchemyError) as error:
        raise CourseError(f"nbgrader could not release {chapter.name}: {messages.last() or error}") from None


def expect_possible_names(chapter: Chapter) -> None:
    """Raise CourseError for a chapter whose name, or the course's folder, nbgrader cannot work with.

    nbgrader searches with patterns: brackets in a path are one, and match something else.
    """
    root, wrong = chapter.course.root, ""
    if not _matches_itself(root):
        raise CourseError(f"The path of the course, {root}, must not have {BRACKETS}. Rename its folder.")
    if any(not name.isprintable() for name in (chapter.name, *chapter.sections())):
        wrong = "have characters that cannot be written, nor may its notebooks"
    elif "+" in chapter.name:
        wrong = "have a plus sign: nbgrader separates the parts of a name with it"
    elif chapter.name != chapter.name.strip():
        wrong = "begin or end with a space: nbgrader takes it away"
    elif not _matches_itself(chapter.course.source / chapter.name):
        wrong = f"have {BRACKETS}"
    if wrong:
        raise CourseError(f"The chapter {chapter.name!r} must not {wrong}. Rename source/{chapter.name}.")


def expect_readable_notebooks(chapter: Chapter) -> None:
    """Raise CourseError, naming the file, for a notebook of source/ that is none."""
    for section in chapter.sections():
        path = chapter.course.source_of(chapter.notebook(section))
        try:
            nbformat.read(path, as_version=4)
        except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
            reason = str(error).strip().split("\n")[0][:200]
            raise CourseError(f"nbgrader could not release {chapter.name}: {path} cannot be read: {reason}") from None


def _matches_itself(path: Path) -> bool:
    return str(path) in glob.glob(str(path))


class CapturedLog(logging.Handler):
    """Collects nbgrader's messages instead of printing them."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: list[str] = []
        self.logger = logging.Logger("nbgrader")
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self._texts.append(record.getMessage())

    def last(self) -> str:
        """Return the last line of the most telling error: of the traceback, where there is one."""
        traces = [text for text in self._texts if text.lstrip().startswith("Traceback")]
        told = traces or self._texts
        line = told[-1].strip().split("\n")[-1] if told else ""
        return line.removeprefix("autograder.course.CourseError: ")


def differences(course: Course) -> list[str]:
    """Describe, in sentences, where release/ differs from what source/ makes of the chapters that are assigned, and of
    others that were released."""
    settings, assigned = read_settings(course.root), course.assigned_chapters()
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        for name in course.chapters():
            if name not in assigned and not (course.root / "release" / name).is_dir():
                continue
            _generate(Chapter(course, name), settings, Path(scratch), gradebook=False)
        _copy_first_page(course, Path(scratch))
        return _compare(Path(scratch), course.root / "release")


def release_first_page(course: Course) -> None:
    """Put the page with which students begin into release/, where the course has one."""
    (course.root / "release").mkdir(exist_ok=True)
    _copy_first_page(course, course.root / "release")


def _copy_first_page(course: Course, folder: Path) -> None:
    page = course.source / FIRST_PAGE
    if page.is_file():
        shutil.copyfile(page, folder / FIRST_PAGE)


def _compare(made: Path, released: Path) -> list[str]:
    names = sorted({path.relative_to(root) for root in (made, released) for path in root.rglob("*") if path.is_file()})
    found = []
    for name in names:
        if ".ipynb_checkpoints" in name.parts:
            continue
        if not (released / name).is_file():
            found.append(f"release/{name} is missing: source/ makes it")
        elif not (made / name).is_file():
            found.append(f"release/{name} is not made from source/")
        elif (made / name).read_bytes() != (released / name).read_bytes():
            found.append(f"release/{name} differs from what source/ makes")
    return found
