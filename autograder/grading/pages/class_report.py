"""The class report: one page with the scores of a chapter and, for each kernel, how many passed and which mistakes
were made."""

from __future__ import annotations

import base64
import collections
import statistics
from dataclasses import dataclass
from html import escape
from pathlib import Path

from autograder.course import Chapter, CourseError
from autograder.exercises import catalogue
from autograder.grading.scoring.results import NotebookResult, Results, write_atomically
from autograder.judge.verdict import Verdict

NOT_WRITTEN, ENDED, UNKNOWN = "not written yet", "did not run to its end", "no known mistake"


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


def report_path(chapter: Chapter) -> Path:
    """Return the file of a chapter's report."""
    return chapter.course.root / "reports" / f"{chapter.name}.html"


def write_report(chapter: Chapter) -> Path:
    """Write the class report from the kept results. Raises CourseError where nothing has been graded."""
    sections, name = chapter.sections(), chapter.name
    results = [result for result in Results(chapter).all() if result.section in sections]
    if not results:
        raise CourseError(f"Nothing of {name} has been graded yet: run  python3 -m autograder grade {name}")
    path = report_path(chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, page(name, sections, results))
    return path


def by_student(results: list[NotebookResult]) -> dict[str, dict[str, NotebookResult]]:
    """Group results: student -> section -> result."""
    found: dict[str, dict[str, NotebookResult]] = {}
    for result in results:
        found.setdefault(result.student, {})[result.section] = result
    return found


def tallies(results: list[NotebookResult]) -> list[ExerciseTally]:
    """Sum up how the class did on each kernel, in the order of the catalogue."""
    verdicts: dict[str, list[Verdict]] = {}
    for result in results:
        for verdict in result.verdicts:
            verdicts.setdefault(verdict.exercise, []).append(verdict)
    return [_tally(name, verdicts[name]) for name in catalogue() if name in verdicts]


def _tally(name: str, verdicts: list[Verdict]) -> ExerciseTally:
    exercise = catalogue()[name]
    mistakes = collections.Counter(what_is_wrong(verdict) for verdict in verdicts if not verdict.passed)
    hints = {mistake.name: mistake.hint for mistake in exercise.mistakes}
    return ExerciseTally(
        name,
        exercise.notebook,
        len(verdicts),
        sum(verdict.passed for verdict in verdicts),
        statistics.fmean(verdict.points for verdict in verdicts),
        exercise.points,
        dict(mistakes.most_common()),
        {what: hints.get(what, "") for what in mistakes},
    )


def what_is_wrong(verdict: Verdict) -> str:
    """Name one student's failure in a few words, to be counted."""
    if verdict.problem:
        known = {"not implemented": NOT_WRITTEN, "time": ENDED, "gone": ENDED, "missing": "the function is missing"}
        return known.get(verdict.problem["kind"], "other parameters")
    if verdict.diagnosis:
        return verdict.diagnosis.name
    if verdict.partial_diagnoses:
        return "; ".join(dict.fromkeys(diagnosis.name for diagnosis in verdict.partial_diagnoses))
    first = next((item.counterexample for item in verdict.requirements if item.counterexample), None)
    if first is not None and first.difference.kind == "exception":
        return "raises an exception"
    return UNKNOWN


# ---------------------------------------------------------------- the page

STYLE = """
:root { --text: #1f2328; --paper: #fff; --line: #d5d9de; --soft: #eceff2; --bar: #0072B2; --bad: #b84e00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e3e6ea; --paper: #16191d; --line: #3a4048; --soft: #2a3037; --bar: #56B4E9; --bad: #ff9a57; } }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; color: var(--text);
  background: var(--paper); max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.4rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.meter { background: var(--soft); width: 9rem; height: .8rem; border-radius: 2px; }
.meter div { background: var(--bar); height: 100%; border-radius: 2px; }
.flag { color: var(--bad); } .quiet { opacity: .7; } img { max-width: 100%; border-radius: 4px; }
ul { margin: 0; padding-left: 1.1rem; } code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 13px; }
"""


