"""What stands between a student's process and the machine: what every kind of it offers, and what they share.

`bubblewrap` is the sandbox, `unconfined` a plain process.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from autograder.sandbox.limits import Limits

END_TIMEOUT_SECONDS = 10.0
"""How long the end of a killed process is waited for."""


class RunningWorker(Protocol):
    """A started worker.

    requests, answers: the pipes to it and from it. first: the process whose end ends all others, by the id that this
    side has for it. contained: whether no process of it can outlive the first.
    """

    requests: IO[bytes]
    answers: IO[bytes]
    first: int
    contained: bool

    def kill(self) -> None:
        """End it at once, without waiting."""

    def end(self) -> None:
        """End it and everything it started; return when all of it is gone."""

    def status(self) -> int | None:
        """Return how it ended: an exit status, or a signal as a negative number; None while it runs."""


@dataclass
class StartedWorker:
    """A worker that this process has started. folder: what has to be removed afterwards."""

    process: subprocess.Popen[bytes]
    first: int
    folder: Path | None = None
    contained: bool = False
    _handle: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.requests, self.answers = pipes_of(self.process)
        with contextlib.suppress(OSError, AttributeError):
            self._handle = os.pidfd_open(self.first)

    def kill(self) -> None:
        """See `RunningWorker`."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        else:
            self.process.kill()

    def end(self) -> None:
        """See `RunningWorker`. Its folder is gone, too."""
        if self._handle is not None:
            self.kill()
            select.select([self._handle], [], [], END_TIMEOUT_SECONDS)
            os.close(self._handle)
            self._handle = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=END_TIMEOUT_SECONDS if self.contained else 0.0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for pipe in (self.requests, self.answers):
            with contextlib.suppress(OSError):
                pipe.close()
        if self.folder is not None:
            remove(self.folder)

    def status(self) -> int | None:
        """See `RunningWorker`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1.0)
        status = self.process.returncode
        return 128 - status if self.contained and status is not None and status > 128 else status


class Confinement(Protocol):
    """What stands between a student's process and the machine."""

    @property
    def name(self) -> str:
        """The name that is recorded with every verdict."""

    def start(self, limits: Limits) -> RunningWorker:
        """Start a worker, with pipes to its standard input and output. Raises OSError where that cannot be done."""


def popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, with unbuffered pipes that do not block."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
        **options,
    )
    for pipe in pipes_of(process):
        os.set_blocking(pipe.fileno(), False)
    return process


def pipes_of(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes to a process's standard input and from its standard output."""
    assert process.stdin is not None and process.stdout is not None, "it was started with pipes"
    return process.stdin, process.stdout


def worker_command(python: str, worker: str | Path, limits: Limits, **more: Any) -> list[str]:
    """Make the command line of the worker."""
    settings = {**worker_limits(limits), "packages": limits.packages, **more}
    return [python, "-I", "-B", "-X", "utf8", str(worker), json.dumps(settings)]


def worker_limits(limits: Limits) -> dict[str, int]:
    """Return what the worker has the operating system limit."""
    return {
        "memory": limits.memory,
        "cpu_seconds": int(limits.submission_seconds),
        "file_size": limits.file_size,
        "open_files": limits.open_files,
    }


def environment(home: str) -> dict[str, str]:
    """Return the environment variables that a student's code sees: nothing of the instructor's, no GPU, one thread."""
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        "PATH": os.defpath,
        "HOME": home,
        "TMPDIR": home,
        "USER": "student",
        "LANG": "C.UTF-8",
        "CUDA_VISIBLE_DEVICES": "",
        **single,
    }


def remove(folder: Path) -> None:
    """Remove a folder and its content, even files that were made unreadable or are still being written."""
    end = time.monotonic() + 1.0
    while True:
        _make_readable(folder)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists() or time.monotonic() > end:
            return


def _make_readable(folder: Path) -> None:
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
    for place, names, _ in os.walk(folder):
        for path in (os.path.join(place, name) for name in names):
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.chmod(path, 0o700)
