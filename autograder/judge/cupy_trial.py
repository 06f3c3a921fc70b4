"""Try the student's own function on the GPU, unchanged: NumPy's functions follow CuPy's arrays there.

This needs CuPy and a CUDA device. It informs and never costs points: whatever goes wrong here becomes a sentence.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import time
import warnings
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np

from autograder.exercises.model import Case, Exercise
from autograder.judge import devices as device_list
from autograder.judge import expectations as expected_answers
from autograder.judge.comparison import compare
from autograder.judge.cpu_arrays import explain_left_on_cpu, explain_mixed, own_frame
from autograder.judge.formatting import readable
from autograder.judge.rollout import rollout
from autograder.judge.verdict import CupyTrial
from autograder.plaindata.call import Outcome, Problem
from autograder.plaindata.named_functions import as_function
from autograder.plaindata.values import NotPlain, arrays_in, plain

CASES_OF_EACH, MOST_CASES = 2, 12
"""How many cases of a requirement and in all are tried."""
TRIAL_SECONDS = 3.0
"""Seconds after which no further case is begun."""

MIXING = ("Implicit conversion to a NumPy array", "numpy.ndarray")
"""Parts of the messages with which CuPy refuses NumPy's arrays."""
UNKNOWN = ("no implementation found for 'numpy", "returned NotImplemented from __array_ufunc__")
"""Parts of the messages with which NumPy says that CuPy does not have a function."""


def try_on_cupy(exercise: Exercise, function: Callable[..., Any], device: str = "cuda") -> CupyTrial | None:
    """Try a function that has passed its public cases on CuPy arrays, against PyTorch on the same GPU.

    device: where the reference computes.
    Returns None where there is no CuPy or no CUDA device, or where the kernel takes no arrays. Raises nothing but
    KeyboardInterrupt.
    """
    try:
        if not _is_installed() or device not in device_list.present():
            return None
        cupy, problem = _cupy()
        return _Trial(exercise, function, cupy, device).run() if cupy else CupyTrial("unavailable", problem)
    except Exception as error:
        return CupyTrial("unavailable", f"The GPU could not be tried: {_in_a_line(error)}.")


def _is_installed() -> bool:
    return importlib.util.find_spec("cupy") is not None


@cache
def _cupy() -> tuple[Any, str]:
    """Return CuPy once it has added two numbers; or None, and a sentence that says why not."""
    does_not = "CuPy is installed but does not work here"
    try:
        import cupy

        if not cupy.cuda.runtime.getDeviceCount():
            return None, f"{does_not}: it finds no GPU."
        (two,) = (cupy.asarray(np.ones(1)) + 1).get()
    except Exception as error:
        return None, f"{does_not}: {_in_a_line(error)}."
    return (cupy, "") if two == 2 else (None, f"{does_not}: 1 + 1 is {two:g} there.")


