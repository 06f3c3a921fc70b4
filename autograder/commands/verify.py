"""`python3 -m autograder verify`: how far right and wrong answers are apart, kernel by kernel, and the certificate."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from autograder.commands import _diagnoses
from autograder.commands._devices_option import add_devices_option, asked_devices
from autograder.commands._exercises import chosen_exercises
from autograder.commands._readme import put_table
from autograder.course import CourseError

if TYPE_CHECKING:
    from autograder.judge.separation import Measurement, Precision

SUMMARY = "compare solutions and known mistakes with PyTorch: errors in units of the tolerance"
TABLE = "certificates"
"""The table of the README that `--write` fills."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the kernels, the devices, and the option to keep the figures."""
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="kernels to verify; all if none is named")
    add_devices_option(parser)
    parser.add_argument(
        "--diagnosis", action="store_true", help="count instead how much of what is said of wrong functions is true"
    )
    parser.add_argument("--mutations", type=int, metavar="N", help="of how many random mutations (2000)")
    parser.add_argument("--minutes", type=float, metavar="N", help="with --diagnosis: of as many as N minutes allow")
    parser.add_argument(
        "--write", action="store_true", help="keep the figures as the certificates of these devices, and in the README"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, print a line for each kernel, dtype and device, and sum up. Status 1 where a comparison does not
    separate."""
    from autograder.judge.devices import DeviceError, chosen

    exercises = chosen_exercises(arguments.exercises)
    if arguments.write and arguments.exercises:
        raise CourseError("A certificate is for the whole course: --write goes without the names of exercises.")
    if arguments.minutes is not None and (not arguments.diagnosis or arguments.minutes <= 0):
        raise CourseError("--minutes says how long --diagnosis may take: more than 0.")
    if arguments.diagnosis:
        return _diagnoses.run(
            arguments.exercises,
            _diagnoses.MUTATIONS if arguments.mutations is None else arguments.mutations,
            minutes=arguments.minutes,
            write=arguments.write,
        )
    devices = asked_devices(arguments.devices) or chosen()
    try:
        found = _measure_all([exercise.name for exercise in exercises], devices)
    except DeviceError as error:
        raise CourseError(f"{error}.") from None
    status = _sum_up(found)
    if arguments.write and not status:
        _write(found, devices)
    elif arguments.write:
        print("No certificate was written.")
    return status


def _measure_all(names: list[str], devices: tuple[str, ...]) -> list[Measurement]:
    from autograder.exercises import catalogue
    from autograder.judge.separation import measure
    from autograder.solutions import solution

    found, notebook = [], ""
    for name in (name for name in catalogue() if name in names):
        exercise = catalogue()[name]
        if exercise.notebook != notebook:
            notebook = exercise.notebook
            print(f"\n{notebook}\n{_HEAD}", flush=True)
        for measurement in measure(exercise, solution(name), devices):
            found.append(measurement)
            for precision in measurement.precisions:
                print(_line(measurement, precision), flush=True)
    return found


_COLUMNS = "  {:<30} {:<4} {:<7} {:>5} {:>9} {:>8} {:>10} {:>10} {:>9} {:>7}  {}"
_HEAD = "\n".join(
    _COLUMNS.format(*row).rstrip()
    for row in (
        ("", "", "", "", "relative", "absolute", "error of", "error of", "mistakes", "nearest", ""),
        ("exercise", "", "", "cases", "tolerance", "", "PyTorch", "solution", "seen", "", "nearest mistake"),
    )
)


def _line(measurement: Measurement, precision: Precision) -> str:
    from autograder.exercises.tolerances import tolerance

    limits = [tolerance(name, precision.dtype, measurement.device) for name in precision.computation]
    mark = "" if measurement.holds else "   <- too close"
    return (
        _COLUMNS.format(
            measurement.exercise,
            measurement.device,
            precision.dtype,
            precision.cases,
            f"{max(limit.rtol for limit in limits):.0e}",
            f"{max(limit.atol for limit in limits):.0e}",
            f"{precision.reference_error:.4f}",
            f"{precision.solution_error:.4f}",
            f"{precision.seen} of {precision.mistakes}",
            _times(precision.distance),
            precision.nearest or "",
        ).rstrip()
        + mark
    )


def _times(distance: float) -> str:
    return "-" if distance == float("inf") else f"{distance:.3g}"


def _sum_up(found: list[Measurement]) -> int:
    from autograder.judge.separation import LARGEST_SHARE, SMALLEST_DISTANCE

    precisions = [(precision.reference_error, item) for item in found for precision in item.precisions]
    rounding, of_reference = max(precisions, key=lambda pair: pair[0])
    largest = max(found, key=lambda item: item.share)
    nearest = min(found, key=lambda item: item.distance)
    close = [item for item in found if not item.holds]
    exercises = len({item.exercise for item in found})
    print(
        "\nErrors are in units of the tolerance: below 1 passes. “Seen” are the mistakes that the cases of a row alone "
        "tell from right.\n"
        f"{exercises} kernel{'s' if exercises > 1 else ''}, {len(precisions)} comparisons.\n"
        f"Largest error of PyTorch against float64: {rounding:.3f} ({of_reference.exercise}, {of_reference.device}); "
        f"it should be under {LARGEST_SHARE:g}.\n"
        f"Largest error of a solution: {largest.share:.3f} ({largest.exercise}, {largest.device}); "
        f"it should be under {LARGEST_SHARE:g}.\n"
        f"Nearest mistake: {_times(nearest.distance)} ({nearest.exercise}, {nearest.device}: {nearest.nearest}, in "
        f"“{nearest.requirement}”); it should be over {SMALLEST_DISTANCE:g}."
    )
    if close:
        print(f"Too close: {', '.join(sorted({item.exercise for item in close}))}.")
    return 1 if close else 0


def _write(found: list[Measurement], devices: tuple[str, ...]) -> None:
    from autograder import certificates

    for device in devices:
        print(f"Certificate: {certificates.write_certificate(certificates.certify(device, found))}")
    put_table(TABLE, certificates.as_markdown(certificates.all_certificates()))
