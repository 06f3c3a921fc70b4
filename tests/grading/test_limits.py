"""The limits of a submission, as an instructor sets them in nbgrader_config.py."""

from __future__ import annotations

import importlib
import re

import pytest
from traitlets.config import Config

from autograder.course import Chapter, CourseError
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.nbgrader_config import limits_in, read_settings
from autograder.grading.scoring.results import Results
from autograder.sandbox import Limits, limits
from tests.grading.small_course import CHAPTER, UNITS, hand_in
from tests.support.speed import scaled


def test_every_further_limit_is_where_the_list_says():
    found = re.findall(r"^(\S+\.py)\s+((?:[A-Z]+(?:_[A-Z]+)+,?\s*)+)", limits.__doc__, re.MULTILINE)
    assert found
    for file, names in found:
        module = importlib.import_module(f"autograder.{file.removesuffix('.py').replace('/', '.')}")
        assert [name for name in re.split(r",\s*", names.strip()) if not hasattr(module, name)] == []


def test_without_a_word_the_limits_are_the_usual_ones(tmp_path):
    assert limits_in(read_settings(tmp_path)) == Limits()


def test_a_limit_that_the_configuration_sets_holds_for_a_class(course):
    configuration = course.root / "nbgrader_config.py"
    seconds = scaled(0.5)
    configuration.write_text(configuration.read_text() + f"\nget_config().Limits.call_seconds = {seconds}\n")
    hand_in(course, "ada", {"relu": "import time\ndef relu(z):\n    time.sleep(600)"}, sections=[UNITS])
    grade_chapter(Chapter(course, CHAPTER), jobs=1, devices=("cpu",))
    verdicts = {verdict.exercise: verdict for verdict in Results(Chapter(course, CHAPTER)).find("ada", UNITS).verdicts}
    assert verdicts["relu"].problem["message"] == f"no answer within {seconds:g} s"
    assert verdicts["elu"].passed


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("patience", 3, "there is no limit 'patience'; there are call_seconds, cell_seconds, "),
        ("call_seconds", 0, "the limit call_seconds must be a number above 0, not 0"),
        ("call_seconds", "ten", "the limit call_seconds must be a number above 0, not 'ten'"),
        ("memory", float("inf"), "the limit memory must be a number above 0, not inf"),
        ("memory", True, "the limit memory must be a number above 0, not True"),
        ("memory", 4e9 + 0.5, "the limit memory must be a whole number, not 4000000000.5"),
        ("packages", "scipy", "packages must be a list of names, such as [\"scipy\"], not 'scipy'"),
        ("packages", ["no_such"], "the package 'no_such' is not installed here: install it, or take it out of"),
    ],
)
def test_a_limit_that_makes_no_sense_is_a_sentence(name, value, sentence):
    config = Config()
    config.Limits = Config({name: value})
    with pytest.raises(CourseError, match=r"^nbgrader_config.py: ") as problem:
        limits_in(config)
    assert sentence in str(problem.value)


def test_a_number_of_bytes_may_be_written_as_4e9():
    config = Config()
    config.Limits = Config({"memory": 4e9, "call_seconds": 2.5})
    found = limits_in(config)
    assert (found.memory, type(found.memory)) == (4_000_000_000, int)
    assert found.call_seconds == 2.5
