"""Judge one kernel: put every case to a callable, compare with every oracle, sum up in a Verdict."""

from __future__ import annotations

import contextlib
import functools
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.exercises.model import Exercise
from autograder.exercises.recorded import about, file_of, has_reference
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import devices as device_list
from autograder.judge import diagnosis
from autograder.judge import expectations as expected_answers
from autograder.judge.counterexamples import readable_problem
from autograder.judge.edges import remarks_on_edges
from autograder.judge.expectations import Expectation
from autograder.judge.findings import Findings, Trial
from autograder.judge.formatting import show_call
from autograder.judge.lookalikes import LOOKALIKE_SECONDS, lookalike_expectations, show_lookalikes, try_lookalikes
from autograder.judge.rollout import Call, CallAll, Step, rollout, rollouts
from autograder.judge.verdict import Cases, Diagnosis, Verdict
from autograder.plaindata.call import FINAL_PROBLEMS, Problem, ProblemKind

HIDDEN_PROBLEMS: dict[ProblemKind, str] = {
    "time": "on a hidden case it gave no answer in time",
    "gone": "it did on a hidden case, whose input is not shown",
}
"""Their messages on a hidden case: the usual ones, with the status of a process that ended, could reveal the input."""

FINAL_AT_FIRST: tuple[ProblemKind, ...] = ("missing", "arguments", "not implemented")
"""Problems that end the judging where no call has gone through; later they are failures of single cases (a branch not
written yet, say)."""

FURTHER_AT_ONCE = 8
"""How many further cases are tried together before the clock is asked: a slow function must not use up the time of the
rest of its submission."""

RECORDED = "What PyTorch gives here was recorded on a CPU: your function was not compared on another device."
"""What a remark says where the reference is not at hand, but another device is."""

NUMBERS_OUT_OF_RANGE = "The result is right all the same; look for the step whose number no float can hold."
"""What a remark says of a floating-point warning that no known mistake explains."""


def judge(
    exercise: Exercise,
    call: Call,
    *,
    cases: Cases = "public",
    seed: int = PUBLIC_SEED,
    devices: tuple[str, ...] | None = None,
    sandbox: str = "none",
    diagnose: bool = True,
) -> Verdict:
    """Judge a callable as an implementation of a kernel.

    call: takes the list of arguments, returns an Outcome.
    cases: "public" (what a student sees), "hidden" (more of them, from `seed`) or "all": grading, the public ones and
    a few hidden ones, which are compared on the CPU alone.
    devices: where the reference runs; every device present if None.
    sandbox: what ran the student's code, for the record.
    diagnose: whether to look for what explains a failure or a warning. Points and counterexamples do not depend on it.

    Raises ValueError for other `cases` and for devices that are not there, DeviceError for one that was asked for and
    cannot compute.
    """
    session = JudgeSession(exercise, cases=cases, seed=seed, devices=devices, sandbox=sandbox, diagnose=diagnose)
    session.try_public(call)
    session.try_hidden(call)
    session.try_lookalikes(call)
    return session.verdict()


