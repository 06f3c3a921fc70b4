"""The judge's side of the pipe: one process for one submission, with deadlines in both directions."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autograder.plaindata.call import FINAL_PROBLEMS, LONGEST_TEXT, Outcome, Problem, ProblemKind
from autograder.plaindata.function_arguments import with_formulas
from autograder.plaindata.named_functions import FORMULAS
from autograder.plaindata.values import NotPlain, extent, plain
from autograder.sandbox.confinement import Confinement, RunningWorker
from autograder.sandbox.limits import Limits
from autograder.sandbox.watchdog import Watch
from autograder.sandbox.wire import LARGEST_BODY_BYTES, WireError, encode, read_frame
from autograder.sandbox.worker import FORKS, HELD_SECONDS, LONGEST_ERROR_CHARACTERS, LONGEST_OUTPUT_CHARACTERS

READY = b"ready"
GRACE_SECONDS = 2.0
"""How long the worker has to end a call that takes too long, before the worker itself is ended."""
LARGEST_PART_BYTES = 1 << 16
"""How much is read, or written, at a time."""
MOST_TOGETHER = 100
"""How many calls are asked for, at most, before the first answer is read."""
MOST_HELD_NUMBERS = 1_000_000
"""How many numbers the answers to requests that were sent together hold before they are looked at."""
WROTE_ITSELF = "it wrote to the judge's channel itself"


@dataclass
class CellOutcome:
    """What came of running a cell. error: a sentence or None; value: of its last expression, where that is a number."""

    error: str | None = None
    line: int = 0
    value: float | None = None
    printed: str = ""
    ended: bool = False


class _Gone(Exception):
    """The process ended, or was ended. kind: "time" where it took too long."""

    def __init__(self, kind: Literal["time", "gone"], message: str) -> None:
        super().__init__(message)
        self.kind = kind


class CannotStart(OSError):
    """A submission's process did not start, which says nothing about the submission. The message says why."""


