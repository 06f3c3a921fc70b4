"""Measures what the sandbox costs in time: its start and a call, side by side with a plain process."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import numpy as np

from autograder.sandbox.confinement import Confinement
from autograder.sandbox.student_process import StudentProcess

CELL = "import numpy as np\ndef f(x):\n    return 2 * x"


@dataclass(frozen=True)
class Overhead:
    """Medians, in milliseconds. start: until the first cell has run; call: of a function, on three numbers; end: until
    no process and no file is left."""

    name: str
    start: float
    call: float
    end: float


def overheads(confinements: list[Confinement], starts: int = 10, calls: int = 50) -> list[Overhead]:
    """Measure some confinements in turns, so that other load of the machine hits all of them alike."""
    found: dict[str, list[tuple[float, float, float]]] = {one.name: [] for one in confinements}
    for _ in range(starts):
        for one in confinements:
            found[one.name].append(_one_start(one, calls))
    return [
        Overhead(name, *(1e3 * statistics.median(kind) for kind in zip(*rows, strict=True)))
        for name, rows in found.items()
    ]


def _one_start(confinement: Confinement, calls: int) -> tuple[float, float, float]:
    started = time.perf_counter()
    with StudentProcess(confinement) as process:
        process.run("cell", CELL)
        ready = time.perf_counter()
        durations = [_one_call(process) for _ in range(calls)]
        ending = time.perf_counter()
    return ready - started, statistics.median(durations), time.perf_counter() - ending


def _one_call(process: StudentProcess) -> float:
    started = time.perf_counter()
    process.call("f", [np.ones(3)])
    return time.perf_counter() - started