class _Trial:
    """The trial of one function on the GPU, case by case."""

    def __init__(self, exercise: Exercise, function: Callable[..., Any], cupy: Any, device: str) -> None:
        self.exercise, self.function, self.cupy, self.device = exercise, function, cupy, device
        self.error: BaseException | None = None
        self.stayed = ""

    def run(self) -> CupyTrial | None:
        """Try some cases, up to the first that does not pass."""
        tried, started = 0, time.perf_counter()
        for case in _some_cases(self.exercise):
            if tried and time.perf_counter() - started > TRIAL_SECONDS:
                break
            found = self._try(case)
            if found is not None:
                return found
            tried += 1
        if not tried:
            return None
        if self.stayed:
            return CupyTrial("mixes", f"It runs on the GPU, but what it returns is a NumPy array. {self.stayed}", tried)
        number = "1 case agrees" if tried == 1 else f"{tried} cases agree"
        version = getattr(self.cupy, "__version__", "")
        text = f"The same function, unchanged, also runs there (CuPy {version}): {number} with PyTorch."
        return CupyTrial("passed", text, tried)

    def _try(self, case: Case) -> CupyTrial | None:
        """Try a case; None where it passes."""
        expected = expected_answers.reference(self.exercise, case, self.device)
        steps = rollout(self.exercise, case, self._call)
        last = steps[-1].outcome
        if last.problem:
            return self._stopped(case, last.problem)
        computation = case.computation or self.exercise.computation
        for step, answer in zip(steps, expected, strict=False):
            difference = compare(
                step.outcome.returned,
                answer,
                computation=computation,
                device=self.device,
                outputs=self.exercise.outputs,
            ).difference
            if difference:
                return CupyTrial(
                    "differs", f"It runs on the GPU, but not with the same result: {_differs(difference, case)}"
                )
        return None

    def _call(self, arguments: list) -> Outcome:
        """Call the function with every array on the GPU, and bring its answer back."""
        outcome, self.error = Outcome(), None
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            given = [as_function(to_gpu(value, self.cupy)) for value in arguments]
            try:
                returned = self.function(*given)
                outcome.returned = plain(from_gpu(returned, self.cupy))
            except KeyboardInterrupt:
                raise
            except NotPlain as error:
                outcome.problem = Problem("type", f"it returned {error}")
            except BaseException as error:
                self.error = error
                outcome.problem = Problem("exception", _in_a_line(error))
            else:
                if not self.stayed and any(True for _ in arrays_in(_as_it_is(returned))):
                    self.stayed = (
                        explain_left_on_cpu(self.function, self._by_name(given), self._is_there) or "It is on the CPU."
                    )
        return outcome

    def _by_name(self, given: list) -> dict[str, Any]:
        try:
            return dict(inspect.signature(self.function).bind(*given).arguments)
        except (TypeError, ValueError):
            return {}

    def _is_there(self, value: Any) -> bool:
        return isinstance(value, self.cupy.ndarray)

    def _stopped(self, case: Case, problem: Problem) -> CupyTrial:
        """Say why the function did not return."""
        error = self.error
        if error is None:
            return CupyTrial("stopped", f"It runs on the GPU, but {problem.message}.")
        if type(error).__module__.split(".")[0] in ("cupy", "cupy_backends") or isinstance(error, MemoryError):
            return CupyTrial("unavailable", f"The GPU, not your function, stopped: {problem.message}.")
        text, (_, number) = str(error), own_frame(self.function, error)
        at = f" in line {number}" if number else ""
        if any(part in text for part in MIXING):
            advice = explain_mixed(self.function, error, self._is_there)
            at = "" if advice.startswith(f"Line {number}:") else at
            return CupyTrial("mixes", f"It mixes arrays on the GPU with NumPy arrays{at}. {advice}".strip())
        if any(part in text for part in UNKNOWN):
            return CupyTrial("stopped", f"It uses a function of NumPy that CuPy does not have{at}: {problem.message}.")
        text = f"It stops{at} on the GPU, in the case “{case.name}”: {problem.message}."
        return CupyTrial("stopped", f"{text} CuPy cannot do all that NumPy can.")


def to_gpu(value: Any, cupy: Any) -> Any:
    """Copy plain data with every array to the GPU."""
    if isinstance(value, np.ndarray):
        return cupy.asarray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(to_gpu(item, cupy) for item in value)
    if isinstance(value, dict):
        return {key: to_gpu(item, cupy) for key, item in value.items()}
    return value


def from_gpu(value: Any, cupy: Any) -> Any:
    """Bring every array back from the GPU, and leave everything else as it is."""
    if isinstance(value, cupy.ndarray):
        return value.get()
    if type(value) in (list, tuple):
        return type(value)(from_gpu(item, cupy) for item in value)
    if type(value) is dict:
        return {key: from_gpu(item, cupy) for key, item in value.items()}
    return value


def _as_it_is(value: Any) -> Any:
    """Return the parts of a value that may hold NumPy arrays, but single numbers, which may be on the CPU."""
    if isinstance(value, np.ndarray):
        return value if value.ndim else None
    if type(value) in (list, tuple):
        return [_as_it_is(item) for item in value]
    return [_as_it_is(item) for item in value.values()] if type(value) is dict else None


def _some_cases(exercise: Exercise) -> Iterable[Case]:
    """Return the first, smallest cases of each requirement among those that have an array at all."""
    taken: dict[str, int] = {}
    found = []
    for expectation in expected_answers.public(exercise, device_list.present()):
        taken[expectation.requirement] = taken.get(expectation.requirement, 0) + 1
        if taken[expectation.requirement] <= CASES_OF_EACH and any(True for _ in arrays_in(expectation.case.arguments)):
            found.append(expectation.case)
    return found[:MOST_CASES]


def _differs(difference: Any, case: Case) -> str:
    return (
        f"in the case “{case.name}” {difference.message}. On the CPU it passes: CuPy differs from NumPy where several "
        "numbers are written to one place, where an index lies outside, and in the dtype of some results."
    )


def _in_a_line(error: BaseException) -> str:
    """Return an exception's name and the first line of its text."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip(" =")]
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return readable(text[:200]).rstrip(".")
