"""`python3 -m autograder bench`: what the sandbox costs, side by side with a plain process, in one run."""

from __future__ import annotations

import argparse

from autograder.course import CourseError

SUMMARY = "measure what the sandbox costs, side by side with a plain process"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the numbers of measurements."""
    parser.add_argument("--starts", type=int, default=10, help="how often each is started (default: 10)")
    parser.add_argument("--calls", type=int, default=50, help="calls of a function after each start (default: 50)")


def run(arguments: argparse.Namespace) -> int:
    """Measure both in turns, print a row for each and the ratios."""
    from autograder.grading.scoring.grading_config import confinement_called
    from autograder.sandbox.benchmark import overheads

    if arguments.starts < 1 or arguments.calls < 1:
        raise CourseError("--starts and --calls must be 1 or more.")
    confinements = [confinement_called("none"), confinement_called("bubblewrap")]
    plain, sandbox = overheads(confinements, arguments.starts, arguments.calls)
    row = "{:<12} {:>14} {:>10} {:>10}".format
    print(row("", "start, ms", "call, ms", "end, ms"))
    for one in (plain, sandbox):
        print(row(one.name, f"{one.start:.1f}", f"{one.call:.2f}", f"{one.end:.1f}"))
    print(row("ratio", *(f"{there / here:.2f}" for there, here in zip(_times(sandbox), _times(plain), strict=True))))
    print(f"Medians of {arguments.starts} starts with {arguments.calls} calls each, on three numbers, taken in turns.")
    return 0


def _times(overhead) -> tuple[float, float, float]:
    return overhead.start, overhead.call, overhead.end
