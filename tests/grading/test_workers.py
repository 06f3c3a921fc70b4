"""Worker processes end when they are told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from autograder.course import ROOT
from tests.support.speed import scaled

SWALLOWS = """
import signal, sys, time
from autograder.grading.scoring import workers

workers.SHUTDOWN_SECONDS = 1.0

class Swallows:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

workers._start(workers.no_warm_up)
Swallows()
print("goes on", flush=True)
while True:
    time.sleep(0.1)
"""


def test_a_worker_whose_end_was_swallowed_ends_all_the_same():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SWALLOWS], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=scaled(120)
    )
    assert done.stdout == "goes on\n", "the exception is lost in __del__"
    assert done.returncode == 1 != -signal.SIGTERM
