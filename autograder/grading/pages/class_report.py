"""The class report: one page with the scores of a chapter and, for each kernel, how many passed and which mistakes
were made."""

from __future__ import annotations

import base64
import collections
import contextlib
import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from autograder.course import Chapter, CourseError, write_atomically
from autograder.exercises import catalogue
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import Standing, open_gradebook, renew_penalties, standings
from autograder.grading.gradebook.roster import gone
from autograder.grading.intake.submitted_folder import handing_in
from autograder.grading.pages.feedback import page_of
from autograder.grading.pages.flags import told_once
from autograder.grading.pages.frame import framed
from autograder.grading.pages.index import index_of
from autograder.grading.scoring.results import NotebookResult, Results
from autograder.grading.visible import visible
from autograder.judge.formatting import quoted
from autograder.judge.verdict import Verdict

NOT_WRITTEN, ENDED, UNKNOWN = "not written yet", "did not run to its end", "no known mistake"
MISSING = "the function is missing"


@dataclass
class ExerciseTally:
    """How a class did on one kernel. mistakes: what is wrong -> how many students."""

    name: str
    notebook: str
    students: int
    passed: int
    points: float
    max_points: int
    mistakes: dict[str, int]
    hints: dict[str, str]


class Judged(Protocol):
    """Whatever has points that no person gave: a result, or what is kept of one."""

    @property
    def judged_score(self) -> float:
        """The points."""


@dataclass(frozen=True)
class Outcome:
    """One student's kernel, in as few words as the report needs. mistake: "" where it passed."""

    exercise: str
    points: float
    mistake: str


@dataclass(frozen=True)
class Handed:
    """One student's notebook, in as few words as the report needs. waits: whether a person has to give points."""

    student: str
    section: str
    judged_score: float
    judged_points: float
    waits: bool
    set_aside: str = ""
    flags: tuple[str, ...] = ()
    missing: bool = False
    outcomes: tuple[Outcome, ...] = ()
    conditions: str = ""
    since_release: tuple[str, ...] = ()


@dataclass
class Links:
    """Where the pages of students are, for the report to link to. pages: by student and section, "" for the index."""

    pages: dict[tuple[str, str], str] = field(default_factory=dict)

    def to(self, student: str, section: str, text: str) -> str:
        """Return some HTML as a link to a page, or as it is where there is none."""
        address = self.pages.get((student, section))
        return f'<a href="{escape(address)}">{text}</a>' if address else text


def report_path(chapter: Chapter) -> Path:
    """Return the file of a chapter's report."""
    return chapter.course.root / "reports" / f"{chapter.name}.html"


