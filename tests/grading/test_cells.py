"""The runs of a submission: nothing that is shown comes from a process that sees, or has seen, what is hidden."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.course import Chapter
from autograder.exercises import catalogue
from autograder.grading.scoring import cells
from autograder.grading.scoring.grade_notebook import grade
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import NotebookResult
from autograder.grading.scoring.task import Task
from autograder.judge.expectations import expectations_of, public
from autograder.sandbox import StudentProcess
from tests.grading.small_course import CHAPTER, HIDDEN_RUN_SECONDS, RIGHT, UNITS, cell, hand_in
from tests.support.speed import PATIENT

SEED = 5
CASES = catalogue()["relu"]
REMEMBERS = """
_right = relu
_seen = open("seen", "a+")

def relu(z):
    _seen.write(f"{float(np.ravel(z)[:1].sum())!r} ")
    _seen.flush()
    return _right(z)
"""
TELLS = 'print(open("seen").read())'
WRONG_WHERE_HIDDEN = "def relu(z):\n    return np.maximum(z, 0.0) + (z.size in {sizes})"


@pytest.fixture
def run(course, monkeypatch):
    """Grades one notebook of one student in this process; what its processes did stands in `run.did`."""
    did: list[tuple] = []

    class Told(StudentProcess):
        def __enter__(self):
            did.append(("started",))
            return super().__enter__()

        def __exit__(self, *problem):
            super().__exit__(*problem)
            did.append(("ended",))

        def run(self, name, source):
            outcome = super().run(name, source)
            did.append(("ran", name, outcome))
            return outcome

        def call(self, function, arguments):
            did.append(("called", function))
            return super().call(function, arguments)

    monkeypatch.setattr(cells, "StudentProcess", Told)

    def graded(answers: dict[str, str] | None = None, extra=()) -> NotebookResult:
        hand_in(course, "ada", answers or {}, extra=extra, sections=[UNITS])
        config = GradingConfig(course, SEED, ("cpu",), limits=PATIENT, shortest_hidden_run_seconds=HIDDEN_RUN_SECONDS)
        return grade(Task(Chapter(course, CHAPTER), "ada", UNITS), config)

    graded.did = did
    return graded


def runs_of(did: list[tuple]) -> list[list[tuple]]:
    """What each process did, one after the other."""
    runs: list[list[tuple]] = []
    for one in did:
        if one == ("started",):
            runs.append([])
        elif one != ("ended",):
            runs[-1].append(one)
    return runs


def sizes_of(hidden: bool) -> set[int]:
    """The sizes of the inputs of relu."""
    found = expectations_of(CASES, SEED, True, ("cpu",)) if hidden else public(CASES, ("cpu",))
    return {one.case.arguments["z"].size for one in found}


@pytest.fixture
def wrong_where_hidden() -> dict[str, str]:
    """An answer that is wrong in hidden cases alone."""
    return {"relu": WRONG_WHERE_HIDDEN.format(sizes=sizes_of(True) - sizes_of(False))}


def first(z: np.ndarray) -> float:
    """The first number of an input, as REMEMBERS writes it down."""
    return float(np.ravel(z)[:1].sum())


def printed(result: NotebookResult, name: str) -> str:
    """What a cell of the student's printed."""
    [found] = [one for one in result.notebook["cells"] if name in one["source"]]
    return "".join(output.get("text", "") for output in found["outputs"])


def test_no_process_starts_before_the_one_before_it_has_ended(run, wrong_where_hidden):
    run(wrong_where_hidden)
    assert [one[0] for one in run.did if len(one) == 1] == ["started", "ended"] * 3


def test_what_a_public_case_left_is_shown_and_a_hidden_ones_is_not(run):
    result = run({}, [("relu", cell("code", "own", REMEMBERS)), ("relu_test", cell("code", "own", TELLS))])
    assert result.cells["relu_test"].score == result.cells["relu_test"].points
    seen = [float(word) for word in printed(result, TELLS).split()]
    assert seen == pytest.approx([first(one.case.arguments["z"]) for one in public(CASES, ("cpu",))], nan_ok=True)


def test_the_hidden_cases_go_to_the_second_process_alone(run):
    run()
    shown, hidden = runs_of(run.did)
    for name in ("elu", "relu"):
        cases = len(expectations_of(catalogue()[name], SEED, True, ("cpu",)))
        assert shown.count(("called", name)) == len(public(catalogue()[name], ("cpu",)))
        assert hidden.count(("called", name)) == cases


