"""No sandbox: a plain process, for tests, for the demo and for whoever asks for it by name."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.confinement import RunningWorker, StartedWorker, environment, popen, remove, worker_command
from autograder.sandbox.limits import Limits

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Unconfined:
    """A plain process: a scratch folder of its own, a minimal environment, the operating system's limits. It can do
    whatever the account that grades can do."""

    name: str = "none"

    def start(self, limits: Limits) -> RunningWorker:
        """Start a worker. Raises OSError where that cannot be done."""
        return self.start_command(worker_command(sys.executable, WORKER, limits))

    def start_command(self, command: list[str]) -> RunningWorker:
        """Start any command in a scratch folder of its own."""
        folder = Path(tempfile.mkdtemp(prefix="submission-"))
        try:
            process = popen(command, cwd=folder, env=environment(str(folder)))
        except BaseException:
            remove(folder)
            raise
        return StartedWorker(process, process.pid, folder)
