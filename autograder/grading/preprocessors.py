"""nbgrader's preprocessors for this course: `nbgrader autograde` and Formgrader give the judge's scores through them.

They work on the same results as `python3 -m autograder grade`, so the scores are the same, and what one has judged
the other
need not judge again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.course import Course
from autograder.grading import notebook as grading
from autograder.grading.figures import embed_figures
from autograder.grading.recording import set_grade
from autograder.grading.results import Results
from autograder.grading.settings import limits_in
from autograder.sandbox import Confinement, NoSandbox, chosen


class EmbedFigures(NbGraderPreprocessor):
    """Puts the pictures of Assets/ into the notebook that students get."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """nb: the instructor's. Raises CourseError for a picture that is not there."""
        embed_figures(nb, Path(resources["metadata"]["path"]))
        return nb, resources


class Judge(NbGraderPreprocessor):
    """Replaces a submitted notebook by the judged one: the instructor's, with the student's answers and the verdicts
    in it.

    It stands in nbgrader's sanitizing step, because only there the submitted file is at hand, byte for byte.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """nb: as submitted. Returns the autograded notebook."""
        names = resources["nbgrader"]
        root = Path.cwd()
        results = Results(root, names["assignment"])
        path = root / "submitted" / names["student"] / names["assignment"] / f"{names['notebook']}.ipynb"
        task = grading.Task(names["student"], names["assignment"], names["notebook"], path)
        conditions = grading.Conditions(
            Course(root), results.seed(), confinement=self._confinement(), limits=limits_in(self.config)
        )
        result = grading.grade(task, conditions, results.find(task.student, task.section))
        results.keep(result)
        for flag in result.flags:
            self.log.warning("%s, %s: %s", task.student, task.section, flag)
        return grading.as_node(result.notebook), resources

    def _confinement(self) -> Confinement:
        """What the student's code runs in. Without one the command ends: each student would be told the same."""
        try:
            return chosen()
        except NoSandbox as reason:
            self.log.error("%s", reason)
            raise SystemExit(1) from None


class SaveScores(SaveAutoGrades):
    """Saves the judged scores; comments as nbgrader does. No output of a notebook decides a score."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """nb: as `Judge` made it."""
        names = resources["nbgrader"]
        self._result = Results(Path.cwd(), names["assignment"]).find(names["student"], names["notebook"])
        if self._result is None:
            raise RuntimeError(f"there is no verdict for {names['student']}, {names['notebook']}: run autograde again")
        return super().preprocess(nb, resources)

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        set_grade(grade, self._result.cells[name])
        self.gradebook.db.commit()


class Legible(NbGraderPreprocessor):
    """Prepares an autograded notebook for the feedback page.

    The bare score lines go, the reports stay; cells that wait for a person are marked as `waiting`.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """nb: with its grades, as nbgrader's GetGrades made it."""
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
