"""nbgrader's preprocessors for this course: `nbgrader autograde` and Formgrader give the judge's scores through them.

They work on the same results as `python3 -m autograder grade`, so the scores are the same, and what one has judged
the other need not judge again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List, Unicode

from autograder.course import Chapter, CourseError
from autograder.grading.gradebook.answers import note_answers_before_judging
from autograder.grading.gradebook.converters import take_over
from autograder.grading.gradebook.grades import StudentGrades, grades_of
from autograder.grading.gradebook.nbgrader_config import configured, course_id_in, limits_in
from autograder.grading.gradebook.record import note_recorded, record_scores
from autograder.grading.gradebook.roster import compose_students
from autograder.grading.intake.figures import embed_figures
from autograder.grading.intake.matching import without_hidden_tests
from autograder.grading.intake.source_check import problems_of
from autograder.grading.intake.submitted_folder import composed
from autograder.grading.pages.feedback import made_from
from autograder.grading.pages.index import lateness_sentences
from autograder.grading.pages.marks import mark
from autograder.grading.scoring.grade_notebook import grade
from autograder.grading.scoring.grading_config import GradingConfig, confinement_called
from autograder.grading.scoring.result_key import key_of
from autograder.grading.scoring.results import NotebookResult, Results
from autograder.grading.scoring.task import Task
from autograder.sandbox import Confinement


class EmbedFigures(NbGraderPreprocessor):
    """Puts the pictures of Assets/ into the notebook that students get."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Embed the figures of the instructor's notebook. Raises CourseError for a picture that does not exist."""
        embed_figures(nb, Path(resources["metadata"]["path"]))
        return nb, resources


class CheckSource(NbGraderPreprocessor):
    """Stops the release at cells of the instructor's notebook that could not be graded, and names them."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook as it is. Raises CourseError, with a sentence for each thing that is wrong."""
        names = resources["metadata"]
        if problems := problems_of(Path(names["path"]) / f"{names['name']}.ipynb"):
            raise CourseError("; ".join(problems))
        return nb, resources


class SubmissionExporter(NotebookExporter):
    """Lets nbgrader hand every submitted file to `Judge` unread: one that cannot be read stops nobody."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        take_over(self.parent)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a notebook; replace a submitted one by an empty one, as `Judge` reads the file itself."""
        path = Path.cwd() / filename
        if configured(self.config).folder("submitted") not in path.parents:
            return super().from_filename(filename, resources=resources, **options)
        resources = ResourcesDict() if resources is None else resources
        resources["metadata"] = ResourcesDict(name=path.stem, path=str(path.parent))
        return self.from_notebook_node(new_notebook(), resources=resources, **options)


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
        chapter = Chapter(configured(self.config), names["assignment"])
        results = Results(chapter)
        config = GradingConfig(
            chapter.course,
            results.secret(),
            confinement=self._confinement(),
            limits=limits_in(self.config),
        )
        note_answers_before_judging(chapter, names["student"])
        result = self._judge(Task(chapter, names["student"], names["notebook"]), config, results)
        return from_dict(result.notebook) if result.notebook else new_notebook(), resources

    def _judge(self, task: Task, config: GradingConfig, results: Results) -> NotebookResult:
        task = replace(task, key=key_of(task, config))
        result = results.kept(task) or grade(task, config)
        results.keep(result)
        if result.set_aside:
            self.log.warning("%s, %s: set aside: %s", task.student, task.section, result.set_aside)
        for flag in result.flags:
            self.log.warning("%s, %s: %s", task.student, task.section, flag)
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


class SaveScores(NbGraderPreprocessor):
    """Saves the judged scores as `grade` does. No output of a notebook decides a score."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the scores of a notebook that `Judge` made."""
        names = resources["nbgrader"]
        student, chapter = names["student"], Chapter(configured(self.config), names["assignment"])
        result = Results(chapter).find(student, names["notebook"])
        if result is None:
            raise RuntimeError(f"there is no verdict for {student}, {names['notebook']}: run autograde again")
        with Gradebook(names["db_url"], course_id_in(self.config)) as gradebook:
            if composed(student) == student:
                compose_students(gradebook)
            record_scores(chapter, gradebook.find_submission(chapter.name, student), [result])
            gradebook.db.commit()
        note_recorded(chapter, student, [result])
        return nb, resources


class ForPages(NbGraderPreprocessor):
    """Knows the setting that nbconvert gives to everything that makes a page; nbgrader's own warn that they do not."""

    display_data_priority = List(Unicode(), help="which forms of an output are shown, the best first").tag(config=True)


class PrepareFeedback(ForPages):
    """Prepares an autograded notebook for the feedback page.

    The bare score lines go, the reports stay; each cell is told what the page says beside it. It stands in the place of
    nbgrader's GetGrades, which asks the gradebook for each cell by itself.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Put the grades of a notebook into it, and into the page's settings."""
        names = resources["nbgrader"]
        grades = names.get("grades") or self._grades(names, course_id_in(self.config))
        of_notebook = grades.notebooks[names["notebook"]]
        mark(nb.cells, of_notebook)
        names["score"], names["max_score"] = of_notebook.score, of_notebook.points
        names["late_penalty"] = of_notebook.penalty
        file = Path(resources["metadata"]["path"]) / f"{names['notebook']}.ipynb"
        names["made_from"] = made_from(file, grades)
        names["waiting"] = of_notebook.waiting
        names["lateness"] = " ".join(lateness_sentences(grades))
        return super().preprocess(nb, resources)

    @staticmethod
    def _grades(names: dict[str, str], course_id: str) -> StudentGrades:
        with Gradebook(names["db_url"], course_id) as gradebook:
            return grades_of(gradebook, names["assignment"], names["student"])[names["student"]]

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], index: int) -> tuple[NotebookNode, dict]:
        """Drop hidden tests, and the line that only tells nbgrader the score."""
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and marks.get("grade"):
            cell.outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
        if marks.get("grade") and not marks.get("solution"):
            cell.source = without_hidden_tests(cell.source)
        return cell, resources
