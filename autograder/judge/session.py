"""Judging one kernel: every case through one callable, compared with every oracle, summed up in a Verdict."""

from __future__ import annotations

import contextlib
import itertools
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.exercises.model import PURITY, Case, Exercise
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import devices as device_list
from autograder.judge import expectations as expected_answers
from autograder.judge.comparison import compare
from autograder.judge.diagnosis import Trial, changed_arguments, diagnose, diagnose_by_requirement, diagnose_warning
from autograder.judge.expectations import Expectation, Oracle
from autograder.judge.formatting import readable, show_both, show_value
from autograder.judge.rollout import Step, rollout
from autograder.judge.verdict import Counterexample, Difference, RequirementResult, Verdict
from autograder.plaindata.call import FLOATING_POINT_WARNINGS, Outcome, Problem
from autograder.plaindata.values import arrays_in, extent

Call = Callable[[list], Outcome]

STOP_KINDS = ("time", "gone")
"""Problems after which the remaining cases are not tried."""

HIDDEN_PROBLEMS = {
    "time": "on a hidden case it gave no answer in time",
    "gone": "it did on a hidden case, whose input is not shown",
}
"""What is told of them on a hidden case: the status a process ends with, for one, could carry the input out."""

STOP_KINDS_AT_FIRST = ("missing", "arguments", "not implemented")
"""The same where no call has gone through; later these are failures of single cases (a branch not written yet, say)."""

LARGEST_KEPT = 20_000
"""Numbers of an answer that is kept for the diagnosis; the largest of the catalogue has about a thousand."""

LOOKALIKE_SEEDS = range(PUBLIC_SEED + 1, PUBLIC_SEED + 21)
"""Where cases like a hidden one are drawn from. Everybody may know them: they tell nothing of the secret seed."""
MOST_LOOKALIKES = 100
"""So many of them are tried for a requirement."""
LOOKALIKE_SECONDS = 2.0
"""So long they are tried for a kernel: a slow function must not use up the time of the rest of its submission."""


def judge(
    exercise: Exercise,
    call: Call,
    *,
    cases: str = "public",
    seed: int = PUBLIC_SEED,
    devices: tuple[str, ...] | None = None,
    sandbox: str = "none",
) -> Verdict:
    """Judge a callable as an implementation of a kernel.

    call: takes the list of arguments, returns an Outcome.
    cases: "public" (what a student sees), "hidden" (more of them, from `seed`) or "all" (both: grading).
    devices: where the reference runs; every device present if None.
    sandbox: what ran the student's code, for the record.

    Raises ValueError for other `cases` and for devices that are not there, DeviceError for one that was asked for and
    cannot compute.
    """
    judging = JudgeSession(exercise, cases=cases, seed=seed, devices=devices, sandbox=sandbox)
    for part in (judging.try_public, judging.try_hidden, judging.show_lookalikes):
        part(call)
    return judging.verdict()


def _on_working_devices(
    exercise: Exercise, cases: str, seed: int, devices: tuple[str, ...], *, all_must_work: bool
) -> tuple[list[Expectation], dict[str, str]]:
    """The expected answers, and a sentence for every device that could not give any."""
    failed: dict[str, str] = {}
    while True:
        try:
            working = tuple(device for device in devices if device not in failed)
            return _expectations(exercise, cases, seed, working), failed
        except device_list.DeviceError as error:
            if all_must_work:
                raise
            failed[error.device] = f"{error}. Your function was compared on the other devices."


def _expectations(exercise: Exercise, cases: str, seed: int, devices: tuple[str, ...]) -> list[Expectation]:
    """The cases in the order of the requirements, the public ones first."""
    found: list[Expectation] = []
    if cases in ("public", "all"):
        found += expected_answers.public(exercise, devices)
    if cases in ("hidden", "all"):
        found += expected_answers.expectations_of(exercise, seed, True, devices)
    order = [requirement.name for requirement in exercise.requirements]
    return sorted(found, key=lambda expectation: (order.index(expectation.requirement), expectation.hidden))


NUMBERS_OUT_OF_RANGE = "The result is right all the same; look for the step whose number no float can hold."
"""What a remark says of a floating-point warning that no known mistake explains."""


