"""What the course gave out beside its notebooks is there while grading, as the course has it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course import Chapter
from autograder.grading.scoring import given_files as giving
from autograder.grading.scoring.given_files import given_files
from autograder.grading.scoring.grade_notebook import grade
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.result_key import key_of
from autograder.grading.scoring.task import Task
from autograder.sandbox import CellOutcome, StudentProcess, chosen
from tests.grading.small_course import CHAPTER, POINTS, UNITS, folder_of, hand_in
from tests.support.speed import PATIENT

RELU = "import helpers\n\ndef relu(z):\n    return np.maximum(z, helpers.zero()) * float(open('data/one.csv').read())"


@pytest.fixture
def task(course) -> Task:
    """A student's notebook that needs a module and a data file of the course. The student's own module is another."""
    source = course.source / CHAPTER
    (source / "helpers.py").write_text("def zero():\n    return 0.0\n")
    (source / "data").mkdir()
    (source / "data" / "one.csv").write_text("1")
    (source / ".DS_Store").write_text("x")
    hand_in(course, "ada", {"relu": RELU}, sections=[UNITS])
    (folder_of(course, "ada") / "helpers.py").write_text("def zero():\n    return 5.0\n")
    return Task(Chapter(course, CHAPTER), "ada", UNITS)


@pytest.fixture
def config(course) -> GradingConfig:
    return GradingConfig(course, "secret", ("cpu",), limits=PATIENT)


def test_a_module_and_a_data_file_of_the_course_are_there(task, config):
    result = grade(task, config)
    assert result.cells["relu_test"].score == POINTS["relu"], result.notebook
    assert "lay_out" not in str(result.notebook)


def test_a_changed_file_of_the_course_is_judged_anew(task, config):
    before = key_of(task, config)
    assert key_of(replace(task, key="x"), config) == before
    (task.chapter.course.source / CHAPTER / "data" / "one.csv").write_text("2")
    assert key_of(task, config) != before


def test_files_beyond_what_the_sandbox_has_room_for_are_left_out(task, monkeypatch):
    assert set(given_files(task.chapter)) == {"helpers.py", "data/one.csv"}
    monkeypatch.setattr(giving, "MOST_BYTES", 10)
    assert set(given_files(task.chapter)) == {"data/one.csv"}


def test_as_much_as_may_be_given_out_is_there(task, config):
    large = bytes(range(256)) * (giving.MOST_BYTES // 256)
    room = sum(map(len, given_files(task.chapter).values()))
    (task.chapter.course.source / CHAPTER / "large.bin").write_bytes(large[room:])
    size = len(large) - room
    hand_in(
        task.chapter.course,
        "ada",
        {"relu": f"import os\n\n{RELU} * (os.path.getsize('large.bin') == {size})"},
        sections=[UNITS],
    )
    assert grade(task, config).cells["relu_test"].score == POINTS["relu"]


@pytest.mark.parametrize("name", ["a b/it's.csv", "größe.txt", '{name!r} "quoted".dat', "deep/er/still/empty"])
def test_a_file_of_any_name_is_there_as_the_course_has_it(name):
    content = b"" if name.endswith("empty") else bytes(range(256))
    with StudentProcess(chosen(), PATIENT) as process:
        giving.lay_out({name: content}, process)
        assert process.run("cell", f"assert open({name!r}, 'rb').read() == {content!r}").error is None


def test_files_that_cannot_be_laid_out_cost_no_student_anything():
    class Full:
        def run(self, name, source):
            return CellOutcome(error="OSError: [Errno 28] No space left on device")

    with pytest.raises(RuntimeError, match="the files that the course gave out could not be laid out"):
        giving.lay_out({"data.csv": b"1"}, Full())
