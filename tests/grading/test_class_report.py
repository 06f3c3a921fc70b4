"""The class report: one page with everybody and every mistake, and nothing live in it."""

from __future__ import annotations

import inspect
import re
import shutil
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from autograder.course import Chapter, CourseError
from autograder.grading.pages.class_report import (
    Handed,
    by_student,
    changed_since_release,
    page,
    summed_up,
    tallies,
    what_is_wrong,
    write_report,
)
from autograder.grading.scoring.results import JUDGE, CellResult, NotebookResult, Results
from autograder.judge.verdict import Verdict
from tests.grading.conftest import ODD_NAMES
from tests.grading.recorded import due, give, handed_in_at, record
from tests.grading.small_course import CHAPTER, FULL, POINTS, SECTIONS, UNITS, WHY_POINTS


@pytest.fixture(scope="module")
def results(graded) -> list[Handed]:
    return [summed_up(result) for found in graded.summary.students.values() for result in found.values()]


class Text(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data + "\n"


def test_the_page_is_written_where_it_belongs(graded):
    path = write_report(Chapter(graded.course, CHAPTER))
    assert path == graded.course.root / "reports" / f"{CHAPTER}.html"
    assert "<!DOCTYPE html>" in path.read_text(encoding="utf-8")


def test_everybody_is_on_the_page_and_nothing_of_theirs_is_live(results):
    found = Text(page(CHAPTER, list(SECTIONS), results))
    for name in ("ada", "bob", *ODD_NAMES):
        assert name in found.text
    assert not found.tags & {"script", "iframe", "b"}


def test_the_mistakes_are_counted(results):
    found = {tally.name: tally for tally in tallies(results)}
    elu = found["elu"]
    assert elu.mistakes["alpha forgotten"] == 1
    assert elu.mistakes["not written yet"] == 1
    assert elu.passed == len(("ada", "hal", *ODD_NAMES)) + 1
    assert elu.students == elu.passed + sum(elu.mistakes.values())
    assert elu.max_points == POINTS["elu"]
    assert "alpha" in elu.hints["alpha forgotten"]


def test_what_was_set_aside_or_is_missing_is_to_be_looked_at(results):
    text = Text(page(CHAPTER, list(SECTIONS), results)).text
    assert f"{UNITS}: set aside: it is an HTML page" in text
    assert "–" in text


def test_what_was_set_aside_is_listed_above_everything_else_and_linked(graded):
    html = write_report(Chapter(graded.course, CHAPTER)).read_text(encoding="utf-8")
    listed = html[html.index("<h2>Set aside</h2>") : html.index("<h2>Exercises</h2>")]
    assert "the submission holds no notebook of this chapter" in listed
    assert f'<a href="../feedback/gus/{CHAPTER}/{UNITS}.html">{UNITS}</a>' in listed
    assert f'<a href="../feedback/fay/{CHAPTER}/index.html">fay</a>' in listed


def test_every_page_that_the_report_links_to_is_there(graded):
    path = write_report(Chapter(graded.course, CHAPTER))
    links = re.findall(r'<a href="([^"]*)"', path.read_text(encoding="utf-8"))
    assert len(links) > 2 * len(graded.summary.students)
    assert [link for link in links if not (path.parent / unquote(unescape(link))).is_file()] == []


def test_the_total_is_that_of_the_gradebook_and_what_waits_is_said(graded):
    html = write_report(Chapter(graded.course, CHAPTER)).read_text(encoding="utf-8")
    row = html[html.index(f'<a href="../feedback/ada/{CHAPTER}/index.html">ada</a></td>') :].partition("</tr>")[0]
    assert f'<td class="number">{FULL}</td><td class="number">{FULL} / {FULL + WHY_POINTS}</td>' in row
    assert "1 to grade" in row


def test_the_report_holds_one_result_at_a_time(graded):
    found = Results(Chapter(graded.course, CHAPTER)).each()
    assert next(found).student
    assert inspect.isgenerator(found)


def test_totals_lateness_and_points_to_look_at_are_those_of_the_gradebook(course):
    due(course, "2026-11-01 12:00:00 UTC")
    handed_in_at(course, "ada", "2026-11-02 23:00:00 UTC")
    for student in ("ada", "bob"):
        record(course, student)
        give(course, student, UNITS, "why", 2.5)
    record(course, "bob", answers={"why": "Since it is smooth."})
    text = report(course)
    assert text.count(f"{FULL + 2.5:g} / {FULL + WHY_POINTS:g}") == 2
    assert "1 to grade" in text
    assert "Written answers wait for a person in 1 of them." in text
    assert "35 hours late, no points off" in text
    assert "why: changed since a person gave 2.5 of 3 points: look at it again" in text


def test_who_withdrew_is_not_counted_but_named(course):
    for student in ("ada", "bob"):
        record(course, student)
    shutil.rmtree(course.root / "submitted" / "bob")
    text = report(course)
    assert "1 students, 2 notebooks handed in." in text
    assert "no longer handed in: bob" in text
    assert "nbgrader db student remove bob --force" in text


def test_a_class_whose_submissions_were_moved_away_has_its_report(course):
    for student in ("ada", "bob"):
        record(course, student)
    shutil.rmtree(course.root / "submitted")
    assert "2 students, 4 notebooks handed in." in report(course)


def report(course) -> str:
    return Text(write_report(Chapter(course, CHAPTER)).read_text(encoding="utf-8")).text


def test_names_and_reasons_are_escaped():
    nasty = "<img src=x onerror=alert(1)>"
    cells = {"elu_test": CellResult(None, 6.0, JUDGE, note=nasty)}
    result = NotebookResult(nasty, CHAPTER, UNITS, "", cells, {}, set_aside=nasty, flags=[nasty])
    found = Text(page(nasty, [UNITS], [summed_up(result)]))
    assert found.text.count(nasty) >= 4
    assert "img src=x" not in page(nasty, [UNITS], [summed_up(result)]).replace("&lt;img src=x", "")


def test_a_class_of_which_nobody_handed_in_anything_has_a_page():
    cells = {"elu_test": CellResult(0.0, 6.0, JUDGE)}
    result = NotebookResult(
        "ada", CHAPTER, UNITS, "", cells, {}, flags=["the notebook was not handed in"], missing=True
    )
    assert "ada" in page(CHAPTER, [UNITS], [summed_up(result)])


def test_results_are_sorted_by_student(results):
    found = by_student(results)
    assert set(found["ada"]) == set(SECTIONS)


def test_a_chapter_that_was_not_graded_has_no_page(course):
    with pytest.raises(CourseError, match="Nothing of 1_small has been graded yet"):
        write_report(Chapter(course, CHAPTER))
    assert not (course.root / "reports").exists()


REASONS = {
    "there is no function called elu": "the function is missing",
    "there is no function called elu: there is one called Elu: it has to be elu": "the function has another name",
    "there is no function called elu: cell 3, which should define it, failed: “SyntaxError: invalid syntax” (line 2)": (
        "its cell failed: “SyntaxError”"
    ),
    "there is no function called elu: cell 3, which should define it, failed: “ModuleNotFoundError: x” (line 1)": (
        "its cell failed: “ModuleNotFoundError: x”"
    ),
}


@pytest.mark.parametrize(("message", "reason"), REASONS.items())
def test_a_missing_function_is_counted_by_its_reason(message, reason):
    problem = {"kind": "missing", "message": message}
    assert what_is_wrong(Verdict("elu", "all", 0.0, 6, [], {}, 0, problem=problem)) == reason


def test_what_the_instructor_has_changed_is_told_once_for_the_class(results):
    changed = [replace(result, since_release=["the points of why were changed"]) for result in results[:3]]
    (told,) = changed_since_release([one for one in changed if one.section == changed[0].section])
    assert told.startswith(f"since the release: {changed[0].section}: the points of why were changed")
    assert page(CHAPTER, list(SECTIONS), changed).count("the points of why were changed") == len(
        {one.section for one in changed}
    )
