"""`python3 -m autograder verify`: how far right and wrong answers are apart, kernel by kernel."""

from __future__ import annotations

import argparse

SUMMARY = "compare solutions and known mistakes with PyTorch: errors in units of the tolerance"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which kernels, on which devices."""
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help="kernels to verify; all if none is named")
    parser.add_argument(
        "--devices", metavar="NAMES", help="where PyTorch computes, such as cpu,cuda; every device present by default"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, print a line for each kernel and device, and sum up. Status 1 where a comparison does not separate."""
    from autograder.course import CourseError
    from autograder.judge import devices as device_list
    from autograder.judge.certificate import measure
    from autograder.kernels import catalogue
    from autograder.solutions import solution

    unknown = [name for name in arguments.kernels if name not in catalogue()]
    if unknown:
        raise CourseError(f"There is no kernel {unknown[0]!r}. The kernels are: {', '.join(sorted(catalogue()))}.")
    try:
        asked_for = tuple(arguments.devices.split(",")) if arguments.devices else None
        devices = device_list.chosen(asked_for)
    except ValueError as error:
        text = str(error)
        raise CourseError(f"{text[0].upper()}{text[1:]}.") from None
    found, notebook = [], ""
    for kernel in catalogue().values():
        if arguments.kernels and kernel.name not in arguments.kernels:
            continue
        if kernel.notebook != notebook:
            notebook = kernel.notebook
            print(f"\n{notebook}\n{_HEAD}", flush=True)
        for measurement in measure(kernel, solution(kernel.name), devices):
            found.append(measurement)
            print(_line(measurement), flush=True)
    return _sum_up(found)


_COLUMNS = "  {:<34} {:<6} {:>12} {:>12}  {}"
_HEAD = _COLUMNS.format("kernel", "device", "solution's", "nearest", "nearest mistake")
_HEAD += "\n" + _COLUMNS.format("", "", "error", "mistake's", "").rstrip()


def _line(found) -> str:
    mark = "" if found.holds else "   <- too close"
    mistake = f"{found.nearest} (in “{found.requirement}”)"
    return _COLUMNS.format(found.kernel, found.device, f"{found.share:.4f}", _times(found.distance), mistake) + mark


def _times(distance: float) -> str:
    return "no number" if distance == float("inf") else f"{distance:.3g}"


def _sum_up(found) -> int:
    from autograder.judge.certificate import LARGEST_SHARE, SMALLEST_DISTANCE

    largest = max(found, key=lambda item: item.share)
    nearest = min(found, key=lambda item: item.distance)
    close = [item for item in found if not item.holds]
    print(
        f"\nErrors are in units of the tolerance: below 1 passes. {len(found)} comparisons.\n"
        f"Largest error of a solution: {largest.share:.3f} ({largest.kernel}, {largest.device}); "
        f"it should be under {LARGEST_SHARE:g}.\n"
        f"Nearest mistake: {_times(nearest.distance)} ({nearest.kernel}: {nearest.nearest}, {nearest.device}); "
        f"it should be over {SMALLEST_DISTANCE:g}."
    )
    if close:
        print(f"Too close: {', '.join(sorted({item.kernel for item in close}))}.")
    return 1 if close else 0
