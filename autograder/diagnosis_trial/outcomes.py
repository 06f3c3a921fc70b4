"""What is said of a wrong function, and whether it is true: tried on hidden cases of seeds that it has never seen."""

from __future__ import annotations

import ast
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np

from autograder.diagnosis_trial.subjects import Subject
from autograder.exercises import catalogue
from autograder.exercises.model import Exercise
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import judge
from autograder.judge.diagnosis import EXACTLY, statements
from autograder.judge.expectations import cases_of, expectation_of, expectations_of, public
from autograder.judge.findings import Findings
from autograder.judge.repair import find_repair
from autograder.judge.repair.programs import Program
from autograder.judge.rollout import Call, rollout
from autograder.judge.verdict import Diagnosis, Repair, Verdict
from autograder.plaindata.call import call

FRESH_SEEDS = tuple(PUBLIC_SEED + number for number in (101, 102, 103))
CALL_SECONDS = 2.0
"""How long the loops of a wrong function may turn in a call."""
SHAPE_OF_AN_EXAMPLE = ": the shape is "
LONGER = 20.0
"""How many times longer than its budget a search may take on the clock, where other processes compute, too."""
Explanation = Literal["known mistake", "relation", "own code"]
EXPLANATIONS: tuple[Explanation, ...] = ("known mistake", "relation", "own code")


@dataclass(frozen=True)
class Said:
    """One statement about a function, and whether it is true."""

    explanation: Explanation
    text: str
    is_true: bool


@dataclass
class Outcome:
    """What the judge made of a function.

    judged: "accepted", where it passes; "not run", where a problem ended the judging; "wrong" otherwise.
    seconds: of computing, for the verdict and the search for a repair.
    """

    subject: Subject
    judged: Literal["accepted", "not run", "wrong"]
    said: list[Said] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def result(self) -> Literal["right", "silent", "false"]:
        """False where anything that was said is; silent where nothing was."""
        if any(not one.is_true for one in self.said):
            return "false"
        return "right" if self.said else "silent"


def tried(subject: Subject, seconds: float) -> Outcome:
    """Judge a wrong function as `check` does. seconds: of computing, for the search for a repair."""
    exercise = catalogue()[subject.exercise]
    with _without(exercise, subject.mistakes if subject.kind == "left out" else ()), np.errstate(all="ignore"):
        names = _names(exercise, subject)
        made = _callable(subject.source, names)
        if made is None:
            return Outcome(subject, "not run")
        public(exercise, ("cpu",))
        started = time.thread_time()
        verdict = judge(exercise, made, devices=("cpu",))
        if verdict.passed or verdict.problem:
            return Outcome(subject, "accepted" if verdict.passed else "not run")
        repair = _repair(exercise, subject.source, names, seconds)
        took = time.thread_time() - started
        said = [_said(exercise, made, one) for one in _diagnoses(verdict)]
        return Outcome(subject, "wrong", [*said, *_said_of_own_code(exercise, repair, names)], took)


@contextlib.contextmanager
def _without(exercise: Exercise, names: tuple[str, ...]) -> Iterator[None]:
    """Take known mistakes out of the catalogue for the length of a block."""
    every = exercise.mistakes
    exercise.mistakes = tuple(mistake for mistake in every if mistake.name not in names)
    try:
        yield
    finally:
        exercise.mistakes = every


def _names(exercise: Exercise, subject: Subject) -> dict[str, Any]:
    every = [mistake for mistake in exercise.mistakes if mistake.name in subject.mistakes]
    return {"np": np, **{name: value for mistake in every for name, value in mistake.namespace.items()}}


def _callable(source: str, names: dict[str, Any]) -> Call | None:
    """A call of a function whose loops end; None for what cannot be defined."""
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    try:
        program = Program(function, [], names)
    except ValueError:
        return None
    return lambda arguments: call(program.function(0, CALL_SECONDS), arguments)


def _diagnoses(verdict: Verdict) -> list[Diagnosis]:
    return [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses


def _said(exercise: Exercise, made: Call, diagnosis: Diagnosis) -> Said:
    text = f"{diagnosis.name}: {diagnosis.text}"
    explanation: Explanation = "known mistake" if diagnosis.kind == "mistake" else "relation"
    return Said(explanation, text, all(_holds(exercise, made, diagnosis, seed) for seed in FRESH_SEEDS))


def _holds(exercise: Exercise, made: Call, diagnosis: Diagnosis, seed: int) -> bool:
    """Whether a statement is true in the cases of a seed, too; or nothing can be, as nothing is wrong there."""
    findings = Findings(exercise)
    for requirement, case in cases_of(exercise, seed, True):
        expectation = expectation_of(exercise, requirement, case, hidden=False)
        findings.add(expectation, rollout(exercise, case, made))
    said = statements(exercise, findings.trials, diagnosis.requirement)
    return not findings.has_failed or any(_same_statement(one, diagnosis) for one in said)


def _same_statement(one: Diagnosis, said: Diagnosis) -> bool:
    """Whether what holds is what was said, but for the shapes of an example. A mistake that was said to explain
    everything has to."""
    explains_all = said.title == EXACTLY.format(said.name)
    same_text = one.text.split(SHAPE_OF_AN_EXAMPLE)[0] == said.text.split(SHAPE_OF_AN_EXAMPLE)[0]
    return same_text and (one.title == said.title or not explains_all)


def _repair(exercise: Exercise, source: str, names: dict[str, Any], seconds: float) -> Repair | None:
    cases, further = public(exercise, ("cpu",)), partial(expectations_of, exercise, PUBLIC_SEED + 1, True, ("cpu",))
    return find_repair(exercise, source, names, cases, further=further, seconds=seconds, most_waiting=LONGER)


def _said_of_own_code(exercise: Exercise, repair: Repair | None, names: dict[str, Any]) -> list[Said]:
    if repair is None:
        return []
    text = "; ".join(f"line {one.line} with {one.kind}: {one.before} -> {one.after}" for one in repair.changes)
    made = _callable(repair.source, names)
    return [Said("own code", text, made is not None and all(_passes(exercise, made, seed) for seed in FRESH_SEEDS))]


def _passes(exercise: Exercise, made: Callable[[list], Any], seed: int) -> bool:
    return judge(exercise, made, cases="hidden", seed=seed, devices=("cpu",), diagnose=False).passed