class JudgeSession:
    """The judging of one kernel in parts, each of which may call the function in a process of its own.

    So all that a report shows can come from processes that have never seen a hidden input, whatever a function keeps
    from call to call. The parts, in this order: `try_public`, `try_hidden`, `show_lookalikes`; then `verdict`.
    Arguments and errors are those of `judge`.
    """

    def __init__(
        self,
        exercise: Exercise,
        *,
        cases: str = "public",
        seed: int = PUBLIC_SEED,
        devices: tuple[str, ...] | None = None,
        sandbox: str = "none",
    ) -> None:
        if cases not in ("public", "hidden", "all"):
            raise ValueError(f'cases must be "public", "hidden" or "all", not {cases!r}')
        self.exercise = exercise
        self.cases = cases
        self.seed = seed
        self.sandbox = sandbox
        self.seconds = 0.0
        self.trials: list[Trial] = []
        self.problem: Problem | None = None
        self.problem_case = ""
        self.warning = ""
        self.printed = False
        self.largest_share = 0.0
        self.results = {item.name: RequirementResult(item.name, 0, item.points, True) for item in exercise.requirements}
        self.purity = RequirementResult(PURITY, 0, exercise.purity_points, True)
        self.purity_requirement = ""
        where = device_list.chosen(devices)
        with self._working():
            self._expectations, self._failed = _on_working_devices(
                exercise, cases, seed, where, all_must_work=devices is not None
            )
        self.devices = device_list.status(where, self._failed)

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        started = time.perf_counter()
        with np.errstate(all="ignore"):
            yield
        self.seconds += time.perf_counter() - started

    def try_public(self, call: Call) -> None:
        """Try the cases that students may see."""
        self._try_all(call, hidden=False)

    @property
    def has_hidden(self) -> bool:
        """Whether there are hidden cases, and a point in trying them."""
        return self.problem is None and any(expectation.hidden for expectation in self._expectations)

    def try_hidden(self, call: Call) -> None:
        """Try the hidden cases."""
        self._try_all(call, hidden=True)

    def _try_all(self, call: Call, hidden: bool) -> None:
        with self._working():
            for expectation in self._expectations:
                if expectation.hidden == hidden and self.problem is None:
                    self._try(expectation, call)

    def _try(self, expectation: Expectation, call: Call) -> None:
        steps = rollout(self.exercise, expectation.case, call)
        last = steps[-1]
        if last.outcome.problem and self._hopeless(last.outcome.problem):
            self._give_up(expectation, last)
            return
        self.printed |= any(step.outcome.printed for step in steps)
        passed = self._compare_with_oracles(expectation, steps)
        first = expectation.oracles[0]
        trial = Trial(
            expectation.requirement,
            expectation.case,
            list(map(_kept, steps)),
            first.expected,
            first.computation,
            passed,
            expectation.hidden,
        )
        self.trials.append(trial)
        for number, step in enumerate(steps, 1):
            if _finite(step.arguments):
                self.warning = self.warning or _warning(step.outcome, expectation.hidden)
            self._check_purity(expectation, step, number)

    def _give_up(self, expectation: Expectation, step: Step) -> None:
        """Keep why there is no point in trying further cases; of a hidden case no more than the kind of problem."""
        problem = step.outcome.problem
        if problem.kind not in STOP_KINDS:
            self.problem = _readable_problem(problem)
        elif expectation.hidden:
            self.problem = Problem(problem.kind, HIDDEN_PROBLEMS[problem.kind])
        else:
            self.problem = _readable_problem(problem)
            self.problem_case = self._call_text(step)

    def _hopeless(self, problem: Problem) -> bool:
        return problem.kind in STOP_KINDS or (problem.kind in STOP_KINDS_AT_FIRST and not self.trials)

    def _compare_with_oracles(self, expectation: Expectation, steps: list[Step]) -> bool:
        result = self.results[expectation.requirement]
        result.cases += 1
        passed = True
        for oracle in expectation.oracles:
            wrong = self._first_wrong(oracle, steps)
            result.oracles[oracle.name] = result.oracles.get(oracle.name, True) and wrong is None
            if wrong is not None:
                passed = result.passed = False
                if result.counterexample is None:
                    result.counterexample = self._counterexample(expectation, oracle, steps, *wrong)
        return passed

    def _first_wrong(self, oracle: Oracle, steps: list[Step]) -> tuple[int, Difference] | None:
        """The first call whose answer differs from the oracle's, counted from 1, and the difference."""
        for number, (step, expected) in enumerate(zip(steps, oracle.expected, strict=False), 1):
            difference = self._difference(oracle, expected, step.outcome)
            if difference is not None:
                return number, difference
        if len(steps) < len(oracle.expected):
            return len(steps), Difference("type", "what your function returned cannot be handed to the next call")
        return None

    def _difference(self, oracle: Oracle, expected: Any, outcome: Outcome) -> Difference | None:
        if outcome.problem:
            return _problem_difference(_readable_problem(outcome.problem))
        comparison = compare(
            outcome.returned,
            expected,
            computation=oracle.computation,
            device=oracle.device,
            outputs=self.exercise.outputs,
            masks=oracle.masks,
        )
        if not comparison.difference:
            self.largest_share = max(self.largest_share, comparison.share)
        return comparison.difference

    def _counterexample(
        self, expectation: Expectation, oracle: Oracle, steps: list[Step], number: int, difference: Difference
    ) -> Counterexample:
        if expectation.hidden:
            return Counterexample("a hidden case", oracle.name, Difference(difference.kind, ""), hidden=True)
        step, outputs = steps[number - 1], self.exercise.outputs
        expected, got = show_both(oracle.expected[number - 1], step.outcome.returned, outputs)
        return Counterexample(
            _case_name(expectation.case, number),
            oracle.name,
            difference,
            call={name: show_value(value) for name, value in step.arguments.items()},
            expected=expected,
            got="" if step.outcome.problem else got,
        )

    def _check_purity(self, expectation: Expectation, step: Step, number: int) -> None:
        self.purity.cases += number == 1
        found = self._changes(expectation, step, number)
        if found is None:
            return
        self.purity.passed = False
        if self.purity.counterexample is None:
            self.purity.counterexample = found
            self.purity_requirement = expectation.requirement

    def _changes(self, expectation: Expectation, step: Step, number: int) -> Counterexample | None:
        """What a call changed of its arguments, as a counterexample."""
        changed = changed_arguments(step)
        if not changed:
            return None
        if expectation.hidden:
            return Counterexample("a hidden case", "cpu", Difference("inputs", ""), hidden=True)
        names = " and ".join(f"`{name}`" for name in changed)
        difference = Difference("inputs", f"your function changed its argument {names}: work on a copy")
        call = {name: show_value(value) for name, value in step.arguments.items()}
        return Counterexample(_case_name(expectation.case, number), "cpu", difference, call=call)

    # ------------------------------------------------------------ cases like a hidden one

    @property
    def failed_hidden_alone(self) -> list[RequirementResult]:
        """What failed in hidden cases and in no public one."""
        if self.problem or self.cases != "all":
            return []
        found = (*self.results.values(), self.purity)
        return [item for item in found if item.counterexample and item.counterexample.hidden]

    def show_lookalikes(self, call: Call) -> None:
        """In place of every hidden failure, show a case from a public seed that fails in the same way, if there is one.

        Cases from the secret seed are never shown.
        """
        share, end = self.largest_share, time.perf_counter() + LOOKALIKE_SECONDS
        with self._working():
            for result in self.failed_hidden_alone:
                if not self._show_lookalike(result, call, end):
                    break
        self.largest_share = share

    def _show_lookalike(self, result: RequirementResult, call: Call, end: float) -> bool:
        """Whether it is worth trying the next requirement: no call took too long, or ended the process."""
        for expectation in itertools.islice(self._lookalikes(result), MOST_LOOKALIKES):
            if time.perf_counter() > end:
                return False
            steps = rollout(self.exercise, expectation.case, call)
            if (problem := steps[-1].outcome.problem) and problem.kind in STOP_KINDS:
                return False
            found = self._lookalike_counterexample(result, expectation, steps)
            if found is not None:
                found.lookalike = True
                result.counterexample = found
                return True
        return True

    def _lookalikes(self, result: RequirementResult) -> Iterator[Expectation]:
        requirement = self.purity_requirement if result is self.purity else result.name
        for public_seed in LOOKALIKE_SEEDS:
            if public_seed != self.seed:
                yield from expected_answers.lookalike_expectations(self.exercise, requirement, public_seed)

    def _lookalike_counterexample(
        self, result: RequirementResult, expectation: Expectation, steps: list[Step]
    ) -> Counterexample | None:
        """The case as a counterexample, if it fails in the same way as the hidden one."""
        if result is self.purity:
            changed = (self._changes(expectation, step, number) for number, step in enumerate(steps, 1))
            return next((found for found in changed if found), None)
        hidden = result.counterexample
        for oracle in expectation.oracles:
            wrong = self._first_wrong(oracle, steps) if oracle.name == hidden.oracle else None
            if wrong is not None and wrong[1].kind == hidden.difference.kind:
                return self._counterexample(expectation, oracle, steps, *wrong)
        return None

    def verdict(self) -> Verdict:
        """What has come of it, with a diagnosis of what is wrong."""
        with self._working():
            found = self._verdict()
        found.seconds = round(self.seconds, 4)
        return found

    def _verdict(self) -> Verdict:
        results = list(self.results.values())
        for result in results:
            result.passed = result.passed and result.cases > 0 and self.problem is None
            result.points = result.max_points if result.passed else 0
        self.purity.passed = self.purity.passed and results[0].passed
        self.purity.points = self.purity.max_points if self.purity.passed else 0
        results.append(self.purity)
        found = Verdict(
            exercise=self.exercise.name,
            cases=self.cases,
            points=sum(result.points for result in results),
            max_points=self.exercise.points,
            requirements=results,
            devices=self.devices,
            seed=self.seed,
            sandbox=self.sandbox,
            versions=versions(),
            largest_share=self.largest_share,
        )
        if self.problem:
            found.problem = {**vars(self.problem), "case": self.problem_case}
        elif not found.passed:
            found.diagnosis = diagnose(self.exercise, self.trials)
            if found.diagnosis is None:
                found.partial_diagnoses = diagnose_by_requirement(self.exercise, self.trials)
        found.remarks = [*self._remarks(found), *self._failed.values()]
        return found

    def _remarks(self, verdict: Verdict) -> list[str]:
        remarks = []
        if self.warning:
            remarks.append(self._warning_remark(verdict.passed))
        if self.printed and not verdict.passed:
            remarks.append("What your function prints is not shown here: call it yourself to see it.")
        return remarks

    def _warning_remark(self, passed: bool) -> str:
        text = f"NumPy warned of “{self.warning}” on finite input."
        if not passed:
            return text
        known = diagnose_warning(self.exercise, self.trials)
        return f"{text} {known.text if known else NUMBERS_OUT_OF_RANGE}"

    def _call_text(self, step: Step) -> str:
        arguments = ", ".join(f"{name}={show_value(value)}" for name, value in step.arguments.items())
        return f"{self.exercise.name}({arguments})"


