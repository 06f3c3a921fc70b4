"""The runs of a submission: nothing that is shown comes from a process that sees, or has seen, what is hidden."""

from __future__ import annotations

import json

import numpy as np
import pytest

from autograder.course import Chapter
from autograder.exercises import catalogue
from autograder.grading.scoring import cells
from autograder.grading.scoring.grade_notebook import grade
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.results import PERSON, PROCESS, NotebookResult
from autograder.grading.scoring.task import Task
from autograder.judge.expectations import hidden_expectations, not_asked, public
from autograder.judge.lookalikes import lookalike_expectations
from autograder.sandbox import StudentProcess
from tests.grading.small_course import CHAPTER, DOUBLE_POINTS, RIGHT, UNITS, cell, hand_in
from tests.support.speed import PATIENT

SEED = 5
"""The seed of the hidden cases here, whatever is handed in."""
RELU = catalogue()["relu"]
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

        def call_all(self, function, calls):
            outcomes = super().call_all(function, calls)
            did.extend([("called", function)] * len(outcomes))
            return outcomes

        def call_apart(self, function, arguments):
            did.append(("called apart", function))
            return super().call_apart(function, arguments)

    monkeypatch.setattr(cells, "StudentProcess", Told)
    monkeypatch.setattr(GradingConfig, "seed_for", lambda *submission: SEED)

    def graded(answers: dict[str, str] | None = None, extra=()) -> NotebookResult:
        hand_in(course, "ada", answers or {}, extra=extra, sections=[UNITS])
        config = GradingConfig(course, "secret", ("cpu",), limits=PATIENT)
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


def seen_by(process: list[tuple]) -> dict[str, int]:
    """How often each function was called in a process, less the calls apart."""
    return {name: process.count(("called", name)) - process.count(("called apart", name)) for name in ("elu", "relu")}


def number_of(cases_of) -> dict[str, int]:
    """How many cases there are of each kernel."""
    return {name: len(cases_of(catalogue()[name])) for name in ("elu", "relu")}


def public_cases(exercise) -> list:
    """The cases that students see."""
    return list(public(exercise, ("cpu",)))


def shown_cases(exercise) -> list:
    """The cases that students may see: the public ones, those that are not asked, and those like hidden ones."""
    return [*public_cases(exercise), *not_asked(exercise), *lookalike_expectations(exercise)]


@pytest.fixture
def wrong_where_hidden() -> dict[str, str]:
    """An answer that is wrong in hidden cases alone."""
    sizes = [
        {one.case.arguments["z"].size for one in found}
        for found in (hidden_expectations(RELU, SEED), shown_cases(RELU))
    ]
    assert sizes[0] - sizes[1]
    return {"relu": WRONG_WHERE_HIDDEN.format(sizes=sizes[0] - sizes[1])}


def first(z: np.ndarray) -> float:
    """The first number of an input, as REMEMBERS writes it down."""
    return float(np.ravel(z)[:1].sum())


def printed(result: NotebookResult, name: str) -> str:
    """What a cell of the student's printed."""
    [found] = [one for one in result.notebook["cells"] if name in one["source"]]
    return "".join(output.get("text", "") for output in found["outputs"])


def test_no_process_starts_before_the_one_before_it_has_ended(run):
    run()
    assert [one[0] for one in run.did if len(one) == 1] == ["started", "ended"] * 3


def test_what_a_public_case_left_is_shown_and_a_hidden_ones_is_not(run):
    result = run({}, [("relu", cell("code", "own", REMEMBERS)), ("relu_test", cell("code", "own", TELLS))])
    assert result.cells["relu_test"].score == result.cells["relu_test"].points
    seen = list(dict.fromkeys(printed(result, TELLS).split()))
    inputs = [first(one.case.arguments["z"]) for one in [*public_cases(RELU), *not_asked(RELU)]]
    assert seen == list(dict.fromkeys(repr(number) for number in inputs)), "each of them often, and no other one"


def test_the_hidden_cases_go_to_the_last_process_alone(run):
    run()
    shown, tests, hidden = map(seen_by, runs_of(run.did))
    assert shown == number_of(lambda exercise: [*public_cases(exercise), *not_asked(exercise)])
    assert tests == {"elu": 0, "relu": 0}
    assert hidden == number_of(lambda exercise: hidden_expectations(exercise, SEED))


