"""Copies of the files of Python and NumPy that lie in memory: made once for a class, removed with the last process that
uses them.

All sandboxes share these files, and what the kernel keeps of a disk would tell one of them what another did: a page
that was read is in memory, where the next reader has it sooner, and so is a name that was looked up in vain. Of files
that lie in memory nothing is kept.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox.mounts import THIRD_PARTY, Bind

MEMORY = Path("/dev/shm")
PREFIX = "autograder-files-"
NEEDED_BYTES = 2**30
"""How much room there has to be: the copies take about a seventh of it, and students' processes need the rest."""
LEFT_OUT = shutil.ignore_patterns("test", "tests", "idlelib", "ensurepip", "turtledemo", "config-*", "*.a", "*.pyi")
"""What no kernel needs, and what is as large as all the rest."""


@functools.cache
def in_memory(binds: tuple[Bind, ...]) -> tuple[Bind, ...]:
    """Copy the files of some binds into memory; returns binds of the copies, or the same ones where that cannot be."""
    if not _has_room():
        return binds
    sources = list(dict.fromkeys(source for source, _ in binds))
    with contextlib.suppress(OSError):
        folder = _copies(sources)
        return tuple((f"{folder}/{sources.index(source)}", place) for source, place in binds)
    return binds


def _has_room() -> bool:
    """Whether there is a folder in memory whose files may be executed, with room."""
    with contextlib.suppress(OSError):
        in_it = os.statvfs(MEMORY)
        mounted = {tuple(line.split()[1:3]) for line in Path("/proc/mounts").read_text().splitlines()}
        room = in_it.f_bavail * in_it.f_frsize
        return (str(MEMORY), "tmpfs") in mounted and not in_it.f_flag & os.ST_NOEXEC and room > NEEDED_BYTES
    return False


def _copies(sources: list[str]) -> Path:
    """Find or make the folder with a copy of each source, under its number. Raises OSError where that cannot be."""
    folder = MEMORY / f"{PREFIX}{_digest(sources)}"
    held = _hold(folder)
    if held is None:
        _remove_what_nobody_holds()
        held = _made(folder, sources)
    atexit.register(_release, held, folder, os.getpid())
    return folder


def _made(folder: Path, sources: list[str]) -> int:
    """Make the folder, or use the one that another process has made meanwhile; returns the descriptor that holds it."""
    unfinished = Path(tempfile.mkdtemp(prefix=f"{PREFIX}unfinished-", dir=MEMORY))
    held = _hold(unfinished)
    try:
        for number, source in enumerate(sources):
            _copy(source, unfinished / str(number))
        if not folder.exists():
            unfinished.rename(folder)
        elif held is not None:
            os.close(held)
            held = _hold(folder)
    except OSError:
        if held is not None:
            os.close(held)
        raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    if held is None:
        raise FileNotFoundError(folder)
    return held


def _digest(sources: list[str]) -> str:
    """Name sources by their paths and dates, and the account."""
    named = [os.geteuid(), *((source, os.stat(source).st_mtime_ns) for source in sources)]
    return hashlib.sha256(repr(named).encode()).hexdigest()[:32]


def _copy(source: str, target: Path) -> None:
    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=True, ignore=_left_out)
    else:
        shutil.copy(source, target)


def _left_out(folder: str, names: list[str]) -> Iterable[str]:
    """Name what is not copied of a folder; other packages' folder is there, and empty."""
    return names if os.path.basename(folder) in THIRD_PARTY else LEFT_OUT(folder, names)


def _hold(folder: Path, *, alone: bool = False) -> int | None:
    """Open and lock a folder of this account, so that nobody removes it; returns the descriptor, None if it is not
    there.

    alone: no other process may hold it.

    Raises OSError where it is another account's, or locked otherwise.
    """
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o700:
            raise PermissionError(folder)
        if folder.exists():
            return descriptor
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _release(descriptor: int, folder: Path, owner: int) -> None:
    """Remove a folder at this process's end, unless another one holds it."""
    if os.getpid() == owner:
        os.close(descriptor)
        _remove(folder)


def _remove_what_nobody_holds() -> None:
    """Remove what killed processes left."""
    for folder in MEMORY.glob(f"{PREFIX}*"):
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder that nobody holds."""
    with contextlib.suppress(OSError):
        held = _hold(folder, alone=True)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)