def test_both_processes_have_run_the_same_cells_when_a_function_is_called(run):
    late = [("elu", cell("code", "own", "factor = 1")), ("elu_test", cell("code", "own", "factor = 3"))]
    answers = {"elu": RIGHT["elu"].replace("return", "return factor *"), "relu": f"factor = 2\n{RIGHT['relu']}"}
    result = run(answers, late)
    assert result.cells["elu_test"].score == result.cells["elu_test"].points


def test_a_cell_that_ends_a_process_is_run_once_and_the_others_again(run):
    result = run({}, [("elu", cell("code", "own", "import os\nos._exit(3)"))])
    assert result.score == sum(one.points for name, one in result.cells.items() if name != "why")
    assert [one[2].ended for one in run.did if one[0] == "ran"].count(True) == 1
    assert any("ended itself with status 3" in flag for flag in result.flags)


def test_what_a_hidden_test_of_the_instructors_left_cannot_be_shown(run):
    answers = {"double": "def double(n):\n    global given\n    given = n\n    return 2 * n"}
    result = run(answers, [("double_test", cell("code", "own", "print(given)"))])
    assert result.cells["double_test"].score == result.cells["double_test"].points
    assert printed(result, "print(given)") == "2\n", "the visible test's; the hidden one's is -1"


def test_hidden_tests_see_what_the_cells_before_them_defined(run):
    result = run({"double": "factor = 2\ndef double(n):\n    return factor * n"})
    assert result.cells["double_test"].score == result.cells["double_test"].points
    result = run({"double": "def double(n):\n    return 2 * abs(n)"})
    assert result.cells["double_test"].score == 0.0
    assert result.cells["double_test"].note.startswith("a hidden test failed")


def test_a_function_that_is_not_there_is_asked_for_once(run):
    run({"elu": "", "relu": ""})
    assert [one for one in run.did if one[0] == "called"] == [("called", "elu"), ("called", "relu")]


def test_a_third_process_is_there_where_hidden_cases_alone_failed(run, wrong_where_hidden):
    result = run(wrong_where_hidden)
    [verdict] = result.cells["relu_test"].verdicts
    assert not verdict.passed
    *_, lookalike = runs_of(run.did)
    assert [one for one in lookalike if one[0] == "called"], "cases like the hidden ones were tried"
    assert [one[1] for one in lookalike if one[0] == "ran"][-1] == "cell 6", "the cells after the test are not run"


def test_nothing_of_a_right_answer_is_run_a_third_time(run):
    run()
    assert len(runs_of(run.did)) == 2


@pytest.mark.parametrize(
    ("seconds", "all_in_all"), [(0.0, 1.0), (0.4, 1.0), (1.0, 1.0), (1.1, 2.0), (2.0, 2.0), (3.0, 4.0), (100.0, 128.0)]
)
def test_a_hidden_run_takes_one_second_or_two_or_four_whatever_it_does(monkeypatch, seconds, all_in_all):
    now = [1000.0]
    monkeypatch.setattr(cells.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(cells.time, "sleep", lambda more: now.append(now.pop() + more))
    with cells.quantized_time(1.0):
        now[0] += seconds
    assert now[0] - 1000.0 == pytest.approx(all_in_all)


def test_who_interrupts_a_hidden_run_does_not_wait_for_its_end(monkeypatch):
    monkeypatch.setattr(cells.time, "sleep", lambda seconds: pytest.fail("it waited"))
    with pytest.raises(KeyboardInterrupt), cells.quantized_time(1.0):
        raise KeyboardInterrupt


def test_a_function_that_is_missing_says_which_error_took_it(run):
    """In its own report: the cell itself may stand a screen higher."""
    result = run({"elu": f"import nothing_of_that_name\n{RIGHT['elu']}"})
    (verdict,) = result.cells["elu_test"].verdicts
    assert verdict.problem["cause"].startswith("ModuleNotFoundError: No module named 'nothing_of_that_name'")
    report = next(cell for cell in result.notebook["cells"] if cell["source"].startswith("check(elu)"))
    assert "ended in an error: ModuleNotFoundError" in str(report["outputs"])
    assert result.cells["relu_test"].verdicts[0].passed
