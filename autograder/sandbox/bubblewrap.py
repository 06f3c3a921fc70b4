"""The sandbox of Linux: bubblewrap (`bwrap`), which needs no rights of its own.

The student's code sees a file system that holds Python, NumPy and nothing else, no network, no other process, no GPU,
and reaches the kernel through a filter (`system_calls`). Where root grades, the sandbox is started by an account that
may do nothing: `nobody`.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.sandbox.confinement import (
    RunningWorker,
    StartedWorker,
    environment,
    popen,
    worker_command,
    worker_limits,
)
from autograder.sandbox.in_memory import in_memory
from autograder.sandbox.limits import Limits
from autograder.sandbox.mounts import (
    PACKAGES,
    PYTHON,
    TEMPLATE,
    WORKER,
    Bind,
    hidden_folders,
    library_folders,
    needed_files,
    package_files,
)
from autograder.sandbox.system_calls import has_table, system_call_filter
from autograder.sandbox.template_process import Templates

SCRATCH = "/tmp"
DEVICES = ("null", "zero", "full", "random", "urandom")
NOBODY = 65534
STUDENT = 1000
LAUNCHER = Path(__file__).with_name("launcher.py")
STAGED = "/tmp/stage"
"""Where root lays out the files for `nobody`, who may not be able to go where they are. Seen by that process alone."""

NAMESPACES = ("user", "ipc", "pid", "uts", "net")


@dataclass(frozen=True)
class Bubblewrap:
    """A sandbox made by bubblewrap. Making and starting one raises OSError, with the reason, where that is impossible.

    binds: the files in it, found once for all submissions.
    """

    name: str = "bubblewrap"
    binds: tuple[Bind, ...] = field(default_factory=lambda: in_memory(needed_files()) if program() else ())

    def start(self, limits: Limits) -> RunningWorker:
        """Start a worker in a fresh sandbox: from a template, where this system lets it be."""
        return self._copy(limits) or self.start_command(
            worker_command(PYTHON, WORKER, limits, folder=PACKAGES, **_own_limits(limits)), limits
        )

    def _copy(self, limits: Limits) -> RunningWorker | None:
        told = {
            "worker": WORKER,
            "folder": PACKAGES,
            "packages": limits.packages,
            "filter": system_call_filter().hex(),
        }
        command = _command(
            self.binds + package_files(limits.packages),
            [PYTHON, "-I", "-B", "-X", "utf8", TEMPLATE, json.dumps(told)],
            Limits(),
            KEEPING_PRIVILEGES,
        )
        settings = {**worker_limits(limits), **_own_limits(limits), "scratch": limits.scratch // 2}
        return templates.start(command, _environment(), settings, limits.start_seconds)

    def start_command(self, command: list[str], limits: Limits) -> RunningWorker:
        """Start any command in a fresh sandbox. Paths are those of the sandbox."""
        reading, writing = os.pipe()
        calls = _filter_file()
        try:
            process = popen(
                _command(
                    self.binds + package_files(limits.packages),
                    command,
                    limits,
                    ["--cap-drop", "ALL", "--seccomp", str(calls), "--info-fd", str(writing)],
                ),
                cwd="/",
                env=_environment(),
                pass_fds=(calls, writing),
            )
            os.close(writing)
            writing = -1
            try:
                first = _first_process(reading, time.monotonic() + limits.start_seconds)
            except BaseException:
                StartedWorker(process, process.pid).end()
                raise
        finally:
            for descriptor in (reading, writing, calls):
                if descriptor >= 0:
                    os.close(descriptor)
        return StartedWorker(process, first, contained=True)


templates = Templates()
"""Those of this process."""
KEEPING_PRIVILEGES = ("--cap-add", "ALL")
"""Make a sandbox for a template, which makes namespaces and mounts for its copies, and leaves them no privilege."""


def _environment() -> dict[str, str]:
    """Return the environment that bwrap itself is started with."""
    return {"PATH": os.defpath, "TMPDIR": tempfile.gettempdir()}


def _own_limits(limits: Limits) -> dict[str, int]:
    """Set the kernel's limit on processes to twice what the watch allows, so that the watch can report the excess."""
    return {"processes": 2 * limits.processes}


def _filter_file() -> int:
    """Open a descriptor from which bwrap reads the filter of system calls."""
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(system_call_filter())
    return reading


def _command(binds: tuple[Bind, ...], command: list[str], limits: Limits, more: Sequence[str]) -> list[str]:
    """Make the command line. Root starts the sandbox as nobody, in a mount namespace that has the files laid out.

    more: further options of bwrap.
    """
    settings: dict[str, Any] = {"judge": os.getpid(), "user": None}
    if os.geteuid() == 0:
        settings |= {"user": NOBODY, "stage": STAGED, "binds": binds}
        binds = tuple((STAGED + place, place) for _, place in binds)
    bwrap = _bwrap(binds, command, limits, more)
    return [sys.executable, "-I", "-S", "-B", str(LAUNCHER), json.dumps(settings), *bwrap]


def _bwrap(binds: tuple[Bind, ...], command: list[str], limits: Limits, more: Sequence[str]) -> list[str]:
    """Make bwrap's own command line. Mounts come in this order: files, covers over parts of them, all read-only."""
    variables = {**environment(SCRATCH), "LD_LIBRARY_PATH": ":".join(library_folders(binds))}
    half = str(limits.scratch // 2)
    return [
        program(),
        *(f"--unshare-{name}" for name in NAMESPACES),
        "--unshare-cgroup-try",
        *(("--disable-userns",) if "--disable-userns" in _help() else ()),
        *("--uid", str(STUDENT), "--gid", str(STUDENT), "--hostname", "sandbox"),
        *("--die-with-parent", "--new-session", "--as-pid-1"),
        *(word for source, place in binds for word in ("--ro-bind", source, place)),
        *(word for folder in hidden_folders() for word in ("--tmpfs", folder, "--remount-ro", folder)),
        *(word for name in DEVICES for word in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")),
        *("--size", half, "--tmpfs", SCRATCH, "--size", half, "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/", "--chdir", SCRATCH, "--clearenv"),
        *(word for name, value in variables.items() for word in ("--setenv", name, value)),
        *(*more, "--", *command),
    ]


def program() -> str:
    """Find bwrap. Raises OSError where this machine has none that can be used."""
    if sys.platform != "linux":
        raise OSError("bubblewrap is there for Linux alone")
    if not has_table():
        raise OSError("there is no table of system calls for this machine's architecture")
    found = shutil.which("bwrap", path=f"{os.environ.get('PATH', '')}{os.pathsep}{os.defpath}")
    if found is None:
        raise OSError("bubblewrap is not installed")
    if "--size" not in _help(found):
        raise OSError("bubblewrap is too old: version 0.7 is the first that will do")
    return found


@functools.cache
def _help(path: str | None = None) -> str:
    return subprocess.run([path or program(), "--help"], capture_output=True, text=True, timeout=60).stdout


def _first_process(descriptor: int, deadline: float) -> int:
    """Read from bwrap the id that the sandbox's first process has on this side. Raises OSError where none comes."""
    told = b""
    while not told.rstrip().endswith(b"}"):
        if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
            break
        part = os.read(descriptor, 4096)
        if not part:
            break
        told += part
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return int(json.loads(told)["child-pid"])
    raise OSError("bubblewrap did not start a process; this system may forbid user namespaces")
