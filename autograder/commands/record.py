"""`python3 -m autograder record`: what PyTorch and the known mistakes give, for where PyTorch is not."""

from __future__ import annotations

import argparse
import sys

from autograder.course import CourseError

SUMMARY = "record what PyTorch answers, so that checks work with NumPy alone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the notebooks, and the options to check or to record everything anew."""
    parser.add_argument(
        "notebook", nargs="*", help="as chapter/notebook (default: those whose exercises have changed since)"
    )
    parser.add_argument("--check", action="store_true", help="change nothing: is everything recorded as it is now?")
    parser.add_argument("--all", action="store_true", help="record every notebook anew")


def run(arguments: argparse.Namespace) -> int:
    """Record what has changed, or say what has."""
    from autograder.judge.recording import is_up_to_date, notebooks, place_of, recorded

    if unknown := [name for name in arguments.notebook if name not in notebooks()]:
        raise CourseError(f"There are no exercises of {unknown[0]!r}. The notebooks are: {', '.join(notebooks())}.")
    chosen = arguments.notebook or [name for name in notebooks() if arguments.all or not is_up_to_date(name)]
    if arguments.check:
        for name in chosen:
            print(f"{name}: its exercises have changed since they were recorded", file=sys.stderr)
        if chosen:
            print("Record them:  python3 -m autograder record", file=sys.stderr)
        return 1 if chosen else 0
    for name in chosen:
        file = recorded(name)
        place_of(name).write_bytes(file)
        print(f"{name}: {len(file) / 1000:,.0f} kB", flush=True)
    if not chosen:
        print("Everything is recorded as it is now.")
    return 0
