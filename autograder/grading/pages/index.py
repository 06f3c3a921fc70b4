"""A student's page over all notebooks of a chapter: points, what cost some, what was late, and what to do next."""

from __future__ import annotations

import datetime
from html import escape
from pathlib import Path
from urllib.parse import quote

import nbformat

from autograder.course import Chapter, write_atomically
from autograder.grading.gradebook.grades import CellGrade, NotebookGrades, StudentGrades
from autograder.grading.pages.frame import framed
from autograder.grading.pages.safe_markdown import comments_markdown
from autograder.grading.pages.titles import titles_of
from autograder.grading.scoring.results import NotebookResult, Results
from autograder.grading.visible import visible
from autograder.judge.report import problem_sentences
from autograder.judge.verdict import Verdict

NAME = "index"
NO_RESPONSE = "No response."
"""nbgrader's own comment, which says no more than the reason does."""
NOT_HANDED_IN = "not handed in"


def index_of(chapter: Chapter, student: str) -> Path:
    """Return the file of a student's page over all notebooks."""
    return chapter.folder_of(student, "feedback") / f"{NAME}.html"


def write_index(chapter: Chapter, grades: StudentGrades) -> None:
    """Write a student's page over all notebooks from the kept results and the gradebook, where it says something new.

    A chapter with a notebook called index has none.
    """
    sections = chapter.sections()
    path = index_of(chapter, grades.student)
    if NAME in sections:
        return
    results = Results(chapter)
    notebooks = [
        _Notebook(section, grades.notebooks.get(section), results.find(grades.student, section)) for section in sections
    ]
    text = page(chapter.name, grades, notebooks)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)


def after_nbgrader(assignment: str, student: str, notebooks: list[str]) -> None:
    """Write the page over all notebooks when `nbgrader generate_feedback` has written those of a student.

    It runs in the course folder. notebooks: the autograded ones of one student; student: nbgrader's pattern.
    """
    from autograder.grading.gradebook.grades import grades_of
    from autograder.grading.gradebook.nbgrader_config import configured, read_settings
    from autograder.grading.gradebook.record import open_gradebook

    if not notebooks:
        return
    settings = read_settings(Path.cwd())
    chapter = Chapter(configured(settings), assignment)
    name = Path(notebooks[0]).parent.parent.name
    gradebook = open_gradebook(chapter.course.root, settings)
    try:
        grades = grades_of(gradebook, assignment, name).get(name)
    finally:
        gradebook.close()
    write_index(chapter, grades or StudentGrades(name, {}))


class _Notebook:
    """What is known of one notebook, without the notebook itself."""

    def __init__(self, section: str, grades: NotebookGrades | None, result: NotebookResult | None) -> None:
        self.section = section
        self.grades = grades or NotebookGrades()
        self.missing = result is None or result.missing
        self.set_aside = result.set_aside if result is not None else ""
        self.has_page = result is not None and not result.missing
        self.titles = titles_of(nbformat.from_dict(result.notebook).get("cells", [])) if result is not None else {}
        self.reasons = _reasons(result) if result is not None else {}

    @property
    def lost(self) -> dict[str, CellGrade]:
        """The cells that cost points, in the notebook's order."""
        if self.missing or self.set_aside:
            return {}
        found = self.grades.cells
        ordered = [name for name in self.titles if name in found]
        return {
            name: found[name] for name in ordered if found[name].score < found[name].points and not found[name].waits
        }


def _reasons(result: NotebookResult) -> dict[str, list[str]]:
    """Return, for each graded cell, why points were lost."""
    return {
        name: [reason for verdict in cell.verdicts for reason in _why(verdict)] + ([cell.note] if cell.note else [])
        for name, cell in result.cells.items()
    }


