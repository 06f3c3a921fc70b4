"""Worker processes that grade: what happens when one of them dies, or fails."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from autograder.course import Chapter, CourseError
from autograder.grading.scoring import in_parallel
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import NotebookResult
from autograder.grading.scoring.task import Task
from tests.grading.small_course import CHAPTER, UNITS, hand_in


def test_what_ends_its_judge_twice_is_set_aside_alone(course, monkeypatch):
    tasks = [Task(Chapter(course, CHAPTER), name, UNITS) for name in ("ada", "bob", "cyd")]
    config = GradingConfig(course, "secret", ("cpu",))

    def until_bob(todo, config, jobs, for_each, *, warm_up, running):
        """Stands in for the workers, of which bob's submission ends every one."""
        while todo:
            task = todo.popleft()
            if task.student == "bob":
                return [task, *([todo.popleft()] if for_each > 1 else [])]
            yield NotebookResult.of(replace(task, key="judged"), {}, {})
        return []

    monkeypatch.setattr(in_parallel, "_until_a_death", until_bob)
    found = {result.student: result for result in in_parallel.grade_in_parallel(tasks, config, 1)}
    assert found["bob"].set_aside == "the process that judged it ended, twice"
    assert found["ada"].key == found["cyd"].key == "judged"


def test_a_judge_that_fails_sets_that_one_aside(course, monkeypatch):
    def fail(task, config):
        raise ZeroDivisionError("inside the judge")

    hand_in(course, "ada", {})
    monkeypatch.setattr(in_parallel, "grade", fail)
    task = Task(Chapter(course, CHAPTER), "ada", UNITS)
    result = in_parallel._grade_in_worker(task, GradingConfig(course, "secret"))
    assert result.set_aside == "the judge failed on it (ZeroDivisionError: “inside the judge”)"
    assert {cell.score for cell in result.cells.values()} == {None}


def test_a_worker_that_cannot_load_pytorch_says_so(course, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(in_parallel, "_not_ready", [])
    in_parallel._warm_up({})
    task = Task(Chapter(course, CHAPTER), "ada", UNITS)
    with pytest.raises(CourseError, match=r"cannot load what it needs .*torch"):
        in_parallel._grade_in_worker(task, GradingConfig(course, "secret"))