def _kept(step: Step) -> Step:
    """A step without an answer so large that no mistake of the catalogue gives it: the judge would hoard it."""
    outcome = step.outcome
    if extent(outcome.returned) + extent(outcome.arguments_after) <= LARGEST_KEPT:
        return step
    grown = [None] * len(outcome.arguments_after) if extent(outcome.arguments_after) > LARGEST_KEPT else []
    return Step(step.arguments, replace(outcome, returned=None, arguments_after=grown))


def _case_name(case: Case, number: int) -> str:
    """What a case is called in a report; of a repeated one with the step."""
    return case.name if case.calls == 1 else f"{case.name}: step {number}"


def _readable_problem(problem: Problem) -> Problem:
    return Problem(problem.kind, readable(problem.message), readable(problem.line), problem.line_number)


def _problem_difference(problem: Problem) -> Difference:
    """A problem of a single case as a difference."""
    kind = problem.kind if problem.kind in ("type", "arguments") else "exception"
    message = "NotImplementedError" if problem.kind == "not implemented" else problem.message
    return Difference(kind, message, line=problem.line, line_number=problem.line_number)


def _warning(outcome: Outcome, hidden: bool) -> str:
    """The first floating-point warning; of a hidden case only its kind, as the rest could carry the input out."""
    for text in outcome.warnings:
        for kind in FLOATING_POINT_WARNINGS:
            if text.startswith(kind):
                return kind if hidden else readable(text)
    return ""


def _finite(arguments: dict[str, Any]) -> bool:
    return all(np.isfinite(array).all() for array in arrays_in(arguments))


def versions() -> dict[str, str]:
    """The versions that a verdict depends on."""
    import torch

    return {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
