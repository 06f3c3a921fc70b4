"""`python3 -m tests.verdicts > FILE`: what the judge makes of everything there is to judge, a line each.

Two files from before and after a change show with `diff` what the change did to the verdicts. Judged are every
exercise's solution, stub, mistakes and variants, and with `--functions FILE` the functions of a Python file that has
`CASES`, a list of (kind, exercise, note, remark, function); each with the public cases and with two hidden seeds.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autograder.exercises import catalogue
from autograder.judge import judge
from autograder.plaindata.call import call
from autograder.solutions import solution
from tests.variants import variants

RUNS = (("public", 0), ("all", 20_221_129), ("all", 987_654_321))
"""Which cases, and the seed of the hidden ones."""


def main() -> None:
    """Print the verdicts, exercise by exercise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--functions", type=Path, help="a Python file with CASES")
    path = parser.parse_args().functions
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for lines in pool.imap(functools.partial(verdicts_of, path), catalogue()):
            print(*lines, sep="\n", flush=True)


def verdicts_of(path: Path | None, exercise: str) -> list[str]:
    """The lines of one exercise."""
    return [
        json.dumps([exercise, kind, name, cases, seed, *summary(exercise, function, cases, seed)], ensure_ascii=False)
        for kind, name, function in [*functions_of(exercise), *functions_of_file(path, exercise)]
        for cases, seed in RUNS
    ]


def functions_of(exercise: str) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """What the course itself holds: kind, name, function."""
    yield "solution", exercise, solution(exercise)
    yield "stub", exercise, _stub
    entry = catalogue()[exercise]
    for mistake in entry.mistakes:
        yield "mistake", mistake.name, mistake.function
    for variant in variants()[exercise]:
        yield "variant", variant.__name__, variant


def functions_of_file(path: Path | None, exercise: str) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """What a file holds for an exercise."""
    for kind, of, note, _, function in _cases(path) if path else ():
        if of == exercise:
            yield kind, f"{function.__name__}: {note}", function


@functools.cache
def _cases(path: Path) -> list[tuple]:
    spec = importlib.util.spec_from_file_location("functions_to_judge", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASES


def _stub(*arguments: Any) -> None:
    raise NotImplementedError


def summary(exercise: str, function: Callable[..., Any], cases: str, seed: int) -> list[Any]:
    """Points, the requirements lost, and what was diagnosed."""
    verdict = judge(catalogue()[exercise], functools.partial(call, function), cases=cases, seed=seed, devices=("cpu",))
    lost = [requirement.name for requirement in verdict.requirements if not requirement.passed]
    found = [verdict.diagnosis] if verdict.diagnosis else verdict.partial_diagnoses
    return [
        verdict.points,
        lost,
        verdict.problem["kind"] if verdict.problem else "",
        [[item.kind, item.name, item.text, item.requirement] for item in found],
        verdict.remarks,
    ]


if __name__ == "__main__":
    main()
