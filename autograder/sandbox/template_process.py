"""The judge's side of `template`: a sandbox that holds Python and NumPy ready, from which submissions' processes come.

There is one for each process that grades, started with its first submission. Where a system does not let it be, or
where one has ended, submissions are started without it.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import threading
from typing import IO, Any

from autograder.sandbox.confinement import END_TIMEOUT_SECONDS

READY, STARTED = b"ready", b"started"
LONGEST_REPORT_BYTES = 64
CREDENTIALS = struct.Struct("3i")
"""`struct ucred` of the kernel: process, user and group."""
ATTEMPTS = 2
"""How often a template is started anew before submissions are started without one."""
STATUS_SECONDS = 1.0
"""How long the report of a process's end is waited for."""


class Copy:
    """A running worker that is a copy of a template. reports: where the template tells how it ended."""

    contained = True

    def __init__(self, requests: IO[bytes], answers: IO[bytes], reports: socket.socket, first: int) -> None:
        self.requests, self.answers, self.first = requests, answers, first
        self._reports = reports
        self._status: int | None = None
        self._handle: int | None = os.pidfd_open(first)

    def kill(self) -> None:
        """End it at once, without waiting."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def end(self) -> None:
        """End it and everything it started; return when all of it is gone."""
        if self._handle is not None:
            self.kill()
            self._wait(END_TIMEOUT_SECONDS)
            os.close(self._handle)
            self._handle = None
        for one in (self.requests, self.answers, self._reports):
            with contextlib.suppress(OSError):
                one.close()

    def status(self) -> int | None:
        """Return how it ended: an exit status, or a signal as a negative number; None while it runs."""
        self._wait(STATUS_SECONDS)
        return self._status

    def _wait(self, seconds: float) -> None:
        """Wait until the template says how it ended, after which no process of it is left."""
        if self._status is None:
            with contextlib.suppress(OSError, ValueError):
                self._status = int(_received(self._reports, seconds))


class Template:
    """A running template. Making one raises OSError where it does not start.

    command, environment: what starts the sandbox with the template in it. seconds: how long that may take.
    """

    def __init__(self, command: list[str], environment: dict[str, str], seconds: float) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                env=environment,
            )
        try:
            if _received(self._control, seconds) != READY:
                raise OSError("it said something else than that it is ready")
        except OSError:
            self.end()
            raise

    def start(self, settings: dict[str, Any], seconds: float) -> Copy:
        """Start a submission's process. settings: the worker's limits, and `scratch`, the bytes of each scratch folder.
        seconds: how long it has. Raises OSError where it does not start."""
        read_requests, requests = os.pipe()
        answers, write_answers = os.pipe()
        reports, write_reports = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        reports.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        with contextlib.ExitStack() as unless_it_starts:
            mine = os.fdopen(requests, "wb", buffering=0), os.fdopen(answers, "rb", buffering=0), reports
            for one in mine:
                unless_it_starts.enter_context(contextlib.closing(one))
                os.set_blocking(one.fileno(), False)
            with write_reports:
                theirs = [read_requests, write_answers, write_reports.fileno()]
                try:
                    socket.send_fds(self._control, [json.dumps(settings).encode()], theirs)
                finally:
                    os.close(read_requests)
                    os.close(write_answers)
            copy = Copy(*mine, first=_started(reports, seconds))
            unless_it_starts.pop_all()
        return copy

    def end(self) -> None:
        """End it, with every copy."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=END_TIMEOUT_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _received(reports: socket.socket, seconds: float) -> bytes:
    """Receive the next message. Raises OSError where none comes in time."""
    if not select.select([reports], [], [], seconds)[0]:
        raise TimeoutError
    return reports.recv(LONGEST_REPORT_BYTES)


def _started(reports: socket.socket, seconds: float) -> int:
    """Wait for a copy to say that it has started. Returns its process id on this side, which the kernel adds. Raises
    OSError where it does not start."""
    if not select.select([reports], [], [], seconds)[0]:
        raise TimeoutError
    text, added, _, _ = reports.recvmsg(LONGEST_REPORT_BYTES, socket.CMSG_SPACE(CREDENTIALS.size))
    for level, kind, content in added:
        if text == STARTED and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return CREDENTIALS.unpack(content)[0]
    raise OSError("the template could not start a process")


class Templates:
    """The templates of this process: one for each command line. Where one could not be had, none is tried again."""

    def __init__(self) -> None:
        self._running: dict[tuple[int, tuple[str, ...]], Template | None] = {}
        self._lock = threading.Lock()
        atexit.register(self.end)

    def start(
        self, command: list[str], environment: dict[str, str], settings: dict[str, Any], seconds: float
    ) -> Copy | None:
        """Start a submission's process from the template of a command line; None where that cannot be."""
        with self._lock:
            key = os.getpid(), tuple(command)
            for _ in range(ATTEMPTS):
                try:
                    if key not in self._running:
                        self._running[key] = Template(command, environment, seconds)
                    template = self._running[key]
                    return template.start(settings, seconds) if template else None
                except OSError:
                    if ended := self._running.pop(key, None):
                        ended.end()
            self._running[key] = None
            return None

    def end(self) -> None:
        """End those that this process has started."""
        for (owner, _), template in self._running.items():
            if template is not None and owner == os.getpid():
                template.end()
        self._running.clear()
