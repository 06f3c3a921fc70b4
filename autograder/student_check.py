"""`check`: what a student runs in the notebook after writing a kernel."""

from __future__ import annotations

import difflib
import functools
import secrets
import sys
from collections.abc import Callable
from typing import Any

from autograder.exercises import catalogue
from autograder.exercises.model import Exercise
from autograder.exercises.recorded import recording_of
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import Verdict, judge
from autograder.judge.cupy_trial import try_on_cupy
from autograder.judge.devices import DeviceError
from autograder.judge.report import as_html, as_text
from autograder.judge.verdict import Cases
from autograder.plaindata.call import call


class NotYet(AssertionError):
    """A kernel does not pass its check. The report stands above; the traceback is this one line."""

    def _render_traceback_(self) -> list[str]:
        return [f"NotYet: {self}"]


def check(
    function: Callable[..., Any], *, exercise: str | None = None, cases: Cases = "public", devices: str | None = None
) -> None:
    """Compare a function of yours with PyTorch and show the report.

    function: your function. Its name says which exercise it is, unless `exercise` does.
    cases: "public", the cases you can read about in the report, or "hidden", more of them with other random numbers,
        as in grading.
    devices: where PyTorch computes, such as "cpu" or "cpu,cuda"; the CPU and every accelerator there is if None.

    Where CuPy and a CUDA device are, a function that passes is tried on the GPU, too. That costs no points.

    Raises NotYet where something is still to be done.
    """
    found = _find(function, exercise)
    _announce_loading()
    seed = PUBLIC_SEED if cases == "public" else secrets.randbelow(2**31)
    where = None if devices is None else tuple(name.strip() for name in devices.split(","))
    try:
        verdict = judge(found, functools.partial(call, function), cases=cases, seed=seed, devices=where)
    except (ValueError, DeviceError) as error:
        raise NotYet(f"{found.name} was not checked: {error}") from None
    if cases == "hidden" and recording_of(found):
        _explain_by_public_cases(verdict, found, function)
    if verdict.passed and cases == "public":
        verdict.cupy_trial = try_on_cupy(found, function)
    show(verdict)
    if not verdict.passed:
        raise NotYet(_one_line(verdict)) from None


def _find(function: Callable[..., Any], name: str | None) -> Exercise:
    if not callable(function):
        raise NotYet("check takes the function itself, without quotes or parentheses: check(elu)")
    name = name or getattr(function, "__name__", None)
    if not (isinstance(name, str) and name):
        name = type(function).__name__
    exercises = catalogue()
    if name in exercises:
        return exercises[name]
    near = difflib.get_close_matches(name, exercises, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise NotYet(f"there is no exercise called {name!r}.{hint} Give its name: check(my_function, exercise='elu')")


def _explain_by_public_cases(verdict: Verdict, exercise: Exercise, function: Callable[..., Any]) -> None:
    """Name the known mistake that gives the same numbers in the public cases and fails as the hidden ones did: what
    mistakes give in others was not recorded."""
    public = judge(exercise, functools.partial(call, function), devices=("cpu",))
    known = public.diagnosis is not None and public.diagnosis.kind == "mistake"
    if known and _failed(public) == _failed(verdict):
        verdict.diagnosis, verdict.partial_diagnoses = public.diagnosis, []


def _failed(verdict: Verdict) -> list[str]:
    return [requirement.name for requirement in verdict.requirements if requirement.counterexample]


def _announce_loading() -> None:
    if "torch" not in sys.modules:
        print("Loading PyTorch, once: a few seconds ...", flush=True)


def show(verdict: Verdict) -> None:
    """Show a verdict: as HTML in a notebook, as text elsewhere."""
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        data = {"text/plain": as_text(verdict), "text/html": as_html(verdict)}
        sys.modules["IPython"].display.display(data, raw=True)
    else:
        print(as_text(verdict))


def _one_line(verdict: Verdict) -> str:
    if verdict.problem:
        return f"{verdict.exercise}: {verdict.problem['message']}"
    return f"{verdict.exercise}: not yet right: {', '.join(_failed(verdict))}"
