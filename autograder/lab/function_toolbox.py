"""The student's own functions, collected from the notebooks of the course; correct ones where their own are missing.

The notebooks are read, never written. What stands in their solution cells runs with NumPy alone, is judged on the
public cases, and is used where it passes. A function that is given instead is the catalogue's PyTorch reference in
NumPy's clothes: arrays in, arrays out.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import inspect
import io
import signal
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import grading_of, read, solution_cells, text_of
from autograder.exercises import catalogue
from autograder.exercises.model import Exercise
from autograder.exercises.recorded import has_reference, pytorch_is_here
from autograder.judge import judge
from autograder.judge.expectations import from_tensor, to_tensor
from autograder.lab.experiment import offered
from autograder.plaindata.call import call

HERE = "5_capstone/1_train_a_deep_network"
NEEDED = (
    "dense_forward",
    "dense_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "glorot_normal",
    "he_normal",
    "sigmoid",
    "sigmoid_backward",
    "relu",
    "relu_backward",
    "elu",
    "elu_backward",
    "batch_norm_train",
    "batch_norm_evaluate",
    "batch_norm_backward",
    "clip_by_global_norm",
    "gradient_descent_step",
    "momentum_step",
    "adam_step",
    "one_cycle_schedule",
    "l2_gradient",
    "dropout",
    "dropout_backward",
)
"""What the deep network is put together from, in the order of the course."""
SECONDS = 10
"""How long the cell of a function, or its judging, may take."""


class NoSuchExercise(ValueError):
    """A name that no exercise of the course has. The message is a sentence for a student, shown without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"NoSuchExercise: {self}"]


class TimeIsUp(KeyboardInterrupt):
    """A student's code takes too long. Not an `Exception`, so that their own `except` does not stop it."""


@dataclass(frozen=True)
class Tool:
    """One function of the toolbox.

    own: whether it is the student's. why: in a few words, why it is, or why it is not. source: where theirs stands.
    """

    name: str
    function: Callable[..., Any]
    own: bool
    why: str
    source: str


class Toolbox:
    """Functions by name: `tools.elu(z)` or `tools["elu"](z)`."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self.runs: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name not in self._tools:
            raise NoSuchExercise(f"The toolbox has no {name!r}; it has {', '.join(self._tools)}.")
        return self._tools[name].function

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._tools:
            raise AttributeError(f"the toolbox has no {name!r}; it has {', '.join(self._tools)}")
        return self._tools[name].function

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def with_function(self, name: str, function: Callable[..., Any]) -> Toolbox:
        """The same toolbox with one function exchanged, and without the runs so far."""
        exercise_called(name)
        changed = Tool(name, function, True, "exchanged", "")
        return Toolbox({**self._tools, name: changed}.values())

    def table(self) -> str:
        """A line for each function: its name, where the student's stands, whose is used and why."""
        rows = [(tool.name, tool.source, "yours" if tool.own else "given", tool.why) for tool in self]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, [*widths, 0], strict=True)) for row in rows]
        own = sum(tool.own for tool in self)
        return "\n".join(line.rstrip() for line in [*lines, "", f"{own} of {len(rows)} functions are yours."])


@offered
def toolbox(
    *functions: Callable[..., Any],
    force: Iterable[str | Callable[..., Any]] | Mapping[str, Callable[..., Any]] = (),
    folder: str | Path | None = None,
) -> Toolbox:
    """Collect the functions of the deep network: yours where they pass the public cases, given ones elsewhere.

    functions: those that you wrote in this notebook, as they are now.
    force: names of functions of yours that are used although they do not pass, or functions of yours themselves, or a
        dict from the name of an exercise to a function.
    folder: that of the course, with a folder for each chapter; found by itself where it is not given.

    Prints whose is used, and why. Raises NoSuchExercise for a name that the course does not have.
    """
    _load_pytorch()
    here = {_name_of(function): function for function in functions}
    forced = _forced(force)
    for name in (*NEEDED, *here, *forced):
        exercise_called(name)
    shelf = _Shelf(_places(folder))
    names = dict.fromkeys([*NEEDED, *here, *forced])
    found = Toolbox(_tool(exercise_called(name), here, forced, shelf) for name in names)
    print(found.table())
    return found


@offered
def given(name: str) -> Callable[..., Any]:
    """A correct function for an exercise of the course: PyTorch's, with arrays in and arrays out.

    Raises NoSuchExercise for a name that the course does not have, or that has no such function.
    """
    exercise = exercise_called(name)
    if not pytorch_is_here():
        return _given_by_numpy(name)
    if not has_reference(exercise):
        raise NoSuchExercise(f"{name} is not given: PyTorch has no function of its own that computes it.")
    signature = inspect.signature(exercise.reference)

    def function(*arguments: Any, **named: Any) -> Any:
        given_arguments = signature.bind(*arguments, **named).arguments if named else _by_name(signature, arguments)
        tensors = {key: _as_tensor(value) for key, value in given_arguments.items()}
        with one_thread():
            return from_tensor(exercise.reference(**tensors))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{exercise.summary}. Given: computed by {exercise.pytorch}."
    function.__signature__ = signature  # type: ignore[attr-defined]  # any function can have one
    return function


def _given_by_numpy(name: str) -> Callable[..., Any]:
    """The course's solution, where PyTorch is not."""
    try:
        from autograder.lab.in_numpy import solution

        return solution(name)
    except (ImportError, KeyError):
        raise NoSuchExercise(f"{name} is not given: PyTorch would compute it, which is not here.") from None


def _by_name(signature: inspect.Signature, arguments: tuple) -> dict[str, Any]:
    """Arguments by position as arguments by name. Raises TypeError for too few or too many of them."""
    found = dict(zip(signature.parameters, arguments, strict=False))
    required = sum(parameter.default is inspect.Parameter.empty for parameter in signature.parameters.values())
    if not required <= len(arguments) <= len(signature.parameters):
        signature.bind(*arguments)
    return found


