"""Watches from outside what a submission's processes use, and ends them when they use too much.

The kernel's limits hold for each process, the watch's for all of them together. The numbers are the kernel's: a
student's process is not asked.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass

from autograder.sandbox.confinement import RunningWorker
from autograder.sandbox.limits import Limits

WATCH_INTERVAL_SECONDS = 0.05
"""How often the processes are looked at."""
MOST_PROCESSES_SEEN = 10_000
"""Where the search for descendants ends."""
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Process:
    """The kernel's figures of a process. memory: in bytes, pages shared with others included."""

    number: int
    memory: int
    threads: int


class Watch(threading.Thread):
    """Looks at a running worker and its descendants until it is told to stop. reason: why it ended them, or ""."""

    def __init__(self, running: RunningWorker, limits: Limits) -> None:
        super().__init__(daemon=True, name="watch")
        self.reason = ""
        self._running, self._limits = running, limits
        self._stop_now = threading.Event()

    def run(self) -> None:
        """Look again and again."""
        while not self._stop_now.wait(WATCH_INTERVAL_SECONDS):
            reason = excess(self._running, self._limits)
            if reason:
                self.reason = reason
                self._running.kill()
                return

    def stop(self) -> None:
        """Stop looking."""
        self._stop_now.set()
        self.join()


def excess(running: RunningWorker, limits: Limits) -> str:
    """Say what a running worker uses too much of, in a sentence about "it"; "" where it keeps within its limits."""
    processes = family(running.first)
    if sum(process.threads for process in processes) > limits.processes:
        return f"it started more than {limits.processes} processes and threads"
    if sum(process.memory for process in processes) > limits.memory and _held(processes) > limits.memory:
        return f"it used more than {limits.memory / 2**30:.3g} GB of memory"
    if running.contained and _files(running.first) > limits.files:
        return f"it made more than {limits.files:,} files"
    return ""


def family(first: int) -> list[Process]:
    """Find a process and its descendants. In a sandbox that is every process: orphans become children of the first."""
    found: list[Process] = []
    todo = [first]
    while todo and len(found) < MOST_PROCESSES_SEEN:
        number = todo.pop()
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{number}/stat", "rb") as file:
                words = file.read().rpartition(b")")[2].split()
            found.append(Process(number, int(words[21]) * PAGE_BYTES, int(words[17])))
            for thread in os.listdir(f"/proc/{number}/task"):
                with open(f"/proc/{number}/task/{thread}/children", "rb") as file:
                    todo += map(int, file.read().split())
    return found


def _held(processes: list[Process]) -> int:
    """Sum up the memory of processes, counting what they share once."""
    return sum(_proportional(process) for process in processes)


def _proportional(process: Process) -> int:
    try:
        with open(f"/proc/{process.number}/smaps_rollup", "rb") as file:
            return 1024 * next(int(line.split()[1]) for line in file if line.startswith(b"Pss:"))
    except ProcessLookupError:
        return 0
    except (OSError, StopIteration):
        return process.memory


def _files(first: int) -> int:
    """Count the files in a sandbox's scratch folders."""
    count = 0
    for folder in ("tmp", "dev/shm"):
        with contextlib.suppress(OSError):
            space = os.statvfs(f"/proc/{first}/root/{folder}")
            count += space.f_files - space.f_ffree
    return count