class JudgeSession:
    """Judges one kernel in parts, each of which may call the function in a process of its own.

    So all that a report shows can come from a process that has never seen a hidden input, whatever a function keeps
    from call to call. The parts, in this order: `try_public`, `try_hidden`, `try_lookalikes`; then `verdict`. Arguments
    and errors are those of `judge`.
    """

    def __init__(
        self,
        exercise: Exercise,
        *,
        cases: Cases = "public",
        seed: int = PUBLIC_SEED,
        devices: tuple[str, ...] | None = None,
        sandbox: str = "none",
        diagnose: bool = True,
    ) -> None:
        if cases not in ("public", "hidden", "all"):
            raise ValueError(f'cases must be "public", "hidden" or "all", not {cases!r}')
        self.exercise = exercise
        self.cases = cases
        self.seed = seed
        self.sandbox = sandbox
        self.diagnose = diagnose
        self.findings = Findings(exercise)
        self.problem: dict[str, Any] | None = None
        self._explanation: tuple[Diagnosis | None, list[Diagnosis]] | None = None
        self.seconds = 0.0
        where = device_list.chosen(devices)
        self._recorded = [] if has_reference(exercise) or len(where) == 1 else [RECORDED]
        where = ("cpu",) if self._recorded else where
        with self._working():
            self._expectations, self._failed = _on_working_devices(
                exercise, cases, seed, where, all_must_work=devices is not None
            )
        self.devices = device_list.status(where, self._failed)

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """Count the seconds, and silence NumPy's warnings of what the judge computes itself."""
        started = time.perf_counter()
        with np.errstate(all="ignore"):
            yield
        self.seconds += time.perf_counter() - started

    def try_public(self, call: Call, apart: Call | None = None, together: CallAll | None = None) -> None:
        """Try the cases that students may see.

        apart: calls the function where no earlier call has left anything; None where `call` does. No requirement is
        lost for what an earlier call left: its first failure has to be one in a call apart, too.
        together: makes several calls at once, where that takes less time.
        """
        public = [expectation for expectation in self._expectations if not expectation.hidden]
        self._try_all(call, apart, together, public)
        if self.cases != "hidden" and self.problem is None:
            self._try_remarks(call, apart, together)
            self._explain(call, together)

    @property
    def has_hidden(self) -> bool:
        """Whether there are hidden cases, and a point in trying them."""
        return self.problem is None and bool(self._hidden)

    @functools.cached_property
    def _hidden(self) -> Sequence[Expectation]:
        if self.cases != "all":
            return [expectation for expectation in self._expectations if expectation.hidden]
        with self._working():
            return expected_answers.hidden_expectations(self.exercise, self.seed)

    def try_hidden(self, call: Call, apart: Call | None = None, together: CallAll | None = None) -> None:
        """Try the hidden cases. apart, together: as for the public ones."""
        if self.has_hidden:
            self._try_all(call, apart, together, self._hidden)
            if self.cases == "hidden":
                self._explain(call, together)

    def _explain(self, call: Call, together: CallAll | None) -> None:
        """Look for what explains what fails so far. What is said has to hold in cases of another seed as well."""
        if self.diagnose and self.problem is None and self.findings.has_failed:
            with self._working():
                self._explanation = diagnosis.explain(
                    self.exercise, self.findings.trials, lambda: self._further_trials(call, together)
                )

    def _further_trials(self, call: Call, together: CallAll | None) -> list[Trial]:
        """Try cases like the hidden ones, of a seed that everybody may know. They decide no points.

        A number that a function gives there may be told only if no hidden case came before.
        """
        found = Findings(self.exercise)
        further = [replace(one, hidden=self.cases == "hidden") for one in lookalike_expectations(self.exercise)]
        end = time.perf_counter() + LOOKALIKE_SECONDS
        while further and time.perf_counter() < end:
            for expectation, steps in self._steps_of(further[:FURTHER_AT_ONCE], call, together):
                if self._is_final(steps):
                    return found.trials
                found.add(expectation, steps)
            further = further[FURTHER_AT_ONCE:]
        return found.trials

    @property
    def has_lookalikes(self) -> bool:
        """Whether a requirement fails in hidden cases alone, of which nothing can be shown."""
        return self.cases == "all" and self.problem is None and bool(self.findings.failed_hidden_alone)

    def try_lookalikes(self, call: Call) -> None:
        """Try cases like the hidden ones that failed: one that fails alike is shown. They decide no points."""
        if self.has_lookalikes:
            with self._working():
                show_lookalikes(self.findings, try_lookalikes(self.findings, call))

    def _try_all(
        self, call: Call, apart: Call | None, together: CallAll | None, expectations: Sequence[Expectation]
    ) -> None:
        """Try cases, up to the first after which there is no point in trying further ones."""
        with self._working():
            for expectation, steps in self._steps_of(expectations, call, together):
                if apart is not None and self._may_depend_on_earlier_calls(expectation, steps):
                    steps = rollout(self.exercise, expectation.case, apart)
                if self._is_final(steps):
                    self.problem = _final_problem(self.exercise, expectation, steps[-1])
                    break
                self.findings.add(expectation, steps)

    def _steps_of(
        self, expectations: Sequence[Expectation], call: Call, together: CallAll | None
    ) -> Iterator[tuple[Expectation, list[Step]]]:
        """Yield each case with its calls."""
        if together is None:
            yield from ((one, rollout(self.exercise, one.case, call)) for one in expectations)
            return
        while expectations:
            found = rollouts(self.exercise, [one.case for one in expectations], together)
            yield from zip(expectations, found, strict=False)
            expectations = expectations[len(found) :]

    def _may_depend_on_earlier_calls(self, expectation: Expectation, steps: list[Step]) -> bool:
        """Whether a case costs something, and comes after other calls."""
        if not self.findings.trials and len(steps) == 1:
            return False
        return self._is_final(steps) or self.findings.would_lose(expectation, steps)

    def _try_remarks(self, call: Call, apart: Call | None, together: CallAll | None) -> None:
        """Try the cases that are not asked, up to the first after which there is no process left.

        Nothing is remarked of what an earlier call left: a case that fails is tried in a call apart, too.
        """
        with self._working():
            not_asked = expected_answers.not_asked(self.exercise)
            for expectation, steps in self._steps_of(not_asked, call, together):
                if apart is not None and self.findings.differs(expectation, steps):
                    steps = rollout(self.exercise, expectation.case, apart)
                self.findings.add_remark(expectation, steps)
                if (problem := steps[-1].outcome.problem) and problem.kind in FINAL_PROBLEMS:
                    break

    def _is_final(self, steps: list[Step]) -> bool:
        """Whether the last call of a case had a problem after which no further case is tried."""
        problem = steps[-1].outcome.problem
        if problem is None:
            return False
        return problem.kind in FINAL_PROBLEMS or (problem.kind in FINAL_AT_FIRST and not self.findings.trials)

    def verdict(self) -> Verdict:
        """Sum up what the cases show, with a diagnosis of what is wrong."""
        with self._working():
            found = self._undiagnosed()
            if self.diagnose and self.problem is None and not found.passed:
                explanation = self._explanation or diagnosis.explain(self.exercise, self.findings.trials)
                found.diagnosis, found.partial_diagnoses = explanation
            found.remarks = [*self._remarks(found.passed), *self._failed.values(), *self._recorded]
        found.seconds = round(self.seconds, 4)
        return found

    def _undiagnosed(self) -> Verdict:
        results = self.findings.scored(complete=self.problem is None)
        return Verdict(
            exercise=self.exercise.name,
            cases=self.cases,
            points=sum(result.points for result in results),
            max_points=self.exercise.points,
            requirements=results,
            devices=self.devices,
            seed=self.seed,
            problem=self.problem,
            sandbox=self.sandbox,
            versions=versions(self.exercise),
            largest_share=self.findings.largest_share,
        )

    def _remarks(self, passed: bool) -> list[str]:
        remarks = [self._warning_remark(passed)] if self.findings.warning else []
        if any(result.points for result in self.findings.results.values()):
            remarks += remarks_on_edges(self.exercise, self.findings, explained=self.diagnose)
        if self.findings.printed and not passed:
            remarks.append("What your function prints is not shown here: call it yourself to see it.")
        return remarks

    def _warning_remark(self, passed: bool) -> str:
        text = f"NumPy warned of {self.findings.warning}."
        if not passed:
            return text
        known = diagnosis.diagnose_warning(self.exercise, self.findings.trials) if self.diagnose else None
        return f"{text} {known.text if known else NUMBERS_OUT_OF_RANGE}"