class StudentProcess:
    """Runs the cells of one submission in order and calls its functions.

    Cells share one process. Calls leave nothing behind (on Linux): each has a copy of that process, or those made
    within `one_copy` have one together. When the process ends before its time (an endless loop in a cell, os._exit, too
    much memory), it is started again and the cells run so far are run again, except the one that ended it: the rest of
    the submission is still judged.

    end: on the clock of `time.monotonic`; the limit on a submission from now on, unless it is given.

    Use it as a context manager: leaving it ends every process and removes every file, whatever happened.
    """

    def __init__(self, confinement: Confinement, limits: Limits | None = None, end: float | None = None) -> None:
        self.confinement = confinement
        self.limits = limits or Limits()
        self._deadline = time.monotonic() + self.limits.submission_seconds if end is None else end
        self._running: RunningWorker | None = None
        self._watch: Watch | None = None
        self._ran: list[tuple[str, str]] = []
        self.outcomes: list[tuple[str, str, CellOutcome]] = []
        self._number = 0
        self._copy: int | None = None
        self._together = False
        self._received = bytearray()

    def __enter__(self) -> StudentProcess:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def run(self, name: str, source: str) -> CellOutcome:
        """Run a cell, as a notebook has it. name: what error messages call it ("cell 7"). It is kept in `outcomes`.

        Raises CannotStart, as every call does, where there is no process yet and none starts.
        """
        try:
            answer = self._ask({"do": "run", "name": name, "source": source}, self.limits.cell_seconds)
            self._ran.append((name, source))
            outcome = _cell_outcome(answer)
        except _Gone as gone:
            outcome = CellOutcome(error=f"{gone}; the cell was left out", ended=True)
        self.outcomes.append((name, source, outcome))
        return outcome

    @contextlib.contextmanager
    def one_copy(self) -> Iterator[None]:
        """While this lasts, calls are made in one copy of the process. What one of them changes, the next ones find."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
            self._close_copy()

    def call(self, function: str, arguments: list) -> Outcome:
        """Call one of the student's functions by name, by position."""
        seconds = max(0.0, min(self.limits.call_seconds, self._deadline - time.monotonic()))
        given = with_formulas(arguments, FORMULAS)
        request = {"do": "call", "function": function, "arguments": given, "seconds": seconds, "more": False}
        try:
            self._open_copy()
            answer = self._ask(request, self.limits.call_seconds, GRACE_SECONDS)
            outcome = self._in_time(_outcome(answer))
        except _Gone as gone:
            outcome = Outcome(problem=Problem(gone.kind, str(gone)))
        if not self._together or (outcome.problem and outcome.problem.kind in FINAL_PROBLEMS):
            self._close_copy()
        return outcome

    def call_all(self, function: str, calls: Sequence[list]) -> list[Outcome]:
        """Call a function with one list of arguments after the other. Requests and answers travel together.

        Returns the outcomes of the first calls, one at least: up to one that ended the process, or to where the answers
        have become so large that they should be looked at first.
        """
        if not FORKS:
            return [self.call(function, calls[0])]
        outcomes: list[Outcome] = []
        held = 0
        while len(outcomes) < len(calls):
            found = self._call_together(function, calls[len(outcomes) :])
            found = found or [self.call(function, calls[len(outcomes)])]
            outcomes += found
            held += sum(map(_size, found))
            last = outcomes[-1].problem
            if (last and last.kind in FINAL_PROBLEMS) or held > MOST_HELD_NUMBERS:
                break
        return outcomes

    def _call_together(self, function: str, calls: Sequence[list]) -> list[Outcome]:
        """Make some of the first calls. Returns fewer outcomes than there are, none perhaps, where the copy ended in a
        call that did not say so itself: which one it was is for calls one by one to show."""
        seconds = max(0.0, min(self.limits.call_seconds, self._deadline - time.monotonic()))
        outcomes: list[Outcome] = []
        held = 0
        try:
            self._open_copy()
            for number in self._send_calls(function, calls, seconds):
                deadline = min(time.monotonic() + self.limits.call_seconds + HELD_SECONDS, self._deadline)
                answer = self._answer_to(number, deadline + GRACE_SECONDS, self.limits.call_seconds)
                outcomes.append(self._in_time(_outcome(answer)))
                problem = outcomes[-1].problem
                if problem and problem.kind in FINAL_PROBLEMS:
                    break
                held += _size(outcomes[-1])
                if held > MOST_HELD_NUMBERS:
                    self._end()
                    break
        except _Gone:
            return outcomes
        if not self._together or (outcomes[-1].problem and outcomes[-1].problem.kind in FINAL_PROBLEMS):
            self._close_copy()
        return outcomes

    def _send_calls(self, function: str, calls: Sequence[list], seconds: float) -> list[int]:
        """Send requests for the first calls, as many as may be under way. Returns their numbers."""
        frames: list[bytes] = []
        for position, arguments in enumerate(calls, 1):
            request = {"do": "call", "function": function, "arguments": with_formulas(arguments, FORMULAS)}
            number = self._number + position
            more = position < min(len(calls), MOST_TOGETHER)
            frames.append(encode({**request, "seconds": seconds, "more": more, "number": number}))
            if not more:
                break
        numbers = list(range(self._number + 1, self._number + len(frames) + 1))
        self._number += len(frames)
        with self._ending_it(seconds):
            self._write(
                b"".join(frames), min(time.monotonic() + self.limits.call_seconds, self._deadline) + GRACE_SECONDS
            )
        return numbers

    def call_apart(self, function: str, arguments: list) -> Outcome:
        """Call a function, also within `one_copy`, in a copy of its own."""
        self._close_copy()
        together, self._together = self._together, False
        try:
            return self.call(function, arguments)
        finally:
            self._together = together

    def _open_copy(self) -> None:
        """Have the worker make a copy of itself, unless there is one. It answers with the copy's end."""
        if self._running is None:
            self._start()
        if self._copy is None:
            with self._ending_it(GRACE_SECONDS):
                self._copy = self._send({"do": "copy"}, time.monotonic() + GRACE_SECONDS)

    def _close_copy(self) -> None:
        """End the copy, if there is one, and wait for its end."""
        copy, self._copy = self._copy, None
        if copy is None or self._running is None:
            return
        deadline = time.monotonic() + GRACE_SECONDS
        with contextlib.suppress(_Gone), self._ending_it(GRACE_SECONDS):
            self._send({"do": "end", "copy": copy}, deadline)
            if self._receive(deadline)["number"] != copy:
                raise WireError("an answer that nobody asked for")

    def _in_time(self, outcome: Outcome) -> Outcome:
        """Say of a call that took too long how long it had."""
        if outcome.problem and outcome.problem.kind == "time":
            outcome.problem.message = str(self._too_long(self.limits.call_seconds))
        return outcome

    def close(self) -> None:
        """End every process of it and remove its files."""
        self._end()

    @property
    def first_process(self) -> int | None:
        """The id, on this side, of the process that all others end with; None where none is running."""
        return self._running.first if self._running else None

    @property
    def _worker(self) -> RunningWorker:
        assert self._running is not None, "it was started"
        return self._running

    def _ask(self, request: dict[str, Any], seconds: float, grace: float = 0.0) -> dict[str, Any]:
        if self._running is None:
            self._start()
        return self._exchange(request, seconds, grace)

    def _ended(self, how: Any) -> _Gone:
        """Say how a call's own process ended, as the worker reports it."""
        if not isinstance(how, dict):
            return _Gone("gone", WROTE_ITSELF)
        if how.get("time") is True:
            return self._too_long(self.limits.call_seconds)
        if self._watch is not None and self._watch.reason:
            return _Gone("gone", self._watch.reason)
        signal_number, status = how.get("signal"), how.get("status")
        if type(signal_number) is int and 0 < signal_number < LARGEST_STATUS:
            return _Gone("gone", _death(-signal_number))
        return _Gone("gone", _death(status if type(status) is int and 0 <= status <= LARGEST_STATUS else 0))

    def _too_long(self, seconds: float) -> _Gone:
        if time.monotonic() >= self._deadline:
            return _Gone("time", f"the submission took longer than {self.limits.submission_seconds:g} s in all")
        return _Gone("time", f"no answer within {seconds:g} s")

    def _exchange(self, request: dict[str, Any], seconds: float, grace: float = 0.0) -> dict[str, Any]:
        """Send a request and return the answer. Raises _Gone where the copy that should answer has ended."""
        deadline = min(time.monotonic() + seconds, self._deadline) + grace
        with self._ending_it(seconds):
            number = self._send(request, deadline)
        return self._answer_to(number, deadline, seconds)

    def _answer_to(self, number: int, deadline: float, seconds: float) -> dict[str, Any]:
        """Return the answer to a request. Raises _Gone where the copy that should answer has ended."""
        with self._ending_it(seconds):
            answer = self._receive(deadline)
        if self._copy is not None and answer.get("number") == self._copy and answer.get("ended") is not None:
            self._copy = None
            raise self._ended(answer["ended"])
        if answer.get("number") != number:
            self._end()
            raise _Gone("gone", WROTE_ITSELF)
        return answer

    @contextlib.contextmanager
    def _ending_it(self, seconds: float) -> Iterator[None]:
        """End the worker, and raise _Gone, where what this holds fails. seconds: what the worker had for an answer."""
        try:
            yield
        except TimeoutError:
            self._end()
            raise self._too_long(seconds) from None
        except (EOFError, OSError):
            raise _Gone("gone", self._death()) from None
        except WireError as error:
            self._end()
            raise _Gone("gone", f"{WROTE_ITSELF}: {error}") from None

    def _send(self, request: dict[str, Any], deadline: float) -> int:
        """Send a request. Returns its number."""
        self._number += 1
        self._write(encode({**request, "number": self._number}), deadline)
        return self._number

    def _receive(self, deadline: float) -> dict[str, Any]:
        """Read the next answer. Raises WireError for one that no worker writes."""
        answer = read_frame(lambda count: self._read(count, deadline))
        if not isinstance(answer, dict) or type(answer.get("number")) is not int:
            raise WireError("an answer without a number")
        return answer

    def _start(self) -> None:
        if time.monotonic() >= self._deadline:
            raise self._too_long(0.0)
        try:
            self._running = self.confinement.start(self.limits)
            self._read(len(READY), time.monotonic() + self.limits.start_seconds)
        except (EOFError, OSError) as error:
            self._end()
            raise CannotStart(f"the process that runs a submission did not start: {self._why(error)}") from None
        self._watch = Watch(self._running, self.limits)
        self._watch.start()
        self._replay()

    def _why(self, error: EOFError | OSError) -> str:
        """Say why a process did not start."""
        if isinstance(error, EOFError):
            return "it ended at once"
        if isinstance(error, TimeoutError):
            return f"it was not ready within {self.limits.start_seconds:g} s"
        return str(error)

    def _replay(self) -> None:
        """Run the earlier cells again in a fresh process."""
        for name, source in self._ran:
            self._exchange({"do": "run", "name": name, "source": source}, self.limits.cell_seconds)

    def _read(self, count: int, deadline: float) -> bytes:
        """Read so many bytes."""
        while len(self._received) < count:
            if not self._take_what_is_there():
                _wait({self._worker.answers.fileno(): select.POLLIN}, deadline)
        data = bytes(self._received[:count])
        del self._received[:count]
        return data

    def _take_what_is_there(self) -> bool:
        """Read what has arrived. Returns whether anything had."""
        try:
            part = os.read(self._worker.answers.fileno(), LARGEST_PART_BYTES)
        except BlockingIOError:
            return False
        if not part:
            raise EOFError
        self._received += part
        return True

    def _write(self, data: bytes, deadline: float) -> None:
        """Write all of it. What arrives meanwhile is read, so that no side waits for the other to read."""
        descriptor, view = self._worker.requests.fileno(), memoryview(data)
        while view:
            try:
                view = view[os.write(descriptor, view[:LARGEST_PART_BYTES]) :]
            except BlockingIOError:
                _wait({descriptor: select.POLLOUT, self._worker.answers.fileno(): select.POLLIN}, deadline)
                if self._take_what_is_there() and len(self._received) > 2 * LARGEST_BODY_BYTES:
                    raise WireError("more than was asked for") from None

    def _death(self) -> str:
        """Say why the process ended by itself, and end what is left of it."""
        status = self._worker.status()
        reason = self._watch.reason if self._watch else ""
        self._end()
        return reason or _death(status)

    def _end(self) -> None:
        self._copy = None
        self._received.clear()
        watch, self._watch = self._watch, None
        running, self._running = self._running, None
        if watch is not None:
            watch.stop()
        if running is not None:
            running.end()


