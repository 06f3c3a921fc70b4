"""A call with a limited time, interrupted at the worst moments."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from autograder.as_in_grading.timed_call import call_in_time

HOUR_SECONDS = 3600.0


def without_end(z):
    while True:
        z = z + 0


@pytest.mark.parametrize("begun", [True, False], ids=["the call has begun", "the call has not begun"])
def test_an_interrupt_while_the_call_is_being_started_stops_the_call(monkeypatch, begun):
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        if begun:
            start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    outcome = call_in_time(without_end, [np.zeros(1)], HOUR_SECONDS)
    assert outcome.problem is not None and outcome.problem.kind == "time"
    assert outcome.problem.message.startswith("you stopped it after ")


def test_a_call_that_ends_in_time_returns_its_result():
    outcome = call_in_time(lambda z: z + 1, [np.zeros(1)], HOUR_SECONDS)
    assert outcome.problem is None
    assert outcome.returned == np.ones(1)
