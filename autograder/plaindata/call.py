"""Call a student's function on private copies of its arguments, and keep everything it did."""

from __future__ import annotations

import builtins
import contextlib
import inspect
import io
import linecache
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any, Literal

import numpy as np

from autograder.plaindata.function_arguments import as_function
from autograder.plaindata.stand_ins import no_input
from autograder.plaindata.values import NotPlain, arrays_in, duplicate, name_of, plain, same

FLOATING_POINT_WARNINGS = ("overflow", "divide by zero", "invalid value")
LONGEST_TEXT = 400
LONGEST_REPEATED_SECONDS = 1.0
ANOTHER_ANSWER = (
    "called again with the same arguments, your function gave another answer: it must depend on its arguments alone. "
    "Where random numbers are needed, they are among the arguments: draw none of your own"
)

ProblemKind = Literal["not implemented", "missing", "arguments", "exception", "type", "time", "gone"]
FINAL_PROBLEMS: tuple[ProblemKind, ...] = ("time", "gone")
"""Problems after which there is no process left to call a function in."""


@dataclass(eq=False)
class Problem:
    """Why a call gave no plain answer.

    message: a sentence, in plain text.
    line: the student's own source line, stripped, and `line_number` in its cell, where there is one.
    """

    kind: ProblemKind
    message: str
    line: str = ""
    line_number: int = 0


@dataclass(eq=False)
class Outcome:
    """What one call did: the value it returned or the problem, its arguments afterwards, its warnings.

    shared: the positions of the arguments with which the answer shares memory.
    """

    returned: Any = None
    problem: Problem | None = None
    arguments_after: list = field(default_factory=list)
    shared: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    printed: bool = False
    seconds: float = 0.0


def call(function: Callable[..., Any], arguments: list) -> Outcome:
    """Call the function with copies of the arguments, by position. Raises nothing but KeyboardInterrupt."""
    problem = _argument_problem(function, len(arguments))
    return Outcome(problem=problem) if problem else _called(function, arguments)


def _called(function: Callable[..., Any], arguments: list) -> Outcome:
    """Call a function that takes so many arguments."""
    given = duplicate(arguments)
    outcome = Outcome(arguments_after=given)
    output = _Printed()
    started = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(output), nobody_answers():
        warnings.simplefilter("always")
        with np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"):
            try:
                returned = function(*map(as_function, given))
                outcome.returned = plain(returned)
                outcome.shared = _shared(returned, given)
            except NotPlain as error:
                outcome.problem = Problem("type", f"your function returned {error}")
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                outcome.problem = _exception_problem(function, error)
    outcome.seconds = time.perf_counter() - started
    outcome.warnings = _floating_point_warnings(caught)
    outcome.printed = output.closed or output.anything
    return outcome


def _shared(returned: Any, given: list) -> list[int]:
    """Return the positions of the arguments with which an answer shares memory."""
    answers = list(arrays_in(returned))
    return [
        number
        for number, argument in enumerate(given)
        if any(np.may_share_memory(one, other) for one in arrays_in(argument) for other in answers)
    ]


def call_repeatedly(function: Callable[..., Any], arguments: list) -> Outcome:
    """Call the function as `call` does, and again with the same arguments: another answer is a problem.

    A call of more than LONGEST_REPEATED_SECONDS is not repeated.
    """
    outcome = call(function, arguments)
    if outcome.problem or outcome.seconds > LONGEST_REPEATED_SECONDS:
        return outcome
    again = _called(function, arguments)
    if again.problem or not _alike(outcome.returned, again.returned):
        return replace(outcome, returned=None, problem=Problem("type", ANOTHER_ANSWER))
    if not same(outcome.arguments_after, again.arguments_after):
        return replace(outcome, arguments_after=again.arguments_after)
    return outcome


def _alike(one: Any, other: Any) -> bool:
    """Whether two answers are the same but for rounding, which may depend on where in memory an array lies."""
    if same(one, other):
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and _close(one, other)
    return _close(one, other) if isinstance(one, float) else one == other


def _close(one: Any, other: Any) -> bool:
    return np.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True)


@contextlib.contextmanager
def nobody_answers() -> Iterator[None]:
    """While this lasts, `input()` raises, as it does while grading."""
    before, builtins.input = builtins.input, no_input
    try:
        yield
    finally:
        builtins.input = before


class _Printed(io.TextIOBase):
    """Remembers whether anything was printed, and forgets the text."""

    anything = False

    def writable(self) -> bool:
        """Return True: text can be written to it."""
        return True

    def write(self, text: str) -> int:
        """Note that something was printed."""
        self.anything = self.anything or bool(text)
        return len(text)


def _argument_problem(function: Callable[..., Any], count: int) -> Problem | None:
    if not callable(function):
        return Problem("missing", f"this is no function but an object of type {name_of(type(function))}")
    try:
        signature = inspect.signature(function)
    except Exception:
        return None
    try:
        signature.bind(*range(count))
    except TypeError:
        arguments = "1 argument" if count == 1 else f"{count} arguments"
        text = f"it is called with {arguments}, but yours is {_signature_text(function, signature)}"
        return Problem("arguments", text[:LONGEST_TEXT])
    return None


def _signature_text(function: Callable[..., Any], signature: inspect.Signature) -> str:
    try:
        return f"{getattr(function, '__name__', 'your function')}{signature}"
    except Exception:
        return "another"


def _exception_problem(function: Callable[..., Any], error: BaseException) -> Problem:
    number, line = _own_line(function, error)
    if isinstance(error, NotImplementedError):
        return Problem("not implemented", "not written yet", line, number)
    text = _text(error)
    name = name_of(type(error))
    return Problem("exception", f"{name}: {text}"[:LONGEST_TEXT] if text else name, line, number)


def _text(error: BaseException | str) -> str:
    try:
        return str.__str__(str(error))
    except BaseException:
        return ""


def _own_line(function: Callable[..., Any], error: BaseException) -> tuple[int, str]:
    """Return the last line of the traceback that belongs to the function's cell, with its number."""
    file, number, trace = _file_of(function), 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            number = trace.tb_lineno
        trace = trace.tb_next
    return number, _line(file, number)


def line_of_frame(function: Any, frame: FrameType | None) -> tuple[int, str]:
    """Return the line of the function's cell that a frame, or one that called it, is at, with its number."""
    file = _file_of(function)
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    number = frame.f_lineno if frame else 0
    return number, _line(file, number)


def _file_of(function: Any) -> str:
    try:
        return inspect.unwrap(function).__code__.co_filename
    except Exception:
        return ""


def _line(file: str, number: int) -> str:
    return linecache.getline(file, number).strip()[:LONGEST_TEXT] if number else ""


def _floating_point_warnings(caught: list) -> list[str]:
    messages = []
    for warning in caught:
        if warning.category is not RuntimeWarning:
            continue
        message = _text(warning.message)[:LONGEST_TEXT]
        if message.startswith(FLOATING_POINT_WARNINGS) and message not in messages:
            messages.append(message)
    return messages[:5]
