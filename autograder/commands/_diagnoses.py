"""`verify --diagnosis`: what is said of wrong functions, and how much of it is true, as a table."""

from __future__ import annotations

import datetime
import multiprocessing
import os
import platform
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

from autograder.commands._readme import put_table

if TYPE_CHECKING:
    from autograder.diagnosis_trial import Outcome, Subject

TABLE = "diagnoses"
"""The table of the README that `--write` fills."""
MUTATIONS = 2_000
"""How many random mutations are tried where nobody says how many."""
AT_ONCE = 8
"""How many functions a process is given at once: those of an exercise share its cases."""
PROGRESS_EVERY = 100
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


SAMPLE_SEED = 12
"""Of the order in which they are tried where there is no time for all."""


def run(exercises: Sequence[str], mutations: int, *, minutes: float | None, write: bool) -> int:
    """Try the diagnoses on wrong functions of these exercises, all if none is named, and print the table.

    minutes: how long; then a random sample is tried, as large as the time allows. write: whether the README gets it,
    too. Returns 1 where more than one in two hundred is told something false.
    """
    from autograder.diagnosis_trial import KINDS, as_markdown, subjects

    chosen = subjects(list(KINDS), mutations, exercises)
    print(f"{len(chosen):,} wrong functions, on {os.cpu_count()} cores.", flush=True)
    found: list[Outcome] = []
    for outcome in _outcomes(chosen, minutes):
        found.append(outcome)
        if outcome.result == "false":
            print(_described(outcome), flush=True)
        if len(found) % PROGRESS_EVERY == 0 or len(found) == len(chosen):
            print(f"{len(found):,} of {len(chosen):,}", flush=True)
    table = f"{as_markdown(found)}\n\n{_measured(found, len(chosen))}"
    print(f"\n{table}\n{_not_counted(found)}")
    if write:
        put_table(TABLE, table)
    return int(sum(outcome.result == "false" for outcome in found) > len(found) / 200)


def _outcomes(chosen: Sequence[Subject], minutes: float | None) -> Iterator[Outcome]:
    """Try functions on all cores, all or for so many minutes, and yield what was said of each."""
    for name in ONE_THREAD:
        os.environ[name] = "1"
    parts = [chosen[first : first + AT_ONCE] for first in range(0, len(chosen), AT_ONCE)]
    if minutes is not None:
        random.Random(SAMPLE_SEED).shuffle(parts)
    end = None if minutes is None else time.monotonic() + 60 * minutes
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(tried_part, part) for part in parts]):
            yield from done.result()
            if end is not None and time.monotonic() > end:
                pool.shutdown(wait=False, cancel_futures=True)
                return


def tried_part(part: Sequence[Subject]) -> list[Outcome]:
    """Try some of the functions, in a process of their own."""
    from autograder.diagnosis_trial import tried
    from autograder.judge.repair.search import MOST_SECONDS

    return [tried(subject, MOST_SECONDS) for subject in part]


def _described(outcome: Outcome) -> str:
    said = [f"  {one.explanation}: {one.text}" for one in outcome.said if not one.is_true]
    subject = outcome.subject
    return "\n".join([f"FALSE of {subject.exercise}, {subject.kind} {subject.mistakes}:", *said, subject.source])


def _not_counted(found: Sequence[Outcome]) -> str:
    """Say of how many mutations the table says nothing, and why."""
    judged = Counter(outcome.judged for outcome in found if outcome.subject.kind == "mutation")
    return (
        f"Mutations that the table leaves out: {judged['accepted']} pass (most of them change nothing), "
        f"{judged['not run']} do not run at all."
    )


def _measured(found: Sequence[Outcome], of: int) -> str:
    seconds = sorted(outcome.seconds for outcome in found if outcome.judged == "wrong")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    half, nine_of_ten = _quantile(seconds, 0.5), _quantile(seconds, 0.9)
    sample = "" if len(found) == of else f", a random sample of {len(found):,} out of {of:,}"
    return (
        f"Measured on {today} with Python {platform.python_version()} on {platform.machine()}{sample}; "
        f"`check` computes {half:.2g} s or less for half of these functions, {nine_of_ten:.2g} s or less for nine of "
        "ten."
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0