def write_report(chapter: Chapter) -> Path:
    """Write the class report from the kept results, one after the other, and the gradebook.

    It counts those who have a submission; where submitted/ has none at all any more, everybody who was graded.

    Raises CourseError where nothing has been graded.
    """
    sections, name = chapter.sections(), chapter.name
    handed = [summed_up(result) for result in Results(chapter).each() if result.section in sections]
    present = handing_in(chapter) or {one.student for one in handed}
    handed = [one for one in handed if one.student in present]
    if not handed:
        raise CourseError(f"Nothing of {name} has been graded yet: run  {chapter.course.command('grade', name)}")
    root = chapter.course.root
    settings = read_settings(root)
    with contextlib.closing(open_gradebook(root, settings)) as gradebook:
        renew_penalties(chapter, gradebook, settings)
        found, remarks = standings(chapter, gradebook), gone(chapter, gradebook, present)
    path = report_path(chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    links = _links(chapter, handed, path.parent)
    write_atomically(path, page(name, sections, handed, found, links, remarks))
    return path


def changed_since_release(results: Iterable[NotebookResult | Handed]) -> list[str]:
    """Say, once for a class, what was changed after students got it: a sentence for each, with how many have it as it
    was."""
    changes = collections.Counter((result.section, change) for result in results for change in result.since_release)
    return [
        f"since the release: {section}: {change} ({count} of those who handed in have it as it was)"
        for (section, change), count in changes.items()
    ]


def summed_up(result: NotebookResult) -> Handed:
    """Keep of a result what the report says about it."""
    outcomes = tuple(
        Outcome(verdict.exercise, verdict.points, "" if verdict.passed else what_is_wrong(verdict))
        for verdict in result.verdicts
    )
    return Handed(
        result.student,
        result.section,
        result.judged_score,
        result.judged_points,
        any(cell.score is None for cell in result.cells.values()),
        result.set_aside,
        tuple(told_once(result.flags)),
        result.missing,
        outcomes,
        _conditions(result.verdicts[0]) if result.verdicts else "",
        tuple(result.since_release),
    )


def _links(chapter: Chapter, handed: list[Handed], folder: Path) -> Links:
    found = {(one.student, one.section): page_of(chapter, one.student, one.section) for one in handed}
    found |= {(one.student, ""): index_of(chapter, one.student) for one in handed}
    return Links({key: quote(os.path.relpath(path, folder)) for key, path in found.items() if path.is_file()})


def by_student(handed: Iterable[Handed]) -> dict[str, dict[str, Handed]]:
    """Group notebooks: student -> section -> notebook."""
    found: dict[str, dict[str, Handed]] = {}
    for one in handed:
        found.setdefault(one.student, {})[one.section] = one
    return found


def tallies(handed: Iterable[Handed]) -> list[ExerciseTally]:
    """Sum up how the class did on each kernel, in the order of the catalogue."""
    outcomes: dict[str, list[Outcome]] = {}
    for one in handed:
        for outcome in one.outcomes:
            outcomes.setdefault(outcome.exercise, []).append(outcome)
    return [_tally(name, outcomes[name]) for name in catalogue() if name in outcomes]


def _tally(name: str, outcomes: list[Outcome]) -> ExerciseTally:
    exercise = catalogue()[name]
    mistakes = collections.Counter(outcome.mistake for outcome in outcomes if outcome.mistake)
    hints = {mistake.name: mistake.hint for mistake in exercise.mistakes}
    return ExerciseTally(
        name,
        exercise.notebook,
        len(outcomes),
        sum(not outcome.mistake for outcome in outcomes),
        statistics.fmean(outcome.points for outcome in outcomes),
        exercise.points,
        dict(mistakes.most_common()),
        {what: hints.get(what, "") for what in mistakes},
    )


def what_is_wrong(verdict: Verdict) -> str:
    """Name one student's failure in a few words, to be counted."""
    if verdict.problem:
        known = {"not implemented": NOT_WRITTEN, "time": ENDED, "gone": ENDED, "missing": _why_missing(verdict.problem)}
        return known.get(verdict.problem["kind"], "other parameters")
    if verdict.diagnosis:
        return verdict.diagnosis.name
    if verdict.partial_diagnoses:
        return "; ".join(dict.fromkeys(diagnosis.name for diagnosis in verdict.partial_diagnoses))
    first = next((item.counterexample for item in verdict.requirements if item.counterexample), None)
    if first is not None and first.difference.kind == "exception":
        message = first.difference.message
        return quoted(message, 80) if message.startswith("ModuleNotFoundError") else "raises an exception"
    return UNKNOWN


def _why_missing(problem: dict) -> str:
    """Say why a function is missing, without what is one student's own: numbers of cells and lines."""
    _, failed, error = problem["message"].partition(" failed: ")
    if failed:
        error = error.partition("”")[0].removeprefix("“")
        return (
            f"its cell failed: {quoted(error if error.startswith('ModuleNotFoundError') else error.partition(':')[0])}"
        )
    return "the function has another name" if "there is one called" in problem["message"] else MISSING


# ---------------------------------------------------------------- the page


def page(
    name: str,
    sections: list[str],
    handed: list[Handed],
    standings: Mapping[str, Standing] | None = None,
    links: Links | None = None,
    remarks: Sequence[str] = (),
) -> str:
    """Make the report on a chapter as one HTML file that needs no other.

    standings: where students stand in the gradebook. remarks: sentences about the class.
    """
    students, standings, links = by_student(handed), standings or {}, links or Links()
    parts = [
        f"<h1>{escape(name)}</h1>",
        _summary(students, handed, standings),
        *(f'<p class="flag">{escape(visible(remark))}</p>' for remark in remarks),
        _set_aside(handed, links),
        "<h2>Points</h2>",
        _distribution(students),
        "<h2>Exercises</h2>",
        _exercises_table(tallies(handed)),
        "<h2>Students</h2>",
        _students_table(students, sections, standings, links),
        *(f'<p class="quiet">{escape(visible(text))}</p>' for text in changed_since_release(handed)),
        f'<p class="quiet">{next((one.conditions for one in handed if one.conditions), "")}</p>',
    ]
    return framed(f"{name}: class report", "".join(parts))


def _summary(students: dict[str, dict[str, Handed]], handed: list[Handed], standings: Mapping[str, Standing]) -> str:
    there = [one for one in handed if not one.missing]
    aside = sum(bool(one.set_aside) for one in handed)
    waiting = sum(_waits(one, standings.get(one.student)) for one in there if not one.set_aside)
    flagged = sum(bool(one.flags) for one in there)
    text = f"{len(students)} students, {len(there)} notebooks handed in. "
    text += f"Written answers wait for a person in {waiting} of them. " if waiting else ""
    text += f"{aside} set aside. " if aside else ""
    text += f"{flagged} flagged." if flagged else ""
    return f"<p>{escape(text)}</p>"


def _waits(handed: Handed, standing: Standing | None) -> bool:
    return handed.waits if standing is None else handed.section in standing.waiting


def total(standing: Standing | None) -> str:
    """Write a student's points as the gradebook has them, of how many, and whether more may come: "9.5/14 so far"."""
    if standing is None:
        return ""
    return f"{standing.grades.score:g}/{standing.grades.points:g}{' so far' if standing.waiting else ''}"


def _set_aside(handed: list[Handed], links: Links) -> str:
    """List the notebooks that have no score until a person has looked at them."""
    rows = [
        f"<tr><td>{links.to(one.student, '', escape(one.student))}</td>"
        f"<td>{links.to(one.student, one.section, escape(one.section))}</td>"
        f'<td class="flag">{escape(visible(one.set_aside))}</td></tr>'
        for one in handed
        if one.set_aside
    ]
    head = "<tr><th>student</th><th>notebook</th><th>why it has no score</th></tr>"
    return f'<h2>Set aside</h2><div class="wide"><table>{head}{"".join(rows)}</table></div>' if rows else ""


def judged_total(of_student: Mapping[str, Judged]) -> float:
    """Sum up a student's points over all notebooks, without those that a person gives."""
    return sum(one.judged_score for one in of_student.values())


def _distribution(students: dict[str, dict[str, Handed]]) -> str:
    """Draw a histogram of the judged totals."""
    import matplotlib

    from autograder.lab import style

    with matplotlib.rc_context(style.RC):
        return _histogram(students)


def _histogram(students: dict[str, dict[str, Handed]]) -> str:
    from autograder.lab import style

    most = max(sum(one.judged_points for one in of_student.values()) for of_student in students.values())
    totals = [judged_total(of_student) for of_student in students.values()]
    figure, axes = style.new_figure(width=7.2, height=2.4)
    edges = [most * step / 20 for step in range(21)] if most else [0, 1]
    axes.hist(totals, bins=edges, color=style.BLUE, edgecolor=style.PAPER)
    median = statistics.median(totals)
    axes.axvline(median, color=style.RED, linestyle="--", label=f"median {median:g}")
    axes.set(xlabel=f"judged points (of {most:g})", ylabel="students", xlim=(0, most or 1))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    data = base64.b64encode(style.as_png(figure)).decode()
    alt = f"Histogram of the judged points of {len(totals)} students: "
    alt += f"from {min(totals):g} to {max(totals):g}, median {median:g}."
    return f'<figure style="margin:0"><img width="720" src="data:image/png;base64,{data}" alt="{escape(alt)}"></figure>'


def _exercises_table(found: list[ExerciseTally]) -> str:
    rows, notebook = [], ""
    for tally in found:
        if tally.notebook != notebook:
            notebook = tally.notebook
            rows.append(f'<tr><th colspan="4">{escape(notebook.split("/")[1])}</th></tr>')
        share = tally.passed / tally.students
        mistakes = "".join(
            _mistake_row(what, count, tally.hints.get(what, "")) for what, count in tally.mistakes.items()
        )
        rows.append(
            f"<tr><td><code>{escape(tally.name)}</code></td>"
            f'<td><div class="meter" role="img" aria-label="{share:.0%} passed">'
            f'<div style="width:{share:.1%}"></div></div>'
            f'<span class="quiet">{tally.passed} of {tally.students} passed</span></td>'
            f'<td class="number">{tally.points:.1f} / {tally.max_points}</td><td><ul>{mistakes}</ul></td></tr>'
        )
    head = '<tr><th>exercise</th><th>passed</th><th class="number">mean points</th>'
    head += "<th>what went wrong, and how often</th></tr>"
    return f'<div class="wide"><table>{head}{"".join(rows)}</table></div>'


def _mistake_row(what: str, count: int, hint: str) -> str:
    title = f' title="{escape(hint, quote=True)}"' if hint else ""
    return f"<li{title}>{count} &times; {escape(visible(what))}</li>"


def _students_table(
    students: dict[str, dict[str, Handed]], sections: list[str], standings: Mapping[str, Standing], links: Links
) -> str:
    head = "".join(f'<th class="number" title="{escape(name)}">{escape(short_name(name))}</th>' for name in sections)
    rows = []
    for name in sorted(students):
        of_student = students[name]
        cells = "".join(
            f'<td class="number">{links.to(name, section, _points(of_student.get(section)))}</td>'
            for section in sections
        )
        rows.append(
            f"<tr><td>{links.to(name, '', escape(name))}</td>{cells}"
            f'<td class="number">{judged_total(of_student):g}</td>'
            f"{_total(standings.get(name))}</tr>"
            f"{_notes_row(of_student, standings.get(name), columns=len(sections) + 4)}"
        )
    head = f'<tr><th>student</th>{head}<th class="number">judged</th><th class="number">total</th><th></th></tr>'
    note = "Judged: without the points that a person gives. Total: with them, less penalties, as in the gradebook."
    return f'<div class="wide"><table>{head}{"".join(rows)}</table></div><p class="quiet">{note}</p>'


def _total(standing: Standing | None) -> str:
    """Format what counts for a student in all, and how much of it waits for a person."""
    if standing is None:
        return "<td></td><td></td>"
    grades = standing.grades
    waiting = f"{grades.waiting} to grade" if grades.waiting else ""
    return f'<td class="number">{grades.score:g} / {grades.points:g}</td><td class="quiet">{waiting}</td>'


def _notes_row(of_student: dict[str, Handed], standing: Standing | None, columns: int) -> str:
    """Format what a person should look at as a row of its own; "" where there is nothing."""
    notes = [f"{one.section}: set aside: {one.set_aside}" for one in of_student.values() if one.set_aside]
    notes += [f"{one.section}: {flag}" for one in of_student.values() if not one.missing for flag in one.flags]
    notes += standing.notes if standing else ()
    text = "<br>".join(escape(visible(note)) for note in notes)
    return f'<tr><td></td><td class="flag" colspan="{columns - 1}">{text}</td></tr>' if notes else ""


def short_name(section: str) -> str:
    """Return the number of a notebook: "3a" of "3a_saturation_and_relu"."""
    return section.partition("_")[0]


def _points(handed: Handed | None) -> str:
    if handed is None or handed.missing:
        return "&ndash;"
    if handed.set_aside:
        return "set aside"
    return f"{handed.judged_score:g} / {handed.judged_points:g}"


def _conditions(first: Verdict) -> str:
    """Say, in HTML, what the class was graded with. first: any of its verdicts."""
    devices = ", ".join(f"{device}: {status}" for device, status in first.devices.items())
    versions = ", ".join(f"{name} {version}" for name, version in first.versions.items())
    return escape(f"Devices: {devices}. Versions: {versions}. Sandbox: {first.sandbox}.")
