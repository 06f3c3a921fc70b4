"""nbgrader's preprocessors for this course: `nbgrader autograde` and Formgrader give the judge's scores through them.

They work on the same results as `python3 -m autograder grade`, so the scores are the same, and what one has judged
the other need not judge again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, from_dict, writes
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.course import Chapter, Course, CourseError
from autograder.grading.gradebook.nbgrader_config import limits_in, shortest_hidden_run_in
from autograder.grading.gradebook.record import set_grade
from autograder.grading.intake.figures import embed_figures
from autograder.grading.scoring.grade_notebook import grade
from autograder.grading.scoring.grading_config import GradingConfig, confinement_called
from autograder.grading.scoring.result_key import key_of
from autograder.grading.scoring.results import NotebookResult, Results, write_atomically
from autograder.grading.scoring.task import Task
from autograder.sandbox import Confinement


class EmbedFigures(NbGraderPreprocessor):
    """Puts the pictures of Assets/ into the notebook that students get."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Embed the figures of the instructor's notebook. Raises CourseError for a picture that does not exist."""
        embed_figures(nb, Path(resources["metadata"]["path"]))
        return nb, resources


class SubmissionExporter(NotebookExporter):
    """Lets nbgrader hand every submitted file to `Judge` unread: one that cannot be read stops nobody."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a notebook; replace a submitted one by an empty one, as `Judge` reads the file itself."""
        path = Path(filename)
        if not _was_submitted(path):
            return super().from_filename(filename, resources=resources, **options)
        resources = ResourcesDict() if resources is None else resources
        resources["metadata"] = ResourcesDict(name=path.stem, path=str(path.parent))
        return self.from_notebook_node(new_notebook(), resources=resources, **options)


def _was_submitted(path: Path) -> bool:
    submitted = Path.cwd() / "submitted"
    return submitted in (Path.cwd() / path).parents


def _without_file(chapter: Chapter, student: str) -> list[str]:
    """Return the notebooks of a chapter of whose names there is no file in a submission: nbgrader passes them over."""
    folder = chapter.folder_of(student, "submitted")
    return [section for section in chapter.sections() if not os.path.lexists(folder / f"{section}.ipynb")]


def _drop_extra_files(chapter: Chapter, student: str) -> None:
    """Remove what nbgrader has copied from a submission beside its notebooks, and would hand on with the feedback."""
    folder = chapter.folder_of(student, "autograded")
    source = chapter.course.source / chapter.name
    for path in folder.rglob("*"):
        kept = path.parent == folder and (path.suffix == ".ipynb" or path.name == "timestamp.txt")
        if not kept and not path.is_dir() and not (source / path.relative_to(folder)).is_file():
            path.unlink()


TOLD: set[str] = set()
"""What this command has said of the class once."""


class Judge(NbGraderPreprocessor):
    """Replaces a submitted notebook by the judged one: the instructor's, with the student's answers and the verdicts
    in it.

    It stands in nbgrader's sanitizing step, where the submitted file is named, and reads that itself.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the autograded notebook, whatever nb is."""
        names = resources["nbgrader"]
        chapter = Chapter(Course(Path.cwd()), names["assignment"])
        _drop_extra_files(chapter, names["student"])
        results = Results(chapter)
        config = GradingConfig(
            chapter.course,
            results.seed(),
            confinement=self._confinement(),
            limits=limits_in(self.config),
            shortest_hidden_run_seconds=shortest_hidden_run_in(self.config),
        )
        for section in _without_file(chapter, names["student"]):
            self._judge(Task(chapter, names["student"], section), config, results)
        result = self._judge(Task(chapter, names["student"], names["notebook"]), config, results)
        return from_dict(result.notebook), resources

    def _judge(self, task: Task, config: GradingConfig, results: Results) -> NotebookResult:
        task = replace(task, key=key_of(task, config))
        result = results.kept(task) or grade(task, config)
        results.keep(result)
        for flag in result.flags:
            self.log.warning("%s, %s: %s", task.student, task.section, flag)
        if result.set_aside:
            self.log.warning("%s, %s: set aside: %s", task.student, task.section, result.set_aside)
        for change in {f"{task.section}: {change}" for change in result.since_release} - TOLD:
            self.log.warning("since the release: %s", change)
            TOLD.add(change)
        return result

    def _confinement(self) -> Confinement:
        """Choose what the student's code runs in. Without a sandbox the command ends."""
        try:
            return confinement_called()
        except CourseError as reason:
            self.log.error("%s", reason)
            raise SystemExit(1) from None


class SaveScores(SaveAutoGrades):
    """Saves the judged scores; comments as nbgrader does. No output of a notebook decides a score."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the scores of a notebook that `Judge` made."""
        names = resources["nbgrader"]
        results = Results(Chapter(Course(Path.cwd()), names["assignment"]))
        result = results.find(names["student"], names["notebook"])
        if result is None:
            raise RuntimeError(f"there is no verdict for {names['student']}, {names['notebook']}: run autograde again")
        self._cells = result.cells
        nb, resources = super().preprocess(nb, resources)
        chapter = Chapter(Course(Path.cwd()), names["assignment"])
        for section in _without_file(chapter, names["student"]):
            other = results.find(names["student"], section)
            if other is not None and not other.missing:
                self._save(other, chapter)
        return nb, resources

    def _save(self, result: NotebookResult, chapter: Chapter) -> None:
        """Save a notebook that has no file of its name, and so has 0 from nbgrader: it has another one, or waits."""
        with Gradebook(self.db_url) as gradebook:
            for name, cell in result.cells.items():
                set_grade(gradebook.find_grade(name, result.section, chapter.name, result.student), cell)
            gradebook.db.commit()
        path = chapter.folder_of(result.student, "autograded") / f"{result.section}.ipynb"
        write_atomically(path, writes(from_dict(result.notebook)) + "\n")

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        set_grade(grade, self._cells[name])
        self.gradebook.db.commit()


class PrepareFeedback(NbGraderPreprocessor):
    """Prepares an autograded notebook for the feedback page.

    The bare score lines go, the reports stay; cells that wait for a person are marked as `waiting`.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Prepare a notebook with its grades, as nbgrader's GetGrades made it."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            waiting = {grade.name for grade in found.grades if grade.needs_manual_grade}
        for cell in nb.cells:
            marks = cell.metadata.get("nbgrader", {})
            marks["waiting"] = marks.get("grade_id") in waiting
        names["waiting"] = bool(waiting)
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], index: int) -> tuple[NotebookNode, dict]:
        """Drop the line that only tells nbgrader the score."""
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
        return cell, resources
