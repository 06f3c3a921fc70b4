"""Grading one notebook: what is run, what is judged, and what each cell is worth."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import Chapter, grading_of, read
from autograder.exercises import catalogue, files_of
from autograder.grading.gradebook.release import make_release
from autograder.grading.intake.submission import SetAside, handed_in
from autograder.grading.scoring import result_key
from autograder.grading.scoring.grade_notebook import grade
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.result_key import PACKAGE, key_of
from autograder.grading.scoring.results import JUDGE, PERSON, PROCESS, NotebookResult
from autograder.grading.scoring.task import Task
from autograder.sandbox import Limits, Unconfined
from tests.grading.small_course import (
    ALPHA_FORGOTTEN,
    CHAPTER,
    DOUBLE_POINTS,
    GRADIENTS,
    POINTS,
    RIGHT,
    UNITS,
    cell,
    folder_of,
    hand_in,
)
from tests.support.speed import PATIENT, scaled

SECRET = "five"


@pytest.fixture
def graded_alone(course):
    """Grades one notebook of one student in this process."""

    def grade_one(answers: dict | None = None, extra=(), limits: Limits | None = None) -> NotebookResult:
        hand_in(course, "ada", answers, extra=extra, sections=[UNITS])
        limits = limits or PATIENT
        config = GradingConfig(course, SECRET, ("cpu",), limits=limits)
        return grade(task_of(course), config)

    return grade_one


def task_of(course) -> Task:
    return Task(Chapter(course, CHAPTER), "ada", UNITS)


def scores(result: NotebookResult) -> dict[str, float | None]:
    return {name: one.score for name, one in result.cells.items()}


ALL = {"elu_test": POINTS["elu"], "relu_test": POINTS["relu"], "double_test": DOUBLE_POINTS, "why": None}


def test_the_right_answers_get_all_points(graded_alone):
    """The written one waits for a person."""
    result = graded_alone({})
    assert scores(result) == ALL
    assert {name: one.by for name, one in result.cells.items()} == {
        "elu_test": JUDGE,
        "relu_test": JUDGE,
        "double_test": PROCESS,
        "why": PERSON,
    }
    assert result.flags == []


def test_a_notebook_as_released_gets_nothing_and_nothing_waits(graded_alone):
    assert scores(graded_alone()) == dict.fromkeys(ALL, 0.0)


def test_one_mistake_costs_its_own_kernel_alone(graded_alone):
    result = graded_alone({"elu": ALPHA_FORGOTTEN})
    assert 0 < result.cells["elu_test"].score < POINTS["elu"]
    assert {**scores(result), "elu_test": POINTS["elu"]} == ALL
    (verdict,) = result.cells["elu_test"].verdicts
    assert verdict.diagnosis.name == "alpha forgotten"


@pytest.mark.parametrize(
    "source",
    [
        "def elu(z:",
        "raise ValueError",
        "pass",
        "",
        "import os\nos._exit(0)",
        "elu = 5",
        "import torch",
        "%%bash\nexit 1",
    ],
)
def test_a_broken_cell_costs_its_own_kernel_alone(graded_alone, source):
    assert scores(graded_alone({"elu": source})) == {**ALL, "elu_test": 0.0}


def test_an_endless_cell_and_an_endless_call_cost_their_own_kernels_alone(graded_alone):
    endless = "def elu(z, alpha=1.0):\n    while True: pass"
    seconds = scaled(1.0)
    limits = replace(PATIENT, cell_seconds=seconds, call_seconds=seconds)
    result = graded_alone({"elu": endless, "double": "while True: pass"}, limits=limits)
    assert scores(result) == {**ALL, "elu_test": 0.0, "double_test": 0.0}
    assert any(f"no answer within {seconds:g} s" in flag for flag in result.flags)


def test_a_cell_after_the_test_that_redefines_the_function_comes_too_late(graded_alone):
    late = [("elu_test", cell("code", "own", RIGHT["elu"]))]
    assert scores(graded_alone({"elu": ALPHA_FORGOTTEN}, late))["elu_test"] < POINTS["elu"]
    late = [("elu_test", cell("code", "own", "def elu(z, alpha=1.0): return None"))]
    assert scores(graded_alone({}, late)) == ALL


def test_a_helper_in_a_cell_of_the_students_own_is_run(graded_alone):
    helper = [("elu", cell("code", "own", "def helper(z):\n    return np.expm1(np.minimum(z, 0))"))]
    with_helper = "def elu(z, alpha=1.0):\n    return np.where(z > 0, z, alpha * helper(z))"
    assert scores(graded_alone({"elu": with_helper}, helper)) == ALL


def test_magics_and_plots_do_not_stop_a_cell(graded_alone):
    plotting = (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nfigure, (left, right) = plt.subplots(1, 2)\n"
        "counts, edges, _ = left.hist([1, 2])\nfor line in right.lines: print(line)\n!ls\n" + RIGHT["elu"]
    )
    result = graded_alone({"elu": plotting})
    assert scores(result) == ALL
    assert not [
        one for one in result.notebook["cells"] if any(o["output_type"] == "error" for o in one.get("outputs", []))
    ]


OWN_TESTS = {
    "def double(n): return 2 * n": DOUBLE_POINTS,
    "def double(n): return n + 2": 0.0,
    "def double(n): import os; os._exit(0)": 0.0,
    "import sys\nsys.exit()": 0.0,
}


@pytest.mark.parametrize(("source", "score"), OWN_TESTS.items())
def test_the_instructors_own_asserts_decide_in_the_students_process(graded_alone, source, score):
    """The result says so."""
    result = graded_alone({"double": source})
    assert scores(result) == {**ALL, "double_test": score}
    assert result.cells["double_test"].note.endswith("this score came from the student's own process")


def test_the_hidden_part_of_the_instructors_own_asserts_is_run(graded_alone):
    assert scores(graded_alone({"double": "def double(n): return 2 * abs(n)"}))["double_test"] == 0.0


def test_nothing_done_to_the_asserts_gives_more_than_their_points(graded_alone):
    marks = [("double", cell("code", "own", "double_test = 1000\n1000"))]
    assert scores(graded_alone({}, marks)) == ALL


UNREADABLE = {
    "text": (lambda path: path.write_text("hello"), "not JSON"),
    "deep": (lambda path: path.write_text("[" * 10**5), "nested too deeply"),
    "a folder": (lambda path: path.mkdir(), "no regular file"),
    "a link": (lambda path: path.symlink_to("/etc/passwd"), "the file is a link"),
}


@pytest.mark.parametrize(("make", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_set_aside_without_a_score(course, make, reason):
    folder_of(course, "ada")
    make(task_of(course).path)
    result = grade(task_of(course), GradingConfig(course, SECRET, ("cpu",)))
    assert reason in result.set_aside
    assert set(scores(result).values()) == {None}
    assert "set aside" in result.notebook["cells"][0]["source"]


def test_where_no_process_starts_a_person_decides_and_it_is_graded_again(course):
    class Refusing(Unconfined):
        def start(self, limits):
            raise OSError("no room")

    hand_in(course, "ada", {}, sections=[UNITS])
    config = GradingConfig(course, SECRET, ("cpu",), Refusing(), PATIENT)
    task = replace(task_of(course), key="a key")
    result = grade(task, config)
    assert result.set_aside == "the process that runs a submission did not start: no room"
    assert set(scores(result).values()) == {None}
    assert result.key == ""


def test_a_missing_notebook_has_no_points_at_all(course):
    hand_in(course, "ada", {}, sections=[GRADIENTS])
    result = grade(task_of(course), GradingConfig(course, SECRET, ("cpu",)))
    assert result.missing
    assert scores(result) == dict.fromkeys(ALL, 0.0)
    assert result.flags == ["the notebook was not handed in"]


def test_where_no_notebook_was_handed_in_a_person_decides(course):
    folder_of(course, "ada")
    result = grade(task_of(course), GradingConfig(course, SECRET, ("cpu",)))
    assert result.set_aside == "the submission holds no notebook of this chapter"
    assert scores(result) == dict.fromkeys(ALL)


def test_a_file_that_cannot_be_read_is_another_thing_than_no_file(course):
    task, config = task_of(course), GradingConfig(course, SECRET)
    folder_of(course, "ada")
    keys = {key_of(task, config)}
    task.path.symlink_to("nowhere")
    assert isinstance(handed_in(task.path), SetAside)
    keys.add(key_of(task, config))
    task.path.unlink()
    task.path.mkdir()
    keys.add(key_of(task, config))
    task.path.rmdir()
    task.path.write_text("x")
    keys.add(key_of(task, config))
    assert len(keys) == 4


def test_the_key_names_everything_that_a_result_depends_on(course):
    task = task_of(course)
    folder_of(course, "ada")
    task.path.write_text("x")
    keys = {
        key_of(task, GradingConfig(course, "one")),
        key_of(task, GradingConfig(course, "two")),
        key_of(task, GradingConfig(course, "one", ("cpu",))),
        key_of(task, GradingConfig(course, "one", limits=Limits(call_seconds=1.0))),
    }
    task.path.write_text("y")
    keys.add(key_of(task, GradingConfig(course, "one")))
    source = course.source_of(task.notebook)
    source.write_text(source.read_text().replace("All about", "Everything about"))
    keys.add(key_of(task, GradingConfig(course, "one")))
    assert len(keys) == 6


def own_file(exercise: str) -> Path:
    """A file that decides what is asked in an exercise's notebook and in no other one."""
    shared = files_of("no notebook")
    return next(path for path in files_of(catalogue()[exercise].notebook) if path not in shared)