def _wait(events: dict[int, int], deadline: float) -> None:
    """Wait until a pipe can be read from, or written to. events: by descriptor. Raises TimeoutError at the deadline."""
    poll = select.poll()
    for descriptor, event in events.items():
        poll.register(descriptor, event)
    if not poll.poll(max(0.0, 1000 * (deadline - time.monotonic()))):
        raise TimeoutError


def _size(outcome: Outcome) -> int:
    return extent(outcome.returned) + extent(outcome.arguments_after)


def _death(status: int | None) -> str:
    """Say how a process ended. status: negative for a signal; None where it goes on, out of reach."""
    if status is None:
        return "it closed the judge's channel"
    return (
        f"it was ended by the signal {_signal_name(-status)}" if status < 0 else f"it ended itself with status {status}"
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


# The worker's answers are believed only as far as their types and sizes go: the student's code can write to the
# channel.


def _cell_outcome(answer: dict[str, Any]) -> CellOutcome:
    error, line = answer.get("error"), answer.get("line")
    value, printed = answer.get("value"), answer.get("printed")
    return CellOutcome(
        error=_explained(error[:LONGEST_ERROR_CHARACTERS]) if isinstance(error, str) else None,
        line=line if type(line) is int and 0 <= line <= LAST_LINE_NUMBER else 0,
        value=value if isinstance(value, float) else None,
        printed=printed[:LONGEST_OUTPUT_CHARACTERS] if isinstance(printed, str) else "",
    )


LAST_LINE_NUMBER = 1_000_000
LARGEST_STATUS = 255
MOST_WARNINGS = 5
PROBLEM_KINDS: tuple[ProblemKind, ...] = ("not implemented", "missing", "arguments", "exception", "type", "time")
UNKNOWN_PROBLEM = Problem("exception", "an unknown problem")


EXPLAINED = {
    "[Errno 100] Network is down": "there is no network while grading",
    "[Errno 30] Read-only file system": "while grading, files can be written in the working folder alone",
    "[Errno 28] No space left on device": "while grading, there is room for a few small files alone",
    "No module named": "while grading, there is the standard library and what the course allows",
    "EOF when reading a line": "while grading, nobody answers input()",
}
"""Error messages that the sandbox causes, each with an explanation."""


def _explained(message: str) -> str:
    """Add to an error message what the sandbox has to do with it."""
    return next((f"{message} ({reason})" for sign, reason in EXPLAINED.items() if sign in message), message)


def _outcome(answer: dict[str, Any]) -> Outcome:
    problem, after, warnings = answer.get("problem"), answer.get("arguments_after"), answer.get("warnings")
    seconds = answer.get("seconds")
    try:
        returned, after = plain(answer.get("returned")), plain(after)
    except NotPlain as error:
        return Outcome(problem=Problem("type", f"your function returned {error}"))
    return Outcome(
        returned=returned,
        problem=_problem(problem) if problem is not None else None,
        arguments_after=after if isinstance(after, list) else [],
        shared=_positions(answer.get("shared")),
        warnings=_warnings(warnings) if isinstance(warnings, list) else [],
        printed=answer.get("printed") is True,
        seconds=seconds if isinstance(seconds, float) else 0.0,
    )


def _positions(value: Any) -> list[int]:
    return [item for item in value if type(item) is int] if isinstance(value, list) else []


def _warnings(warnings: list) -> list[str]:
    return [text[:LONGEST_TEXT] for text in warnings if isinstance(text, str)][:MOST_WARNINGS]


def _problem(problem: Any) -> Problem:
    if not isinstance(problem, dict):
        return UNKNOWN_PROBLEM
    kind, message, line, number = (problem.get(name) for name in ("kind", "message", "line", "line_number"))
    if not isinstance(kind, str) or kind not in PROBLEM_KINDS or not isinstance(message, str):
        return UNKNOWN_PROBLEM
    return Problem(
        kind,
        _explained(message[:LONGEST_TEXT]),
        line[:LONGEST_TEXT] if isinstance(line, str) else "",
        number if type(number) is int and 0 <= number <= LAST_LINE_NUMBER else 0,
    )
