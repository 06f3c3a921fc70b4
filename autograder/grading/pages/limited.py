"""Making a page in a process of its own that may use so much time and memory: a student's text goes through converters
there, and whatever they do to it, this process is none the worse."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection

from autograder.grading.scoring.workers import end_with_parent, interrupts_held

PAGE_CPU_SECONDS = 60
PAGE_MEMORY_BYTES = 2**30
"""On top of what the process that starts it has."""
LARGEST_PAGE_BYTES = 32 * 2**20

DONE, FAILED = b"+", b"-"


class TooLarge(Exception):
    """A page that takes more than it may. The message says of what, as the end of a sentence."""


def in_limits(
    make: Callable[[], str], cpu_seconds: int = PAGE_CPU_SECONDS, memory_bytes: int = PAGE_MEMORY_BYTES
) -> str:
    """Return the page that a function makes in a copy of this process. On other systems than Linux: in this one.

    Raises TooLarge where it takes more than the limits, RuntimeError with the traceback where the function fails.
    """
    if sys.platform != "linux":
        return make()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(make, sender, cpu_seconds, memory_bytes))
    with interrupts_held(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a copy of a process with threads: none of them is needed
        process.start()
    sender.close()
    try:
        answer = receiver.recv_bytes(LARGEST_PAGE_BYTES + 1)
    except EOFError:
        process.join()
        raise TooLarge(_reason(process.exitcode, cpu_seconds, memory_bytes)) from None
    except OSError:
        raise TooLarge(f"it would have more than {LARGEST_PAGE_BYTES / 2**20:.0f} MB") from None
    finally:
        receiver.close()
        process.kill()
        process.join()
    if answer[:1] == FAILED:
        raise RuntimeError(answer[1:].decode())
    return answer[1:].decode()


def _make(make: Callable[[], str], sender: Connection, cpu_seconds: int, memory_bytes: int) -> None:
    """Make the page in the copy. What the copy took over is not cleaned up there: it belongs to the original."""
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(signal.SIGKILL)
    _limit(cpu_seconds, memory_bytes)
    try:
        answer = DONE + make().encode()
    except MemoryError:
        os._exit(1)
    except Exception:
        answer = FAILED + traceback.format_exc().encode("utf-8", "replace")
    sender.send_bytes(answer)
    os._exit(0)


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        held = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (held + memory_bytes, held + memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def _reason(exitcode: int | None, cpu_seconds: int, memory_bytes: int) -> str:
    if exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"it takes more than {cpu_seconds} seconds"
    return f"it takes more than {memory_bytes / 2**20:,.0f} MB of memory"
