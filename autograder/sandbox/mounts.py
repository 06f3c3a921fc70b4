"""The files that Python, NumPy and what a course allows beside them need to run, and where each lies in the sandbox.

Nothing keeps its path of this machine, and no folder is bound that could hold other packages: a virtual environment
may lie in the course's own folder.
"""

from __future__ import annotations

import functools
import json
import os
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np

from autograder.sandbox.packages import files_of
from autograder.sandbox.worker import COURSE_MODULES

PYTHON, PACKAGES, LIBRARIES, COURSE = "/python/bin/python3", "/packages", "/lib", "/course"
HERE = Path(__file__).resolve().parent
OWN_FILES = ("sandbox/worker.py", "sandbox/template.py", *COURSE_MODULES.values())
"""The course's own files in the sandbox."""
WORKER, TEMPLATE = f"{COURSE}/sandbox/worker.py", f"{COURSE}/sandbox/template.py"
THIRD_PARTY = ("site-packages", "dist-packages")

LEFT_OUT = "_tkinter _curses _curses_panel readline _sqlite3 _dbm _gdbm _ssl nis spwd _crypt"
"""Modules of the standard library that no kernel needs, and that need many libraries."""

PROBE = """
import contextlib, ctypes, importlib, json, os, sys
sys.path.insert(0, sys.argv[1])
import numpy
del sys.path[0]
(numpy.ones((64, 64)) @ numpy.ones((64, 64))).sum()
numpy.linalg.eigvalsh(numpy.eye(8)); numpy.fft.fft(numpy.ones(8)); numpy.random.default_rng(0).normal()
for folder in sys.path:
    if os.path.basename(folder) == "lib-dynload":
        for name in sorted({entry.split(".")[0] for entry in os.listdir(folder)}):
            if not name.startswith(("_test", "xx")) and name not in sys.argv[2].split():
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
with contextlib.suppress(OSError):
    ctypes.CDLL("libgcc_s.so.1")
with open("/proc/self/maps") as maps:
    found = {line.split(None, 5)[5].strip() for line in maps if " r-xp " in line and "/" in line}
print(json.dumps(sorted(found)))
"""
"""Loads everything that a student's code can load, and prints the shared libraries that this took."""

PROBE_FOLDERS = """
import contextlib, ctypes, json, pathlib, sys
import numpy
for folder in map(pathlib.Path, sys.argv[1:]):
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*.so*")):
        with contextlib.suppress(OSError):
            ctypes.CDLL(str(path))
with open("/proc/self/maps") as maps:
    found = {line.split(None, 5)[5].strip() for line in maps if " r-xp " in line and "/" in line}
print(json.dumps(sorted(found)))
"""
"""Loads the libraries in some folders, and prints the shared libraries that this took."""

Bind = tuple[str, str]
"""A file or folder of this machine, and its path in the sandbox."""


@functools.cache
def needed_files() -> tuple[Bind, ...]:
    """Find everything that has to be bound, read-only. Raises OSError where Python and NumPy cannot be examined."""
    python = os.path.realpath(sys.executable)
    binds = {PYTHON: python, _standard_library(): sysconfig.get_path("stdlib")}
    packages = Path(np.__file__).resolve().parent.parent
    binds[f"{PACKAGES}/numpy"] = str(packages / "numpy")
    for library in _libraries(PROBE, str(packages), LEFT_OUT):
        if library != python and _is_elsewhere(library, binds.values()):
            for name, path in _names_of(library):
                place = Path(path).parent
                folder = f"{PACKAGES}/{place.relative_to(packages)}" if _is_in(place, packages) else LIBRARIES
                binds.setdefault(f"{folder}/{name}", library)
    loader = _loader(python)
    if loader:
        binds.setdefault(loader, os.path.realpath(loader))
    binds.update({f"{COURSE}/{name}": str(HERE.parent / name) for name in OWN_FILES})
    return tuple((source, place) for place, source in binds.items())


@functools.cache
def package_files(names: tuple[str, ...]) -> tuple[Bind, ...]:
    """Find what has to be bound, read-only, for packages that a course allows beside NumPy: themselves and their
    libraries. Raises OSError where they cannot be examined."""
    if not names:
        return ()
    found = [path.resolve() for name in names for path in files_of(name)]
    binds = {f"{PACKAGES}/{path.name}": str(path) for path in found}
    bound = [*binds.values(), *(source for source, _ in needed_files())]
    for library in _libraries(PROBE_FOLDERS, *map(str, found)):
        if _is_elsewhere(library, bound):
            binds.update({f"{LIBRARIES}/{name}": library for name, _ in _names_of(library)})
    return tuple((source, place) for place, source in binds.items())


def hidden_folders() -> tuple[str, ...]:
    """Return the folders in the sandbox that have to be covered: other packages within the standard library."""
    inside = _standard_library()
    outside = Path(sysconfig.get_path("stdlib"))
    return tuple(f"{inside}/{name}" for name in THIRD_PARTY if (outside / name).is_dir())


def library_folders(binds: tuple[Bind, ...]) -> list[str]:
    """Return the folders in the sandbox that the loader has to search."""
    beside_numpy = {os.path.dirname(place) for _, place in binds if place.startswith(f"{PACKAGES}/") and ".so" in place}
    return [LIBRARIES, *sorted(beside_numpy)]


def _standard_library() -> str:
    return f"/python/{sys.platlibdir}/python{sys.version_info.major}.{sys.version_info.minor}"


def _libraries(probe: str, *words: str) -> list[str]:
    """Return the shared libraries that a program finds."""
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", probe, *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ} | {"PATH": os.defpath},
    )
    if done.returncode:
        raise OSError(f"Python and NumPy do not start by themselves: {done.stderr.strip()[-200:]}")
    return [path for path in json.loads(done.stdout) if os.path.isfile(path)]


def _names_of(library: str) -> list[tuple[str, str]]:
    """Return a library's own name and those of the links to it, by which other libraries may ask for it."""
    folder = os.path.dirname(library)
    named = [(entry.name, entry.path) for entry in os.scandir(folder) if entry.is_symlink()]
    return [(os.path.basename(library), library)] + [
        (name, path) for name, path in named if os.path.realpath(path) == library
    ]


def _is_in(path: Path | str, folder: Path | str) -> bool:
    return Path(path).is_relative_to(folder)


def _is_elsewhere(library: str, bound) -> bool:
    return not any(_is_in(library, os.path.realpath(source)) for source in bound)


def _loader(program: str) -> str:
    """Read from a program's ELF header (PT_INTERP) the path at which it expects its loader; "" where it has none."""
    with open(program, "rb") as file:
        start = file.read(64)
        if start[:5] != b"\x7fELF\x02":
            return ""
        (table,), (size, count) = struct.unpack_from("<Q", start, 32), struct.unpack_from("<HH", start, 54)
        for number in range(count):
            file.seek(table + number * size)
            kind, _, offset, _, _, length = struct.unpack("<IIQQQQ", file.read(40))
            if kind == 3:
                file.seek(offset)
                return file.read(length).rstrip(b"\0").decode()
    return ""
