"""Time plays no part in these tests, but where they set a limit themselves."""

from __future__ import annotations

import math

import pytest

from autograder.judge import asked_again, cupy_trial, lookalikes


@pytest.fixture(autouse=True)
def all_the_time_in_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge's own limits are lifted: what it shows would depend on how fast the machine is."""
    monkeypatch.setattr(asked_again, "MOST_SECONDS", math.inf)
    monkeypatch.setattr(lookalikes, "LOOKALIKE_SECONDS", math.inf)
    monkeypatch.setattr(cupy_trial, "TRIAL_SECONDS", math.inf)
