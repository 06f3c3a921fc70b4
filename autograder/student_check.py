"""`check`: what a student runs in the notebook after writing a kernel."""

from __future__ import annotations

import contextlib
import difflib
import secrets
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from autograder import student_progress
from autograder.as_in_grading import Notebook, Rehearsal, notebook_of, outdated, read_settings, remember_cells
from autograder.exercises import catalogue
from autograder.exercises.model import Exercise
from autograder.exercises.recorded import pytorch_is_here, recording_of
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge import Verdict, judge
from autograder.judge.cupy_trial import try_on_cupy
from autograder.judge.devices import DeviceError
from autograder.judge.expectations import expectations_of, public
from autograder.judge.repair import find_repair
from autograder.judge.repair.own_code import code_of
from autograder.judge.report import as_html, as_text
from autograder.judge.verdict import Cases, Repair
from autograder.plaindata.ending import is_one_still_running
from autograder.plaindata.notebook_shell import current_shell
from autograder.plaindata.stand_ins import NOT_AVAILABLE


class NotYet(AssertionError):
    """A kernel does not pass its check. The report stands above; the traceback is this one line."""

    def _render_traceback_(self) -> list[str]:
        return [f"NotYet: {self}"]


remember_cells()


def check(
    function: Callable[..., Any],
    *,
    exercise: str | None = None,
    cases: Cases = "public",
    devices: str | None = None,
    hint: int = 1,
) -> None:
    """Compare a function of yours with PyTorch and show the report.

    function: your function. Its name says which exercise it is, unless `exercise` does.
    cases: "public", the cases you can read about in the report, or "hidden", more of them with other random numbers,
        as in grading.
    devices: where PyTorch computes, such as "cpu" or "cpu,cuda"; the CPU and every accelerator there is if None.
    hint: where a small change of your code is enough, how much is said of it: 1, the line and what to change; 2, where
        in the line; 3, what stands there then.

    Your function is called as grading calls it: without packages that are not there then, and with as much time.
    Where CuPy and a CUDA device are, a function that passes is tried on the GPU, too. That costs no points.

    Raises NotYet where something is still to be done.
    """
    notebook = notebook_of(function)
    found = _find(function, exercise, notebook)
    _announce_loading()
    seed = PUBLIC_SEED if cases == "public" else secrets.randbelow(2**31)
    where = None if devices is None else tuple(name.strip() for name in devices.split(","))
    rehearsal = Rehearsal(function, notebook, read_settings())
    try:
        with rehearsal.as_in_grading():
            verdict = judge(found, rehearsal.call, cases=cases, seed=seed, devices=where)
            if cases == "hidden" and recording_of(found):
                _explain_by_public_cases(verdict, found, rehearsal)
    except (ValueError, DeviceError) as error:
        raise NotYet(f"{found.name} was not checked: {error}") from None
    except KeyboardInterrupt:
        raise NotYet(f"{found.name} was not checked: you stopped it") from None
    if verdict.passed:
        verdict.remarks += [f"{reason}. This function does without." for reason in rehearsal.refused]
    if verdict.passed and cases == "public":
        with contextlib.suppress(KeyboardInterrupt), rehearsal.nothing_kept():
            verdict.cupy_trial = try_on_cupy(found, function)
    if not verdict.passed and verdict.problem is None and cases == "public":
        with contextlib.suppress(KeyboardInterrupt, Exception), rehearsal.as_in_grading(), rehearsal.nothing_kept():
            verdict.repair = _repair(found, function, hint)
    show(verdict)
    if cases == "public":
        student_progress.remember(verdict)
    if not verdict.passed:
        raise NotYet(_one_line(verdict)) from None
    if told := student_progress.whats_next(verdict.exercise):
        print(told)


def _repair(exercise: Exercise, function: Callable[..., Any], hint: int) -> Repair | None:
    """Look for a small change of the function's code after which it passes."""
    code = code_of(function)
    if code is None or function.__name__ != exercise.name:
        return None
    cases, further = public(exercise, ("cpu",)), partial(expectations_of, exercise, PUBLIC_SEED + 1, True, ("cpu",))
    return find_repair(
        exercise, code.source, code.namespace, cases, further=further, first_line=code.first_line, hint=hint
    )


def _find(function: Callable[..., Any], name: str | None, notebook: Notebook) -> Exercise:
    if not callable(function):
        raise NotYet("check takes the function itself, without quotes or parentheses: check(elu)")
    exercises = catalogue()
    name = name or _name_of(function, notebook)
    if name not in exercises:
        near = difflib.get_close_matches(name, exercises, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise NotYet(
            f"there is no exercise called {name!r}.{hint} Give your function the name of its exercise, by which "
            "grading looks it up"
        )
    if notebook.is_known:
        _expect_that_grading_finds(name, function, notebook)
    return exercises[name]


def _name_of(function: Callable[..., Any], notebook: Notebook) -> str:
    """Return the name by which grading finds a function: that of an exercise which the notebook has given it, else its
    own."""
    own = getattr(function, "__name__", None)
    own = own if isinstance(own, str) and own else type(function).__name__
    given = [name for name in catalogue() if notebook.is_known and notebook.names.get(name) is function]
    return own if own in given or not given else given[0]


def _expect_that_grading_finds(name: str, function: Callable[..., Any], notebook: Notebook) -> None:
    """Raise NotYet where a function's name is not the one that grading looks up."""
    if name not in notebook.names:
        raise NotYet(f"there is no function called {name}: give yours that name, by which grading looks it up")
    if notebook.names[name] is not function:
        raise NotYet(
            f"the function called {name} is another one, and it is the one that grading looks up: check({name})"
        )
    if name in outdated(notebook):
        raise NotYet(
            f"there is no function called {name} any more: the cell that defined it has been changed since. Give your "
            "function that name, by which grading looks it up"
        )


def _explain_by_public_cases(verdict: Verdict, exercise: Exercise, rehearsal: Rehearsal) -> None:
    """Name the known mistake that gives the same numbers in the public cases and fails as the hidden ones did: what
    mistakes give in others was not recorded."""
    shown = judge(exercise, rehearsal.call, devices=("cpu",))
    known = shown.diagnosis is not None and shown.diagnosis.kind == "mistake"
    if known and _failed(shown) == _failed(verdict):
        verdict.diagnosis, verdict.partial_diagnoses = shown.diagnosis, []


def _failed(verdict: Verdict) -> list[str]:
    return [requirement.name for requirement in verdict.requirements if requirement.counterexample]


def _announce_loading() -> None:
    if pytorch_is_here() and "torch" not in sys.modules:
        print("Loading PyTorch, once: a few seconds ...", flush=True)


def show(verdict: Verdict) -> None:
    """Show a verdict: as HTML in a notebook, as text elsewhere."""
    if current_shell() is not None:
        data = {"text/plain": as_text(verdict), "text/html": as_html(verdict)}
        sys.modules["IPython"].display.display(data, raw=True)
    else:
        print(as_text(verdict))


def _one_line(verdict: Verdict) -> str:
    if verdict.problem:
        runs_on = verdict.problem["kind"] == "time" and is_one_still_running()
        advice = "; it cannot be ended: restart the kernel" if runs_on else ""
        return f"{verdict.exercise}: {verdict.problem['message']}{advice}"
    counterexamples = [found for requirement in verdict.requirements if (found := requirement.counterexample)]
    for found in counterexamples:
        if NOT_AVAILABLE in found.difference.message:
            return f"{verdict.exercise}: {found.difference.message.partition(': ')[2]}"
    return f"{verdict.exercise}: not yet right: {', '.join(_failed(verdict))}"
