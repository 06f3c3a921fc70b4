"""Chooses the sandbox: the real one, tested before any student's code runs, or none where that is asked for."""

from __future__ import annotations

import functools
import os
import socket
import subprocess
import tempfile
from pathlib import Path

from autograder.sandbox.bubblewrap import Bubblewrap
from autograder.sandbox.confinement import Confinement
from autograder.sandbox.limits import Limits
from autograder.sandbox.student_process import StudentProcess
from autograder.sandbox.unconfined import Unconfined

NAMES = ("bubblewrap", "none")
VARIABLE = "AUTOGRADER_SANDBOX"
NO_MORE_PRIVILEGES, FILTERED = "1", "2"
APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")

INSTEAD = (
    "Install bubblewrap (apt install bubblewrap), or grade without a sandbox, where students' code can do whatever "
    f"you can: grade --sandbox none, or {VARIABLE}=none in the environment for nbgrader's own commands"
)

ATTEMPTS = """
import os, socket

def succeeds(attempt):
    try:
        attempt()
        return True
    except OSError:
        return False

attempts = {{
    1: lambda: open({file!r}).close(),
    2: lambda: os.listdir({folder!r}),
    4: lambda: os.listdir("/proc/1"),
    8: lambda: socket.create_connection(("127.0.0.1", {port}), timeout=1),
    16: lambda: os.kill({judge}, 0),
    32: lambda: open("/python/note", "w"),
}}
import numpy
sum(number for number, attempt in attempts.items() if succeeds(attempt))
"""
"""Tries what must not succeed in a sandbox; its value is a sum of powers of two."""


class NoSandbox(Exception):
    """There is no sandbox that holds. The message says why, and what to do instead."""


def chosen(name: str | None = None) -> Confinement:
    """Return the confinement of a name; if None, of that in the environment (AUTOGRADER_SANDBOX), else the sandbox.

    Raises NoSandbox where it cannot be had: nobody's code runs without one unless that was asked for.
    """
    name = name or os.environ.get(VARIABLE) or NAMES[0]
    if name not in NAMES:
        raise NoSandbox(f"There is no sandbox called {name!r}: choose from {', '.join(NAMES)}.")
    return Unconfined() if name == "none" else _tested()


@functools.cache
def _tested() -> Confinement:
    """Return the sandbox of this machine, after starting one and trying to break out of it."""
    try:
        sandbox = Bubblewrap()
        escaped = attempts_that_succeed(sandbox)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise NoSandbox(f"There is no sandbox to run students' code in: {error}{_apparmor()}. {INSTEAD}.") from None
    if escaped:
        raise NoSandbox(f"The sandbox does not hold: {', '.join(escaped)}. {INSTEAD}.")
    return sandbox


def _apparmor() -> str:
    try:
        forbidden = APPARMOR.read_text().strip() == "1"
    except OSError:
        return ""
    return " (Ubuntu forbids them: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0)" if forbidden else ""


def attempts_that_succeed(confinement: Confinement) -> list[str]:
    """Start a process under a confinement and let it try what it must not be able to do. Raises OSError if it cannot
    start."""
    with socket.socket() as listening, tempfile.NamedTemporaryFile(prefix="sandbox-test-") as file:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        here = Path(__file__).resolve().parent
        source = ATTEMPTS.format(file=file.name, folder=str(here), port=listening.getsockname()[1], judge=os.getpid())
        with StudentProcess(confinement, Limits()) as process:
            outcome = process.run("test", source)
            if outcome.value is None or process.first_process is None:
                raise OSError(outcome.error)
            found = [text for bit, text in ESCAPES.items() if int(outcome.value) & bit]
            return found + _seen_from_outside(process.first_process)


ESCAPES = {
    1: "it can read this machine's files",
    2: "it can read the course's folder",
    4: "it sees processes",
    8: "it has a network",
    16: "it can send signals to the judge",
    32: "it can write to files that are not its own",
}


def _seen_from_outside(number: int) -> list[str]:
    """Check what the kernel reports about the sandbox's first process, and name what it must not be."""
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    state = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    problems = {
        "it runs as root": "0" in state["Uid"],
        "it has privileges": any(int(state[name][0], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")),
        "it can gain privileges": state["NoNewPrivs"] != [NO_MORE_PRIVILEGES],
        "its system calls are not filtered": state["Seccomp"] != [FILTERED],
        "it shares its processes with this machine": len(state.get("NSpid", [])) < 2,
    }
    return [text for text, found in problems.items() if found]