def _on_working_devices(
    exercise: Exercise, cases: Cases, seed: int, devices: tuple[str, ...], *, all_must_work: bool
) -> tuple[Sequence[Expectation], dict[str, str]]:
    """Compute the expected answers; also returns a sentence for every device that could not compute."""
    failed: dict[str, str] = {}
    while True:
        try:
            working = tuple(device for device in devices if device not in failed)
            return _expectations(exercise, cases, seed, working), failed
        except device_list.DeviceError as error:
            if all_must_work:
                raise
            failed[error.device] = f"{error}. Your function was compared on the other devices."


def _expectations(exercise: Exercise, cases: Cases, seed: int, devices: tuple[str, ...]) -> Sequence[Expectation]:
    """Return the cases that are compared on every device: all but grading's hidden ones."""
    if cases == "hidden":
        return expected_answers.expectations_of(exercise, seed, True, devices)
    return expected_answers.public(exercise, devices)


def _final_problem(exercise: Exercise, expectation: Expectation, step: Step) -> dict[str, Any]:
    """Return, as a verdict holds it, why no further cases are tried; for a hidden case only the kind of problem."""
    assert step.outcome.problem is not None, "it is the call with the problem"
    problem, case = readable_problem(step.outcome.problem), ""
    if problem.kind in FINAL_PROBLEMS:
        if expectation.hidden:
            problem = Problem(problem.kind, HIDDEN_PROBLEMS[problem.kind])
        else:
            case = show_call(exercise.name, step.arguments)
    return {**vars(problem), "case": case}


def versions(exercise: Exercise | None = None) -> dict[str, str]:
    """Return the versions that a verdict depends on. Where PyTorch's answers were recorded, its version is that of the
    recording, and "recorded" has the date."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    if exercise is None or has_reference(exercise):
        import torch

        return {**found, "torch": torch.__version__}
    made = about(file_of(exercise))
    return {**found, "torch": made["versions"]["torch"], "recorded": made["date"]}
