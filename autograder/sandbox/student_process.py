"""The judge's side of the pipe: one process for one submission, with deadlines in both directions."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.call.calling import Outcome, Problem
from autograder.call.plain import NotPlain, plain
from autograder.sandbox.confinement import Confinement
from autograder.sandbox.wire import WireError, encode, read_frame

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds of wall clock, bytes of memory and of a file it writes."""

    start_seconds: float = 30.0
    cell_seconds: float = 30.0
    call_seconds: float = 5.0
    submission_seconds: float = 180.0
    memory: int = 3 * 2**30
    file_size: int = 64 * 2**20


@dataclass
class CellOutcome:
    """What running a cell did. error: a sentence or None; value: its last expression, where that is a number."""

    error: str | None = None
    line: int = 0
    value: float | None = None
    printed: str = ""
    ended: bool = False


class _Gone(Exception):
    """The process ended, or was ended. kind: "time" or "gone"."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class StudentProcess:
    """Runs the cells of one submission in order and calls its functions.

    When the process ends before its time (an endless loop, os._exit, too much memory), it is started again and the
    cells
    run so far are run again, except the one that ended it: the rest of the submission is still judged.

    Use it as a context manager: leaving it ends the process and removes its scratch folder, whatever happened.
    """

    def __init__(self, confinement: Confinement, limits: Limits | None = None) -> None:
        self.confinement = confinement
        self.limits = limits or Limits()
        self._deadline = time.monotonic() + self.limits.submission_seconds
        self._scratch = Path(tempfile.mkdtemp(prefix="submission-"))
        self._process: subprocess.Popen | None = None
        self._ran: list[tuple[str, str]] = []

    def __enter__(self) -> StudentProcess:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def run(self, name: str, source: str) -> CellOutcome:
        """Run a cell. name: what error messages call it ("cell 7")."""
        try:
            answer = self._ask({"do": "run", "name": name, "source": source}, self.limits.cell_seconds)
        except _Gone as gone:
            return CellOutcome(error=f"{gone}; the cell was left out", ended=True)
        self._ran.append((name, source))
        return _cell_outcome(answer)

    def call(self, function: str, arguments: list) -> Outcome:
        """Call one of the student's functions by name, by position."""
        request = {"do": "call", "function": function, "arguments": arguments}
        try:
            return _outcome(self._ask(request, self.limits.call_seconds))
        except _Gone as gone:
            return Outcome(problem=Problem(gone.kind, str(gone)))

    def close(self) -> None:
        """End the process and everything it started; remove its scratch folder."""
        self._end()
        _remove(self._scratch)

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._process is None:
            self._start()
        return self._exchange(request, seconds)

    def _exchange(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        deadline = min(time.monotonic() + seconds, self._deadline)
        try:
            self._write(encode(request), deadline)
            answer = read_frame(lambda count: self._read(count, deadline))
        except TimeoutError:
            self._end()
            if time.monotonic() >= self._deadline:
                message = f"the submission took longer than {self.limits.submission_seconds:g} s in all"
                raise _Gone("time", message) from None
            raise _Gone("time", f"no answer within {seconds:g} s") from None
        except (EOFError, OSError):
            raise _Gone("gone", self._death()) from None
        except WireError as error:
            self._end()
            raise _Gone("gone", f"it wrote to the judge's channel itself: {error}") from None
        if not isinstance(answer, dict):
            self._end()
            raise _Gone("gone", "it wrote to the judge's channel itself")
        return answer

    def _start(self) -> None:
        if time.monotonic() >= self._deadline:
            raise _Gone("time", f"the submission took longer than {self.limits.submission_seconds:g} s in all")
        limits = self.limits
        command = [sys.executable, "-I", "-B", "-X", "utf8", str(WORKER)]
        command += [str(int(value)) for value in (limits.memory, limits.submission_seconds, limits.file_size)]
        self._process = subprocess.Popen(
            self.confinement.command(command, self._scratch),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._scratch,
            env=self.confinement.environment(self._scratch),
            start_new_session=True,
            bufsize=0,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            os.set_blocking(pipe.fileno(), False)
        try:
            self._read(len(b"ready"), time.monotonic() + limits.start_seconds)
        except (EOFError, TimeoutError, OSError):
            self._end()
            raise _Gone("gone", "the process that runs the submission did not start") from None
        self._replay()

    def _replay(self) -> None:
        """Bring a fresh process to where the last one was."""
        for name, source in self._ran:
            self._exchange({"do": "run", "name": name, "source": source}, self.limits.cell_seconds)

    def _read(self, count: int, deadline: float) -> bytes:
        parts, missing = [], count
        while missing:
            self._wait(self._process.stdout, selectors.EVENT_READ, deadline)
            part = os.read(self._process.stdout.fileno(), min(missing, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _write(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._process.stdin, selectors.EVENT_WRITE, deadline)
            view = view[os.write(self._process.stdin.fileno(), view[: 1 << 16]) :]

    def _wait(self, pipe: Any, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError

    def _death(self) -> str:
        """Why the process ended by itself, in words; and end what is left of it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1.0)
        status = self._process.returncode
        self._end()
        if status is not None and status < 0:
            return f"it was ended by the signal {_signal_name(-status)}"
        return f"it ended itself with status {status}" if status is not None else "it closed the judge's channel"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _remove(folder: Path) -> None:
    """Remove a folder with what is in it, also what was made unreadable."""
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
    for place, names, _ in os.walk(folder):
        for path in (os.path.join(place, name) for name in names):
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


# The worker's answers are believed only as far as their types and sizes go: the student's code can write to the
# channel.


def _cell_outcome(answer: dict[str, Any]) -> CellOutcome:
    error, line = answer.get("error"), answer.get("line")
    value, printed = answer.get("value"), answer.get("printed")
    return CellOutcome(
        error=error[:1000] if isinstance(error, str) else None,
        line=line if type(line) is int and 0 <= line <= LAST_LINE else 0,
        value=value if isinstance(value, float) else None,
        printed=printed[:LONGEST_OUTPUT] if isinstance(printed, str) else "",
    )


LAST_LINE = 1_000_000
LONGEST_OUTPUT = 20_000
PROBLEM_KINDS = ("not implemented", "missing", "arguments", "exception", "type")


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
        warnings=[text[:400] for text in warnings if isinstance(text, str)][:5] if isinstance(warnings, list) else [],
        printed=answer.get("printed") is True,
        seconds=seconds if isinstance(seconds, float) else 0.0,
    )


def _problem(problem: Any) -> Problem:
    if not isinstance(problem, dict) or problem.get("kind") not in PROBLEM_KINDS:
        return Problem("exception", "an unknown problem")
    line, number = problem.get("line"), problem.get("line_number")
    return Problem(
        problem["kind"],
        str(problem.get("message"))[:400],
        line[:400] if isinstance(line, str) else "",
        number if type(number) is int and 0 <= number <= LAST_LINE else 0,
    )