@pytest.mark.parametrize(
    ("file", "decides"),
    [
        (own_file("elu"), True),
        (own_file("relu"), True),
        (own_file("adam_step"), False),
        (PACKAGE / "exercises" / "model.py", True),
        (PACKAGE / "judge" / "comparison.py", True),
        (PACKAGE / "plaindata" / "values.py", True),
        (PACKAGE / "sandbox" / "worker.py", True),
        (PACKAGE / "grading" / "intake" / "rebuild.py", True),
        (PACKAGE / "grading" / "pages" / "feedback.py", False),
        (PACKAGE / "lab" / "style.py", False),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_the_key_names_the_code_that_decides_the_scores_and_no_other(course, monkeypatch, file, decides):
    def read_changed(path: Path) -> bytes:
        return read(path) + b"#" * (path == file)

    task, config, read = task_of(course), GradingConfig(course, "one"), Path.read_bytes
    before = key_of(task, config)
    monkeypatch.setattr(Path, "read_bytes", read_changed)
    result_key.deciding_code.cache_clear()
    assert file.is_file()
    assert (key_of(task, config) != before) == decides
    result_key.deciding_code.cache_clear()


def test_grading_twice_gives_the_same_but_for_seconds(graded_alone):
    def without_seconds(result: NotebookResult) -> dict:
        data = result.to_json()
        for one in [data, *(verdict for part in data["cells"].values() for verdict in part["verdicts"])]:
            one.pop("seconds")
        return data

    first, second = (graded_alone({"elu": ALPHA_FORGOTTEN}) for _ in range(2))
    assert without_seconds(first) == without_seconds(second)


def test_another_submission_of_the_same_answers_has_other_hidden_cases(graded_alone):
    one, other = (graded_alone({"why": text}).cells["elu_test"].verdicts[0] for text in ("Because.", "Because!"))
    assert one.passed and other.passed
    assert one.seed != other.seed


def test_a_result_survives_json_whatever_the_student_printed(graded_alone):
    result = graded_alone({"elu": "print('\\ud800\\x00\\x1b[31m')\nraise ValueError('\\udfff')"})
    text = json.dumps(result.to_json(), ensure_ascii=False)
    again = NotebookResult.from_json(json.loads(text.encode().decode()))
    assert again.to_json() == json.loads(text)


def test_the_notebook_shows_what_was_printed_and_where_a_cell_failed(graded_alone):
    result = graded_alone({"elu": "print('hello')\nx = 1 / 0"})
    (found,) = [one for one in result.notebook["cells"] if grading_of(one).get("grade_id") == "elu"]
    printed, error = found["outputs"]
    assert printed["text"] == "hello\n"
    assert error["traceback"] == ["ZeroDivisionError: division by zero (line 2)"]


# ---------------------------------------------------------------- what ran at home


def indented(source: str) -> str:
    return "\n".join(f"    {line}" for line in source.split("\n"))


def prompted(source: str) -> str:
    first, *rest = source.split("\n")
    return "\n".join([f">>> {first}", *(f"... {line}" for line in rest)])


def test_cells_that_a_notebook_runs_are_run(graded_alone):
    answers = {"elu": f"%%time\n{RIGHT['elu']}", "relu": indented(RIGHT["relu"]), "double": prompted(RIGHT["double"])}
    result = graded_alone(answers)
    assert scores(result) == ALL
    assert result.flags == []


def test_what_grading_lacks_costs_nothing_where_it_is_not_needed(graded_alone):
    """In the first cell, in a cell of the student's own and in an answer."""
    own = "from google.colab import drive\ndrive.mount('/content')\ndef helper(n):\n    return 2 * n"
    answers = {
        "elu": f"import torch, scipy\n{RIGHT['elu']}",
        "relu": f"await something()\n{RIGHT['relu']}",
        "double": "def double(n):\n    return helper(n)",
    }
    first = cell("code", "own-1", "import asyncio\nasync def something():\n    await asyncio.sleep(0)")
    result = graded_alone(answers, [("elu", first), ("elu_test", cell("code", "own-2", own))])
    assert scores(result) == ALL
    in_elu, in_own = result.flags
    assert "(elu) failed: “ModuleNotFoundError: torch is not available while grading" in in_elu
    assert "failed: “ModuleNotFoundError: google is not available while grading" in in_own


def test_a_helper_in_a_cell_of_the_course_is_there(graded_alone, course):
    """Also in an experiment, which calls lab."""
    source = course.source_of(f"{CHAPTER}/{UNITS}")
    content = read(source)
    content["cells"].insert(
        2, cell("code", "drawing", "def half(n):\n    return n / 2\n\nlab.see(half)\nlab.more()[0]")
    )
    source.write_text(json.dumps(content))
    result = graded_alone({"double": "def double(n):\n    return 4 * half(n)"})
    assert scores(result) == ALL
    assert result.flags == []


def message_of(result: NotebookResult, name: str) -> str:
    (verdict,) = result.cells[name].verdicts
    return verdict.problem["message"]


def test_a_missing_function_has_its_reason_in_report_and_flags(graded_alone):
    result = graded_alone({"elu": f"x = 1 / 0\n{RIGHT['elu']}", "relu": RIGHT["relu"].replace("relu", "my_Relu")})
    assert scores(result) == {**ALL, "elu_test": 0.0, "relu_test": 0.0}
    reason = "which should define it, failed: “ZeroDivisionError: division by zero” (line 1)"
    assert reason in message_of(result, "elu_test")
    assert "there is one called my_Relu: it has to be called relu" in message_of(result, "relu_test")
    shown = json.dumps(result.notebook)
    assert shown.count("which should define it, failed") == 2, "as text and as HTML"
    assert any(reason in flag for flag in result.flags)
    assert any("my_Relu" in flag for flag in result.flags)


AT_HOME = {
    "a name that was in the notebook's memory": "return from_a_cell_that_is_gone(z)",
    "somebody who types": "return float(input()) * z",
    "a file": "return np.load('table.npy')",
    "a package": "import scipy.special\n    return scipy.special.expit(z)",
}


@pytest.mark.parametrize("line", AT_HOME.values(), ids=AT_HOME)
def test_a_function_that_may_have_run_at_home_alone_is_flagged(graded_alone, line):
    result = graded_alone({"relu": f"def relu(z):\n    {line}"})
    assert scores(result)["relu_test"] == 0.0
    assert [flag for flag in result.flags if flag.startswith("relu failed: ")] == result.flags != []


def test_an_answer_in_error_is_flagged_and_an_unwritten_one_is_not(graded_alone):
    result = graded_alone({"elu": f"{RIGHT['elu']}\nelu(1", "double": "# YOUR CODE HERE\nraise NotImplementedError()"})
    told = [flag for flag in result.flags if "(elu) failed: “SyntaxError" in flag]
    assert "grading reads it as Python 3." in told[0]
    assert graded_alone().flags == []


def test_a_check_in_an_answer_that_a_person_grades_is_no_test(graded_alone, course):
    source = course.source_of(f"{CHAPTER}/{UNITS}")
    content = read(source)
    solution = "### BEGIN SOLUTION\n1\n### END SOLUTION"
    content["cells"].append(cell("code", "essay", solution, grade=True, solution=True, points=10))
    source.write_text(json.dumps(content))
    make_release(Chapter(course, CHAPTER))
    result = graded_alone({"essay": "check(relu)"})
    assert (result.cells["essay"].score, result.cells["essay"].by) == (None, PERSON)


def test_a_translated_placeholder_is_blank_as_the_english_one_is(graded_alone, course):
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write("c.ClearSolutions.text_stub = 'ANTWORT HIER'\nc.ClearSolutions.code_stub = {'python': 'pass'}\n")
    make_release(Chapter(course, CHAPTER))
    assert "ANTWORT HIER" in (course.root / "release" / CHAPTER / f"{UNITS}.ipynb").read_text()
    result = graded_alone()
    assert scores(result)["why"] == 0.0
    assert result.flags == []
