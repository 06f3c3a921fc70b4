"""Show, in place of a hidden case that fails, one from a public seed that fails in the same way.

Grading tries those in a process that has seen no hidden case: whatever a function keeps from call to call, nothing that
is shown comes from where something hidden was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache

from autograder.exercises.model import CONTRACT, Exercise
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge.counterexamples import compare_steps, counterexample, touched_arguments
from autograder.judge.expectations import Expectation, drawn_cases, expectation_of
from autograder.judge.findings import Findings, charged_requirement
from autograder.judge.rollout import Call, Step, rollout
from autograder.judge.verdict import Counterexample
from autograder.plaindata.call import FINAL_PROBLEMS

LOOKALIKE_SEED = PUBLIC_SEED + 1
"""The seed of cases like hidden ones. Everybody may know it."""
LOOKALIKE_SECONDS = 2.0
"""How long they are tried for a kernel: a slow function must not use up the time of the rest of its submission."""

Lookalike = tuple[str, Counterexample]
"""A requirement, and a case like a hidden one that fails it."""


@lru_cache(maxsize=256)
def lookalike_expectations(exercise: Exercise) -> tuple[Expectation, ...]:
    """Return cases as grading draws them, but from a public seed, with the CPU's answers."""
    drawn = drawn_cases(exercise, LOOKALIKE_SEED)
    return tuple(expectation_of(exercise, requirement, case, hidden=False) for requirement, case in drawn)


def try_lookalikes(findings: Findings, call: Call) -> list[Lookalike]:
    """Try the cases like hidden ones of every requirement that fails in hidden cases alone. Returns those that fail."""
    wanted = {result.name for result in findings.failed_hidden_alone}
    end = time.perf_counter() + LOOKALIKE_SECONDS
    found: list[Lookalike] = []
    for expectation in lookalike_expectations(findings.exercise):
        if time.perf_counter() > end:
            break
        if CONTRACT in wanted or expectation.requirement in wanted:
            steps = rollout(findings.exercise, expectation.case, call)
            if (problem := steps[-1].outcome.problem) and problem.kind in FINAL_PROBLEMS:
                break
            found += _failures(findings.exercise, expectation, steps)
    return found


def _failures(exercise: Exercise, expectation: Expectation, steps: list[Step]) -> Iterator[Lookalike]:
    for oracle in expectation.oracles:
        found = compare_steps(exercise, oracle, steps)
        if found.difference is not None:
            shown = counterexample(exercise, expectation, oracle, steps, found.difference, found.number)
            yield charged_requirement(exercise, expectation, found.difference), shown
    if touched := touched_arguments(exercise, expectation, steps):
        yield CONTRACT, touched


def show_lookalikes(findings: Findings, lookalikes: list[Lookalike]) -> None:
    """Replace every hidden failure by the first lookalike that fails in the same way, if there is one."""
    for result in findings.failed_hidden_alone:
        wanted = _way_of_failing(result.name, result.counterexample)
        if found := next((one for name, one in lookalikes if _way_of_failing(name, one) == wanted), None):
            found.lookalike = True
            result.counterexample = found


def _way_of_failing(requirement: str, found: Counterexample | None) -> tuple[str, ...]:
    return (requirement, found.oracle, found.difference.kind) if found else ()
