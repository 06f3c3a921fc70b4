"""Show, in place of a hidden case that fails, one from a public seed that fails in the same way.

Cases from the secret seed are never shown.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from functools import lru_cache

from autograder.exercises.model import Exercise
from autograder.exercises.sampling import PUBLIC_SEED, Sampler
from autograder.judge.counterexamples import changed_arguments, compare_steps, counterexample
from autograder.judge.expectations import Expectation, oracles, reference
from autograder.judge.findings import Findings
from autograder.judge.rollout import Call, Step, rollout
from autograder.judge.verdict import Counterexample, RequirementResult
from autograder.plaindata.call import FINAL_PROBLEMS

LOOKALIKE_SEEDS = range(PUBLIC_SEED + 1, PUBLIC_SEED + 21)
"""The seeds of cases like a hidden one. Everybody may know them: they reveal nothing of the secret seed."""
MOST_LOOKALIKES = 100
"""How many of them are tried for a requirement."""
LOOKALIKE_SECONDS = 2.0
"""How long they are tried for a kernel: a slow function must not use up the time of the rest of its submission."""


def show_lookalikes(findings: Findings, secret_seed: int, call: Call) -> None:
    """Replace every hidden failure by a public case that fails in the same way, if there is one."""
    end = time.perf_counter() + LOOKALIKE_SECONDS
    for result in findings.failed_hidden_alone:
        requirement = findings.purity_requirement if result is findings.purity else result.name
        cases = _cases_like_hidden_ones(findings.exercise, requirement, secret_seed)
        if not _show_lookalike(findings, result, itertools.islice(cases, MOST_LOOKALIKES), call, end):
            return


def _cases_like_hidden_ones(exercise: Exercise, requirement: str, secret_seed: int) -> Iterator[Expectation]:
    for public_seed in LOOKALIKE_SEEDS:
        if public_seed != secret_seed:
            yield from lookalike_expectations(exercise, requirement, public_seed)


@lru_cache(maxsize=1024)
def lookalike_expectations(exercise: Exercise, requirement: str, seed: int) -> tuple[Expectation, ...]:
    """Return cases of one requirement as grading draws them, but from a public seed, with the CPU's answers."""
    (cases,) = (item.cases for item in exercise.requirements if item.name == requirement)
    drawn = cases(Sampler(seed, f"{exercise.name}/{requirement}", hidden=True))
    return tuple(
        Expectation(requirement, case, False, tuple(oracles(exercise, case, {"cpu": reference(exercise, case, "cpu")})))
        for case in drawn
    )


def _show_lookalike(
    findings: Findings, result: RequirementResult, cases: Iterator[Expectation], call: Call, end: float
) -> bool:
    """Show the first of some cases that fails like a hidden one.

    Returns whether it is worth trying the next requirement: no call took too long, or ended the process.
    """
    for expectation in cases:
        if time.perf_counter() > end:
            return False
        steps = rollout(findings.exercise, expectation.case, call)
        if (problem := steps[-1].outcome.problem) and problem.kind in FINAL_PROBLEMS:
            return False
        found = _fails_alike(findings, result, expectation, steps)
        if found is not None:
            found.lookalike = True
            result.counterexample = found
            return True
    return True


def _fails_alike(
    findings: Findings, result: RequirementResult, expectation: Expectation, steps: list[Step]
) -> Counterexample | None:
    """Return the case as a counterexample if it fails in the same way as the hidden one."""
    if result is findings.purity:
        return changed_arguments(expectation, steps)
    hidden = result.counterexample
    if hidden is None:
        return None
    for oracle in expectation.oracles:
        if oracle.name == hidden.oracle:
            found = compare_steps(findings.exercise, oracle, steps)
            if found.difference is not None and found.difference.kind == hidden.difference.kind:
                return counterexample(findings.exercise, expectation, oracle, steps, found.difference, found.number)
    return None