def _why(verdict: Verdict) -> list[str]:
    """Say in a few sentences what was wrong with a kernel."""
    if verdict.problem:
        return problem_sentences(verdict)
    diagnoses = [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses
    failed = [requirement.name for requirement in verdict.requirements if not requirement.passed]
    told = [f"{diagnosis.title} {diagnosis.text}".strip() for diagnosis in diagnoses]
    return [f"Not right: {', '.join(failed)}.", *told] if failed else told


# ---------------------------------------------------------------- the page


def page(name: str, grades: StudentGrades, notebooks: list[_Notebook]) -> str:
    """Make the page. name: the chapter's."""
    so_far = ", so far" if grades.waiting else ""
    parts = [
        f'<h1>{escape(name)}: <span style="white-space:nowrap">{grades.score:g} of {grades.points:g} points{so_far}'
        "</span></h1>",
        _lateness(grades),
        *map(_row, notebooks),
        "<h2>What to do next</h2>",
        _next(notebooks),
        _what_cost_points(notebooks),
    ]
    return framed(f"{name}: feedback", "".join(parts))


def when(moment: datetime.datetime) -> str:
    """Write a moment, which is in UTC."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def how_long(late: datetime.timedelta) -> str:
    """Write a duration in days and hours, or minutes where it is shorter than an hour."""
    minutes = max(1, round(late.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    days, hours = divmod(minutes // 60, 24)
    return " ".join([f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours or not days))


def lateness_sentences(grades: StudentGrades) -> list[str]:
    """Say when it was handed in and when it was due, as far as that is known, and what being late cost."""
    found = [f"Handed in on {when(grades.timestamp)}."] if grades.timestamp else []
    found += [f"Due on {when(grades.due)}."] if grades.due else []
    cost = f": {grades.penalty:g} point{'s' * (grades.penalty != 1)} less" if grades.penalty else ""
    if grades.late:
        found.append(f"That is {how_long(grades.late)} late{cost}.")
    elif cost:
        found.append(f"Handed in late{cost}.")
    return found


def _lateness(grades: StudentGrades) -> str:
    text = " ".join(lateness_sentences(grades))
    return f"<p>{escape(text)}</p>" if text else ""


def _row(notebook: _Notebook) -> str:
    name, address = escape(notebook.section), quote(f"{notebook.section}.html")
    link = f'<a href="{address}">{name}</a>' if notebook.has_page else name
    points = "" if notebook.set_aside else f": <b>{notebook.grades.score:g} of {notebook.grades.points:g}</b>"
    return f'<div class="entry">{link}{points}{"".join(f"<br>{remark}" for remark in _remarks(notebook))}</div>'


def _remarks(notebook: _Notebook) -> list[str]:
    """Say, in pieces of HTML, what else there is to say of a notebook."""
    if notebook.set_aside:
        return [f'<span class="flag">set aside: {escape(visible(notebook.set_aside))}</span>']
    if notebook.missing:
        return [f'<span class="flag">{NOT_HANDED_IN}</span>']
    waiting = notebook.grades.waiting
    found = [f"{waiting} {'answer waits' if waiting == 1 else 'answers wait'} for your instructor"] if waiting else []
    if notebook.lost:
        found.append(f'<a href="{quote(f"{notebook.section}.html")}#short">only what cost points</a>')
    return found


def _next(notebooks: list[_Notebook]) -> str:
    found = []
    if any(notebook.set_aside for notebook in notebooks):
        found.append(
            "A notebook was set aside: it could not be read, and has no points yet. Open your file in JupyterLab, save "
            "it under the name it was given out with, and hand it in again, or ask your instructor."
        )
    if any(notebook.missing and not notebook.set_aside for notebook in notebooks):
        found.append("A notebook is missing. If you did hand it in, tell your instructor under which name.")
    if any(notebook.lost for notebook in notebooks):
        found.append(
            "Look at what cost points, below. Mend it in your own notebook and run its test cell there: it tells at "
            "once whether that helped. Whether a new version still counts, and until when, your instructor decides."
        )
    if any(notebook.grades.waiting and not notebook.set_aside for notebook in notebooks):
        found.append("Answers that wait for your instructor have no points yet: this page will change.")
    if not found:
        found.append("Nothing: there is nothing left to mend here.")
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in found)}</ul>"


def _what_cost_points(notebooks: list[_Notebook]) -> str:
    parts = []
    for notebook in notebooks:
        if rows := [_lost_row(notebook, name, grade) for name, grade in notebook.lost.items()]:
            parts.append(f"<h3>{escape(notebook.section)}</h3>{''.join(rows)}")
    return f"<h2>What cost points</h2>{''.join(parts)}" if parts else ""


def _lost_row(notebook: _Notebook, name: str, grade: CellGrade) -> str:
    address = f"{quote(f'{notebook.section}.html')}#{quote(name)}"
    told = ["Changed by your instructor."] if grade.changed else []
    text = "".join(f"<br>{escape(visible(one))}" for one in told + notebook.reasons.get(name, []))
    comment = notebook.grades.comments.get(name, "")
    comment = "" if comment == NO_RESPONSE else comment
    return (
        f'<div class="entry"><a href="{address}">{escape(notebook.titles[name])}</a>: '
        f"<b>{grade.score:g} of {grade.points:g}</b>{text}{comments_markdown(comment) if comment else ''}</div>"
    )