def test_every_process_has_run_the_same_cells_when_a_function_is_called(run):
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


def test_a_function_that_is_not_there_is_asked_for_in_public_cases_alone(run):
    run({"elu": "", "relu": ""})
    first, *others = runs_of(run.did)
    assert seen_by(first) == number_of(public_cases)
    assert all(one[0] != "called" for process in others for one in process)


def test_cases_like_a_hidden_one_that_failed_have_a_process_of_their_own(run, wrong_where_hidden):
    """One that has seen no hidden case."""
    result = run(wrong_where_hidden)
    [verdict] = result.cells["relu_test"].verdicts
    assert any(item.counterexample and item.counterexample.hidden for item in verdict.requirements)
    *_, hidden, alike = runs_of(run.did)
    assert seen_by(hidden) == number_of(lambda exercise: hidden_expectations(exercise, SEED))
    assert seen_by(alike)["elu"] == 0 < seen_by(alike)["relu"] <= len(lookalike_expectations(RELU))
    for process in (hidden, alike):
        assert [one[1] for one in process if one[0] == "ran"][-1] == "cell 6", "the cells after the test are not run"


KEEPS = """
_kept = {}
def relu(z):
    if z.shape not in _kept:
        _kept[z.shape] = np.maximum(z, 0) if z.dtype.kind == "f" else np.maximum(z, 0.0)
    return _kept[z.shape].copy()
"""
"""Answers by what it kept of an earlier call: right in every first one."""


def test_what_a_function_keeps_from_one_call_to_the_next_costs_nothing(run):
    result = run({"relu": KEEPS})
    assert result.cells["relu_test"].score == result.cells["relu_test"].points
    assert ("called apart", "relu") in run.did


def test_where_all_is_right_nothing_is_tried_apart(run):
    run()
    assert not [one for one in run.did if one[0] == "called apart"]


# ---------------------------------------------------------------- the instructor's own tests


TESTS = "double_test"


@pytest.fixture
def own_tests(course):
    """Sets the instructor's own tests of `double`."""

    def change(source: str) -> None:
        path = course.source_of(f"{CHAPTER}/{UNITS}")
        notebook = json.loads(path.read_text())
        [found] = [one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == TESTS]
        found["source"] = source
        path.write_text(json.dumps(notebook))

    return change


ASSERTS = "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(-1) == -2\n### END HIDDEN TESTS"
CREDIT = "credit = (double(2) == 4) + (double(3) == 6)\ncredit"
SECRETIVE = (
    "credit = 0\n### BEGIN HIDDEN TESTS\ncredit = (double(2) == 4) + (double(-1) == -2)\n### END HIDDEN TESTS\ncredit"
)
GIVES = "def double(n):\n    return {}"


@pytest.mark.parametrize(
    ("tests", "answer", "score"),
    [
        (CREDIT, "2 * n", 2.0),
        (CREDIT, "4", 1.0),
        ("0.123456 * double(1)", "2 * n", 0.25),
        ("credit = 10**9\ncredit", "2 * n", DOUBLE_POINTS),
        ("credit = -1.0\ncredit", "2 * n", 0.0),
        ("credit = float('nan')\ncredit", "2 * n", 0.0),
        (ASSERTS, "2 * n", DOUBLE_POINTS),
        (ASSERTS, "2 * abs(n)", 0.0),
        (SECRETIVE, "0", 0.0),
        (SECRETIVE, "2 * n", None),
    ],
)
def test_a_number_is_a_score_where_it_comes_from_what_students_see(run, own_tests, tests, answer, score):
    own_tests(tests)
    result = run({"double": GIVES.format(answer)}).cells[TESTS]
    assert result.score == score
    assert (result.by == PERSON) == (score is None)


FORGES = """
import gc
for _found in gc.get_objects():
    if type(_found).__name__ == "Program" and hasattr(_found, "_run"):
        _before = type(_found)._run
        type(_found)._run = lambda self, name, source: _before(self, name, source) or 0.516920000314
"""


def test_a_forged_number_of_tests_that_end_with_none_is_no_score(run):
    result = run({}, [("double", cell("code", "own", FORGES))]).cells[TESTS]
    assert (result.score, result.by) == (DOUBLE_POINTS, PROCESS)
