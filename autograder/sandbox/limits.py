"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds of wall clock, bytes, processes, files.

    memory: of each of its processes (address space) and of all together (what they really hold).
    scratch: what all its files may hold together, in the sandbox; file_size: one of them.
    processes: with their threads.
    """

    start_seconds: float = 30.0
    cell_seconds: float = 30.0
    call_seconds: float = 5.0
    submission_seconds: float = 180.0
    memory: int = 3 * 2**30
    scratch: int = 64 * 2**20
    file_size: int = 64 * 2**20
    files: int = 10_000
    open_files: int = 256
    processes: int = 32
