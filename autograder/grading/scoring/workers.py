"""Worker processes that end when they are told to, and with their parent."""

from __future__ import annotations

import concurrent.futures
import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until the block is left, and does not reach a worker that is started in it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def worker_pool(jobs: int, warm_up: Callable[[], None]) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    """Worker processes. Left in a hurry, by Ctrl-C or another exception, they are ended at once.

    warm_up: what each of them does before its first task.
    """
    context = multiprocessing.get_context("spawn")
    pool = concurrent.futures.ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(warm_up,))
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(timeout=10)
            process.kill()
        raise


def no_warm_up() -> None:
    """For workers that have nothing to prepare."""


def _start(warm_up: Callable[[], None]) -> None:
    """Leave Ctrl-C to the parent, end with it, and warm up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    end_with_parent(signal.SIGTERM)
    warm_up()


SHUTDOWN_SECONDS = 20.0
"""Seconds that a worker has to end in order."""


def _end(number: int, frame: object) -> None:
    """End in order, once: a second signal must not cut the cleaning up short.

    Where the exception is swallowed, by the executor or in a `__del__` that the signal happened to hit, the worker ends
    all the same.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    last_resort = threading.Timer(SHUTDOWN_SECONDS, os._exit, [1])
    last_resort.daemon = True
    last_resort.start()
    sys.exit(1)


def end_with_parent(number: int) -> None:
    """Ask Linux to send this process a signal when its parent ends; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, number)
