"""Which notebooks a class gets: remembered in `assigned.txt`, kept to by nbgrader, and more of them added later."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException

from autograder.course import ASSIGNED, Chapter, Course, CourseError, write_atomically
from autograder.grading.intake.released import record_of, with_todays_release

HEAD = """\
# What the class gets: a chapter, or a notebook of a chapter, in each line. `release` adds lines; take them out by hand.
"""


@contextlib.contextmanager
def assigning(course: Course, names: Iterable[str]) -> Iterator[None]:
    """Add chapters and notebooks to those that are assigned; where what follows fails, they are as before.

    Nothing is remembered where only whole chapters are named and everything is assigned anyway.

    Raises CourseError, with the nearest name, for what source/ does not have.
    """
    names, file, known = list(names), course.root / ASSIGNED, course.assigned()
    for name in names:
        course.expect(name)
    if known is None and not any("/" in name for name in names):
        yield
        return
    before = file.read_text(encoding="utf-8") if known is not None else None
    chosen = {*(known or ()), *names}
    chosen -= {name for name in chosen if "/" in name and name.partition("/")[0] in chosen}
    file.write_text(HEAD + "".join(f"{name}\n" for name in sorted(chosen)), encoding="utf-8")
    try:
        yield
    except BaseException:
        file.unlink() if before is None else file.write_text(before, encoding="utf-8")
        raise


class AssignedExporter(NotebookExporter):
    """Lets nbgrader's `generate_assignment` pass over notebooks that are not assigned, and remembers what the new
    release replaces.

    nbgrader takes all notebooks of a chapter, or those of one pattern: it has no setting for a list. It makes its
    exporter when it has found them and has converted none.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        converter: Any = self.parent
        course = Course(Path(converter.coursedir.root))
        for folder, notebooks in converter.assignments.items():
            chapter = Chapter(course, Path(folder).name)
            if not converter.no_database:
                remember_release(chapter)
            sections = chapter.sections()
            converter.assignments[folder] = [path for path in notebooks if Path(path).stem in sections]


class ReleaseExporter(AssignedExporter):
    """The same for `nbgrader generate_assignment` as a person runs it: it gives no graded chapter other exercises or
    points, and names the command that does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        converter: Any = self.parent
        if converter.no_database:
            return
        try:
            for folder in converter.assignments:
                expect_as_graded(Chapter(Course(Path(converter.coursedir.root)), Path(folder).name), converter.config)
        except CourseError as error:
            converter.log.error(str(error))
            raise NbGraderException(str(error)) from None


def remember_release(chapter: Chapter) -> None:
    """Remember what release/ holds of a chapter, before another release takes its place."""
    if (found := with_todays_release(chapter)) is not None:
        path = record_of(chapter)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(found, sort_keys=True), mode=0o600)


def expect_as_graded(chapter: Chapter, settings: Any) -> None:
    """Add the notebooks that were assigned since a chapter was graded. Raises CourseError where it has other exercises
    or points than it was graded with, and where the gradebook cannot be used. settings: nbgrader's."""
    from autograder.grading.gradebook.record import open_gradebook
    from autograder.grading.gradebook.rework import add_assigned_notebooks, refuse_if_reworked

    with contextlib.closing(open_gradebook(chapter.course.root, settings)) as gradebook:
        add_assigned_notebooks(chapter, gradebook)
        refuse_if_reworked(chapter, gradebook)
