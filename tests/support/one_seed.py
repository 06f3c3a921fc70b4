"""A class whose submissions all have the hidden cases of one seed, so that its pages can be searched for them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from autograder.grading.scoring import in_parallel
from autograder.grading.scoring.grading_config import GradingConfig

SEED = 9_159_655_941
"""Chosen so that words that look for it, or for its cases, find nothing else."""

warm_up = in_parallel._warm_up


def warm_up_for_one_seed(answers: in_parallel.ClassAnswers) -> None:
    """Runs in a worker."""
    warm_up(answers)
    GradingConfig.seed_for = lambda *submission: SEED  # type: ignore[method-assign]


@contextlib.contextmanager
def one_seed_for_all() -> Iterator[None]:
    """While this lasts, a class is graded with the hidden cases of SEED, whatever was handed in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_parallel, "_warm_up", warm_up_for_one_seed)
        yield
