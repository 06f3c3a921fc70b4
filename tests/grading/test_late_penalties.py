"""What is taken off for handing in late: given, shown, and taken back when it is not late any more."""

from __future__ import annotations

import datetime
import os

import pytest

from autograder.course import Chapter, CourseError
from autograder.grading.gradebook.export import read_grades
from autograder.grading.gradebook.late_penalties import duration
from tests.grading.recorded import book, due, give, handed_in_at, record
from tests.grading.small_course import CHAPTER, CONFIGURATION, FULL, UNITS, WHY_POINTS

DUE, LATE = "2026-11-01 12:00:00 UTC", "2026-11-02 23:00:00 UTC"
NOTHING = "c.LateSubmissionPlugin.penalty_method = 'zero'"
HALF = """
from nbgrader.plugins import BasePlugin

class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2

c.AssignLatePenalties.plugin_class = Half
"""


def configured(course, text: str):
    (course.root / "nbgrader_config.py").write_text(f"{CONFIGURATION}\n{text}\n", encoding="utf-8")
    return course


@pytest.fixture
def late(course):
    """A course in which ada was 35 hours late."""
    due(course, DUE)
    handed_in_at(course, "ada", LATE)
    return course


def penalties(course) -> list[float | None]:
    with book(course) as gradebook:
        return [one.late_submission_penalty for one in gradebook.find_submission(CHAPTER, "ada").notebooks]


@pytest.mark.parametrize(("text", "left"), [("", FULL), (NOTHING, 0), (HALF, FULL / 2)])
def test_the_courses_plugin_decides_what_is_taken_off(late, text, left):
    standing = record(configured(late, text), "ada")
    assert standing.grades.score == left
    off = f"{FULL - left:g} points off" if left < FULL else "no points off"
    assert standing.notes == (f"35 hours late, {off}",)


def test_a_later_due_date_takes_the_penalty_back(late):
    record(configured(late, NOTHING), "ada")
    due(late, "2026-12-01 12:00:00 UTC")
    assert record(late, "ada").grades.score == FULL
    assert set(penalties(late)) == {None}


def test_the_page_follows_the_penalty(late):
    """Its notebook is newer."""
    record(late, "ada")
    path = Chapter(late, CHAPTER).folder_of("ada", "autograded") / f"{UNITS}.ipynb"
    os.utime(path, (0, 0))
    record(late, "ada")
    assert path.stat().st_mtime == 0
    record(configured(late, NOTHING), "ada")
    assert path.stat().st_mtime > 0


def test_an_extension_takes_the_penalty_back(late):
    record(configured(late, NOTHING), "ada")
    with book(late) as gradebook:
        gradebook.grant_extension(CHAPTER, "ada", days=2)
    standing = record(late, "ada")
    assert (standing.grades.score, standing.notes) == (FULL, ())


def test_an_extension_without_a_due_date_does_no_harm(course):
    handed_in_at(course, "ada", LATE)
    record(course, "ada")
    with book(course) as gradebook:
        gradebook.find_submission(CHAPTER, "ada").extension = datetime.timedelta(days=1)
    assert record(course, "ada").notes == ()


def test_a_penalty_counts_what_a_person_gave(late):
    record(configured(late, HALF), "ada")
    give(late, "ada", UNITS, "why", WHY_POINTS, extra=1)
    assert record(late, "ada").grades.score == (FULL + WHY_POINTS + 1) / 2


def test_without_nbgraders_step_no_penalty_is_touched(late):
    record(configured(late, HALF), "ada")
    before = penalties(late)
    configured(late, "c.Autograde.autograde_preprocessors.pop()\nc.LateSubmissionPlugin.penalty_method = 'zero'")
    record(late, "ada")
    assert penalties(late) == before != [None, None]


def test_a_plugin_that_fails_is_told_and_changes_nothing(late):
    record(late, "ada")
    configured(late, HALF.replace("score / 2", "score / 0"))
    with pytest.raises(CourseError, match="Half, failed for ada: ZeroDivisionError"):
        record(late, "ada", scores={"elu_test": 0.0})
    configured(late, "")
    assert record(late, "ada").grades.score == FULL


def test_a_plugin_that_is_none_is_told(late):
    configured(late, "c.AssignLatePenalties.plugin_class = 'nowhere.Plugin'")
    with pytest.raises(CourseError, match="the plugin for late penalties cannot be used"):
        record(late, "ada")


@pytest.mark.parametrize(
    ("seconds", "text"), [(90, "90 seconds"), (150, "2 minutes"), (35 * 3600, "35 hours"), (5 * 86_400, "5 days")]
)
def test_a_time_span_is_written_as_one_would_say_it(seconds, text):
    assert duration(seconds) == text


def test_points_given_after_grading_cost_their_penalty_in_the_export(late):
    record(configured(late, NOTHING), "ada")
    give(late, "ada", UNITS, "why", 2.0)
    with book(late) as found:
        grades = read_grades(found, late)
        assert grades.found[CHAPTER, "ada"].score == 0.0
