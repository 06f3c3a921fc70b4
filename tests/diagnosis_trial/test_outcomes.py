"""What is said of wrong functions is tried on cases that nobody has seen, and counted."""

from __future__ import annotations

import pytest

from autograder.diagnosis_trial import Outcome, Subject, as_markdown, outcomes, tried
from autograder.diagnosis_trial.outcomes import Said
from autograder.exercises import catalogue
from autograder.judge.verdict import CodeChange, Repair

ELU = "def elu(z, alpha=1.0):\n    return {}"
WRONG = ELU.format("np.where(z > 0, z, np.expm1(np.minimum(z, 0)))")
RIGHT = ELU.format("np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))")


def test_a_change_of_the_code_that_passes_fresh_cases_is_right():
    found = tried(Subject("mutation", "elu", WRONG), seconds=10.0)
    assert (found.judged, found.result) == ("wrong", "right")
    assert "own code" in {one.explanation for one in found.said}


def test_a_change_of_the_code_that_fails_fresh_cases_is_false(monkeypatch):
    repair = Repair([CodeChange(2, "another name", "z", "alpha")], 20, WRONG)
    monkeypatch.setattr(outcomes, "find_repair", lambda *_, **__: repair)
    assert tried(Subject("mutation", "elu", WRONG), seconds=1.0).result == "false"


@pytest.mark.parametrize(
    ("source", "judged"),
    [
        (RIGHT, "accepted"),
        ("def elu(z):\n    return z", "not run"),
        ("def elu(z, alpha=nothing):\n    return z", "not run"),
        ("def elu(z, alpha=1.0):\n    while True:\n        z = z + 1", "wrong"),
    ],
)
def test_what_became_of_a_function_is_told(source, judged, monkeypatch):
    monkeypatch.setattr(outcomes, "CALL_SECONDS", 0.05)
    assert tried(Subject("mutation", "elu", source), seconds=0.0).judged == judged


def test_a_mistake_that_is_left_out_is_not_named_and_is_back_afterwards():
    exercise = catalogue()["elu"]
    before = exercise.mistakes
    (mistake, *_) = [one for one in before if one.loses and one.source]
    found = tried(Subject("left out", "elu", mistake.source, (mistake.name,)), seconds=0.0)
    assert all(not one.text.startswith(f"{mistake.name}:") for one in found.said)
    assert exercise.mistakes == before


def said(is_true: bool, explanation="own code") -> Said:
    return Said(explanation, "", is_true)


def test_one_false_statement_makes_all_that_is_said_false():
    subject = Subject("mutation", "elu", "")
    assert Outcome(subject, "wrong", [said(True), said(False)]).result == "false"
    assert Outcome(subject, "wrong", [said(True)]).result == "right"
    assert Outcome(subject, "wrong", []).result == "silent"


def test_the_table_counts_what_is_wrong_only():
    subject = Subject("mutation", "elu", "")
    found = [
        Outcome(subject, "wrong", [said(True)]),
        Outcome(subject, "wrong", [said(False, "relation")]),
        Outcome(subject, "wrong"),
        Outcome(subject, "accepted"),
    ]
    row = as_markdown(found).splitlines()[-1]
    assert row == (
        "| random mutations of the solutions | 3 | 33.3 % | 33.3 % | 33.3 % | 0, 0 false | 0, 1 false | 1, 0 false |"
    )
