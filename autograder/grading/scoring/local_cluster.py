"""A dask.distributed cluster on this machine, to try `grade --scheduler`: `python -m
autograder.grading.scoring.local_cluster 4` starts a scheduler and four workers, and ends them with Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.scoring.workers import cores

START_SECONDS = 300.0
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class LocalCluster:
    """A running cluster. address: the scheduler's. workers: processes of one thread each."""

    address: str
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen]


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Start a cluster, and end it afterwards. Raises TimeoutError where not all of it starts."""
    from distributed import Client

    with tempfile.TemporaryDirectory(prefix="cluster-") as folder, contextlib.ExitStack() as running:
        file = Path(folder) / "scheduler.json"
        scheduler = _start(running, "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        end = time.monotonic() + START_SECONDS
        while not (address := _address_in(file)):
            if time.monotonic() > end:
                raise TimeoutError("dask's scheduler did not start")
            time.sleep(POLL_SECONDS)
        options = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--local-directory", folder)
        processes = [_start(running, "worker", address, *options) for _ in range(workers)]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START_SECONDS)
        yield LocalCluster(address, scheduler, processes)


def _address_in(file: Path) -> str:
    with contextlib.suppress(OSError, ValueError, KeyError):
        return json.loads(file.read_text(encoding="utf-8"))["address"]
    return ""


def _start(running: contextlib.ExitStack, kind: str, *words: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "dask", kind, *words, "--no-dashboard"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running.callback(_end, process)
    return process


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    """Start a cluster with so many workers as the command line says, one for each core by itself."""
    with local_cluster(int(sys.argv[1]) if len(sys.argv) > 1 else cores()) as cluster:
        print(f"python3 -m autograder grade CHAPTER --scheduler {cluster.address}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            cluster.workers[0].wait()


if __name__ == "__main__":
    main()
