"""The class report: one page with everybody and every mistake, and nothing live in it."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from autograder.course import Chapter, CourseError
from autograder.grading.pages.class_report import (
    by_student,
    changed_since_release,
    page,
    tallies,
    what_is_wrong,
    write_report,
)
from autograder.grading.scoring.results import JUDGE, CellResult, NotebookResult
from tests.grading.conftest import ODD_NAMES
from tests.grading.small_course import CHAPTER, POINTS, SECTIONS, UNITS


@pytest.fixture(scope="module")
def results(graded) -> list[NotebookResult]:
    return [result for found in graded.summary.students.values() for result in found.values()]


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
    assert f"{UNITS}: set aside: it is not JSON" in text
    assert "–" in text


def test_names_and_reasons_are_escaped():
    nasty = "<img src=x onerror=alert(1)>"
    cells = {"elu_test": CellResult(None, 6.0, JUDGE, note=nasty)}
    result = NotebookResult(nasty, CHAPTER, UNITS, "", cells, {}, set_aside=nasty, flags=[nasty])
    found = Text(page(nasty, [UNITS], [result]))
    assert found.text.count(nasty) >= 4
    assert "img src=x" not in page(nasty, [UNITS], [result]).replace("&lt;img src=x", "")


def test_a_class_of_which_nobody_handed_in_anything_has_a_page():
    cells = {"elu_test": CellResult(0.0, 6.0, JUDGE)}
    result = NotebookResult(
        "ada", CHAPTER, UNITS, "", cells, {}, flags=["the notebook was not handed in"], missing=True
    )
    assert "ada" in page(CHAPTER, [UNITS], [result])


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
    "there is no function called elu: cell 3, which should define it, failed: SyntaxError: invalid syntax (line 2)": (
        "its cell failed: SyntaxError"
    ),
    "there is no function called elu: cell 3, which should define it, failed: ModuleNotFoundError: no torch (line 1)": (
        "its cell failed: ModuleNotFoundError: no torch"
    ),
}


@pytest.mark.parametrize(("message", "reason"), REASONS.items())
def test_a_missing_function_is_counted_by_its_reason(results, message, reason):
    verdict = next(verdict for result in results for verdict in result.verdicts)
    assert what_is_wrong(replace(verdict, problem={"kind": "missing", "message": message})) == reason


def test_what_the_instructor_has_changed_is_told_once_for_the_class(results):
    changed = [replace(result, since_release=["the points of why were changed"]) for result in results[:3]]
    (told,) = changed_since_release([one for one in changed if one.section == changed[0].section])
    assert told.startswith(f"since the release: {changed[0].section}: the points of why were changed")
    assert page(CHAPTER, list(SECTIONS), changed).count("the points of why were changed") == len(
        {one.section for one in changed}
    )