def _as_tensor(value: Any) -> Any:
    """`to_tensor` on the CPU, by a shorter way for arrays of floats."""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        import torch

        return torch.from_numpy(np.array(value, order="C"))
    return to_tensor(value, "cpu")


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch on one thread: for arrays as small as these, several are slower."""
    if not pytorch_is_here():
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def exercise_called(name: str) -> Exercise:
    """The catalogue's entry. Raises NoSuchExercise, with the nearest name there is."""
    exercises = catalogue()
    if name in exercises:
        return exercises[name]
    near = difflib.get_close_matches(str(name), exercises, n=1)
    raise NoSuchExercise(
        f"The course has no exercise called {name!r}." + (f" Did you mean {near[0]!r}?" if near else "")
    )


def _load_pytorch() -> None:
    """Import PyTorch with its optimizers before the time of a function is limited: an import cut off stays broken."""
    import torch

    torch.optim.Adam([torch.zeros(1)])


def _name_of(function: Any) -> str:
    if not callable(function):
        raise NoSuchExercise(f"The toolbox takes functions, without quotes or parentheses, not {function!r}.")
    return getattr(function, "__name__", type(function).__name__)


def _forced(force: Any) -> dict[str, Callable[..., Any] | None]:
    """Name -> the function to use, or None for the student's own, wherever it stands."""
    if isinstance(force, Mapping):
        return dict(force)
    items = [force] if isinstance(force, str) or callable(force) else force
    return {item: None for item in items if isinstance(item, str)} | {
        _name_of(item): item for item in items if not isinstance(item, str)
    }


def _tool(
    exercise: Exercise, here: dict[str, Callable[..., Any]], forced: dict[str, Callable[..., Any] | None], shelf: _Shelf
) -> Tool:
    """The student's function, or the one that is given."""
    name, in_sight = exercise.name, forced.get(exercise.name) or here.get(exercise.name)
    source = "this notebook" if in_sight or exercise.notebook == HERE else exercise.notebook
    function, why = (in_sight, "") if in_sight else shelf.function(exercise)
    if function is not None:
        why = _shortcoming(exercise, function)
        if not why or name in forced:
            return Tool(name, function, True, f"forced, though {why}" if why else "passes", source)
    return Tool(name, given(name), False, why, source)


def _shortcoming(exercise: Exercise, function: Callable[..., Any]) -> str:
    """Why a function does not pass the public cases; empty where it does."""
    try:
        with _limited(SECONDS):
            verdict = judge(exercise, functools.partial(call, function), devices=("cpu",))
    except TimeIsUp:
        return f"no answer within {SECONDS} s"
    if verdict.problem:
        return verdict.problem["message"]
    failed = [requirement.name for requirement in verdict.requirements if requirement.counterexample]
    return f"not yet right: {', '.join(failed)}" if failed else ""


# ---------------------------------------------------------------- the notebooks


def _places(folder: str | Path | None) -> list[Path]:
    """Where the chapters may lie: the folder that is named, or the one above this notebook's, or this one."""
    return [Path(folder).expanduser()] if folder is not None else [Path.cwd().parent, Path.cwd()]


class _Shelf:
    """The student's notebooks. places: folders in which the chapters' folders, or the notebooks themselves, may lie."""

    def __init__(self, places: list[Path]) -> None:
        self.places = places
        self._read: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}

    def function(self, exercise: Exercise) -> tuple[Callable[..., Any] | None, str]:
        """The student's function for a kernel; or None, and why there is none."""
        if exercise.notebook not in self._read:
            self._read[exercise.notebook] = self._run(exercise.notebook)
        defined, problems = self._read[exercise.notebook]
        if exercise.name in problems or "" in problems:
            return None, problems.get(exercise.name) or problems[""]
        found = defined.get(exercise.name)
        return (found, "") if found is not None else (None, "its cell does not define it")

    def _path(self, notebook: str) -> Path | None:
        """The file of "<chapter>/<section>", in the folder of its chapter or beside this notebook."""
        names = [f"{notebook}.ipynb", f"{notebook.split('/')[-1]}.ipynb"]
        return next((place / name for name in names for place in self.places if (place / name).is_file()), None)

    def _run(self, notebook: str) -> tuple[dict[str, Any], dict[str, str]]:
        """What the solution cells of a notebook define, and by name (or "" for all) what keeps them from doing so."""
        path = self._path(notebook)
        if path is None:
            return {}, {"": "no such notebook here"}
        try:
            cells = {str(grading_of(cell).get("grade_id")): text_of(cell) for cell in solution_cells(read(path))}
        except Exception:
            return {}, {"": "the notebook cannot be read"}
        exercises = [exercise.name for exercise in catalogue().values() if exercise.notebook == notebook]
        problems = {name: "its cell is not in the notebook" for name in exercises if name not in cells}
        namespace: dict[str, Any] = {"np": np, "__name__": "__main__"}
        for name in exercises:
            if name in cells and (problem := _run_cell(cells[name], f"{notebook}, {name}", namespace)):
                problems[name] = problem
        return {name: namespace.get(name) for name in exercises}, problems


def _run_cell(source: str, name: str, namespace: dict[str, Any]) -> str:
    """Run a cell; what it prints is dropped. Returns what went wrong, in a few words."""
    try:
        with _limited(SECONDS), _silence():
            exec(compile(source, name, "exec"), namespace)
    except TimeIsUp:
        return f"its cell did not end within {SECONDS} s"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return f"its cell does not run: {type(error).__name__}"
    return ""


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in here after some time, where the system has such an alarm."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
