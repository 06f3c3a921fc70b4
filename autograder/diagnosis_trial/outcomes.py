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
from autograder.judge.comparison import compare
from autograder.judge.diagnosis import EXACTLY
from autograder.judge.expectations import expectations_of, public
from autograder.judge.known import as_expected
from autograder.judge.repair import find_repair
from autograder.judge.repair.programs import Program
from autograder.judge.rollout import Call, rollout
from autograder.judge.verdict import Diagnosis, Repair, Verdict
from autograder.plaindata.call import call

FRESH_SEEDS = tuple(PUBLIC_SEED + number for number in (101, 102, 103))
CALL_SECONDS = 2.0
"""How long the loops of a wrong function may turn in a call."""
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
    if diagnosis.title == EXACTLY.format(diagnosis.name):
        return Said(explanation, text, _same_on_fresh_cases(exercise, made, diagnosis))
    return Said(explanation, text, all(_said_again(exercise, made, diagnosis, seed) for seed in FRESH_SEEDS))


def _same_on_fresh_cases(exercise: Exercise, made: Call, diagnosis: Diagnosis) -> bool:
    """Whether a function gives on fresh cases what the named mistake gives there."""
    (mistake,) = [mistake for mistake in exercise.mistakes if mistake.name == diagnosis.name]
    known = partial(call, mistake.function)
    return all(
        _same(exercise, expectation, made, known)
        for seed in FRESH_SEEDS
        for expectation in expectations_of(exercise, seed, True, ("cpu",))
    )


def _same(exercise: Exercise, expectation: Any, made: Call, known: Call) -> bool:
    own, theirs = (rollout(exercise, expectation.case, one) for one in (made, known))
    computation = expectation.oracles[0].computation
    for one, other in zip(own, theirs, strict=False):
        if one.gave_numbers != other.gave_numbers:
            return False
        if one.gave_numbers:
            wrong = as_expected(other.outcome.returned)
            if compare(one.outcome.returned, wrong, computation=computation, outputs=exercise.outputs).difference:
                return False
    return len(own) == len(theirs)


def _said_again(exercise: Exercise, made: Call, diagnosis: Diagnosis, seed: int) -> bool:
    """Whether the same is said on the hidden cases of a seed; or nothing can be, as nothing fails there."""
    verdict = judge(exercise, made, cases="hidden", seed=seed, devices=("cpu",))
    return verdict.passed or any(again.text == diagnosis.text for again in _diagnoses(verdict))


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
