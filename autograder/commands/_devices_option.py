"""The option `--devices` of the commands that compare with PyTorch."""

from __future__ import annotations

import argparse

from autograder.course import CourseError


def add_devices_option(parser: argparse.ArgumentParser) -> None:
    """Add `--devices cpu,cuda` to a command."""
    parser.add_argument(
        "--devices",
        metavar="NAMES",
        help="where the PyTorch references run, such as cpu,cuda; every device present by default",
    )


def asked_devices(text: str | None) -> tuple[str, ...] | None:
    """Split the value of the option into devices; None where the option was not given.

    Raises CourseError for a device that PyTorch does not know or that this machine does not have.
    """
    if text is None:
        return None
    from autograder.judge.devices import chosen

    names = tuple(name.strip() for name in text.split(","))
    try:
        chosen(names)
    except ValueError as error:
        raise CourseError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    return names