def page(name: str, sections: list[str], results: list[NotebookResult]) -> str:
    """Make the report on a chapter as one HTML file that needs no other."""
    students = by_student(results)
    parts = [
        f"<h1>{escape(name)}</h1>",
        _summary(students, results),
        _distribution(students),
        "<h2>Exercises</h2>",
        _exercises_table(tallies(results)),
        "<h2>Students</h2>",
        _students_table(students, sections),
        _conditions(results),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name)}: class report</title>"
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _summary(students: dict[str, dict[str, NotebookResult]], results: list[NotebookResult]) -> str:
    handed_in = [result for result in results if not result.missing]
    aside = sum(bool(result.set_aside) for result in results)
    waiting = sum(_waits(result) for result in handed_in if not result.set_aside)
    flagged = sum(bool(result.flags) for result in handed_in)
    text = f"{len(students)} students, {len(handed_in)} notebooks handed in. "
    text += f"Written answers wait for a person in {waiting} of them. " if waiting else ""
    text += f"{aside} set aside. " if aside else ""
    text += f"{flagged} flagged." if flagged else ""
    return f"<p>{escape(text)}</p>"


def _waits(result: NotebookResult) -> bool:
    return any(cell.score is None for cell in result.cells.values())


def judged_total(of_student: dict[str, NotebookResult]) -> float:
    """Sum up a student's points over all notebooks, without those that a person gives."""
    return sum(result.judged_score for result in of_student.values())


def _distribution(students: dict[str, dict[str, NotebookResult]]) -> str:
    """Draw a histogram of the judged totals."""
    import matplotlib

    from autograder.lab import style

    with matplotlib.rc_context(style.RC):
        return _histogram(students)


def _histogram(students: dict[str, dict[str, NotebookResult]]) -> str:
    from autograder.lab import style

    most = max(sum(result.judged_points for result in of_student.values()) for of_student in students.values())
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
    head = '<tr><th>kernel</th><th>passed</th><th class="number">mean points</th>'
    head += "<th>what went wrong, and how often</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _mistake_row(what: str, count: int, hint: str) -> str:
    title = f' title="{escape(hint, quote=True)}"' if hint else ""
    return f"<li{title}>{count} &times; {escape(what)}</li>"


def _students_table(students: dict[str, dict[str, NotebookResult]], sections: list[str]) -> str:
    head = "".join(f'<th class="number" title="{escape(name)}">{escape(short_name(name))}</th>' for name in sections)
    rows = []
    for name in sorted(students):
        of_student = students[name]
        cells = "".join(f'<td class="number">{_points(of_student.get(section))}</td>' for section in sections)
        rows.append(
            f'<tr><td>{escape(name)}</td>{cells}<td class="number">{judged_total(of_student):g}</td></tr>'
            f"{_notes_row(of_student, columns=len(sections) + 2)}"
        )
    head = f'<tr><th>student</th>{head}<th class="number">judged</th></tr>'
    return f"<table>{head}{''.join(rows)}</table>"


def _notes_row(of_student: dict[str, NotebookResult], columns: int) -> str:
    """Format what a person should look at as a row of its own; "" where there is nothing."""
    found = [result for result in of_student.values() if not result.missing or result.set_aside]
    notes = [f"{result.section}: set aside: {result.set_aside}" for result in found if result.set_aside]
    notes += [f"{result.section}: {flag}" for result in found if not result.missing for flag in result.flags]
    text = "<br>".join(escape(note) for note in notes)
    return f'<tr><td></td><td class="flag" colspan="{columns - 1}">{text}</td></tr>' if notes else ""


def short_name(section: str) -> str:
    """Return the number of a notebook: "3a" of "3a_saturation_and_relu"."""
    return section.partition("_")[0]


def _points(result: NotebookResult | None) -> str:
    if result is None or result.missing:
        return "&ndash;"
    if result.set_aside:
        return "set aside"
    return f"{result.judged_score:g} / {result.judged_points:g}"


def _conditions(results: list[NotebookResult]) -> str:
    """Say what the class was graded with."""
    verdicts = [verdict for result in results for verdict in result.verdicts]
    if not verdicts:
        return ""
    first = verdicts[0]
    devices = ", ".join(f"{device}: {status}" for device, status in first.devices.items())
    versions = ", ".join(f"{name} {version}" for name, version in first.versions.items())
    text = f"Devices: {devices}. Versions: {versions}. Sandbox: {first.sandbox}."
    return f'<p class="quiet">{escape(text)}</p>'
