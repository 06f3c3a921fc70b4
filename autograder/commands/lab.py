"""`python3 -m autograder lab`: a student's own copy of the release, opened in JupyterLab.

What is in the copy belongs to the student: no file there is ever replaced or removed. A small manifest remembers which
version of each released file the student began with, so that a corrected release can be put beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from autograder.bootstrap import hand_over
from autograder.course import ROOT, CourseError

SUMMARY = "a copy of the course's notebooks to work in, opened in JupyterLab"
FOLDER = "~/training-deep-networks"
MANIFEST = ".release.json"
OURS = ("Assets", "autograder", "release", "source", "tests")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and how much to open."""
    parser.add_argument("--folder", default=FOLDER, help="your copy; made if it is not there (default: %(default)s)")
    parser.add_argument("--no-open", action="store_true", help="make or update the copy and stop there")
    parser.add_argument("--no-browser", action="store_true", help="start JupyterLab, which says its address")
    parser.epilog = "Your files are never changed. To begin a notebook afresh, rename yours and run this again."


def run(arguments: argparse.Namespace) -> int:
    """Bring the copy up to date, say what was done, and open it."""
    folder = Path(arguments.folder).expanduser().resolve()
    require_place(folder)
    files = released()
    print(f"Your copy of the course: {folder}\n{table(update(folder, files))}")
    if not arguments.no_open:
        open_in_jupyterlab(folder, first_notebook(files), browser=not arguments.no_browser)
    return 0


def require_place(folder: Path) -> None:
    """Refuse a folder in which a copy would mix with the course's own files."""
    own = any(folder.is_relative_to(ROOT / name) for name in OURS)
    if own or ROOT.is_relative_to(folder):
        raise CourseError(f"{folder} holds the course itself. Choose another folder for your copy, such as {FOLDER}.")
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file. Choose a folder for your copy, such as {FOLDER}.")


def released(release: Path = ROOT / "release") -> dict[str, Path]:
    """Return the files of the release by their path inside it, in order."""
    files = {path.relative_to(release).as_posix(): path for path in sorted(release.rglob("*")) if path.is_file()}
    files = {name: path for name, path in files.items() if not any(part.startswith(".") for part in Path(name).parts)}
    if not any(name.endswith(".ipynb") for name in files):
        raise CourseError(f"There are no notebooks in {release}. Make them:  python3 -m autograder release")
    return files


def first_notebook(files: dict[str, Path]) -> str:
    """Return the notebook to begin with."""
    return next(name for name in files if name.endswith(".ipynb"))


def update(folder: Path, files: dict[str, Path]) -> list[tuple[str, str, str]]:
    """Bring what is missing or new into the folder. Returns what was done: (file, what, where the new version is)."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(folder)
    done = []
    for name, path in files.items():
        version = digest(path)
        done.append((name, *_bring(folder, name, path, manifest.get(name, version) != version)))
        manifest[name] = version
        write_manifest(folder, manifest)
    return done


def _bring(folder: Path, name: str, path: Path, has_changed: bool) -> tuple[str, str]:
    """Copy one file, or keep the one that is there; a corrected version goes beside it."""
    target = folder / name
    if not target.exists():
        copy(path, target)
        return "copied", ""
    if not has_changed or digest(target) == digest(path):
        return "kept", ""
    beside = next(candidate for candidate in _beside(target) if not candidate.exists() or same(candidate, path))
    if not beside.exists():
        copy(path, beside)
    return "changed", beside.relative_to(folder).as_posix()


def _beside(target: Path) -> Iterator[Path]:
    """Yield names for a new version of a file: a.new.ipynb, a.new2.ipynb, ..."""
    number = 1
    while True:
        yield target.with_name(f"{target.stem}.new{number if number > 1 else ''}{target.suffix}")
        number += 1


def copy(path: Path, target: Path) -> None:
    """Copy a file so that a copy cut short never looks like a whole one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.copyfile(path, unfinished)
    unfinished.replace(target)


def same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    return digest(one) == digest(other)


def digest(path: Path) -> str:
    """Return a hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(folder: Path) -> dict[str, str]:
    """Return which version of each released file this copy has seen last; empty where no manifest can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_manifest(folder: Path, manifest: dict[str, str]) -> None:
    """Record the versions, all at once."""
    unfinished = folder / (MANIFEST + ".unfinished")
    unfinished.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    unfinished.replace(folder / MANIFEST)


def table(done: list[tuple[str, str, str]]) -> str:
    """Format what was done, a line for each file; where every file was kept, one line says so."""
    count = Counter(what for _, what, _ in done)
    if set(count) == {"kept"}:
        return f"  all {count['kept']} files are there; nothing was changed"
    width = max(len(name) for name, _, _ in done)
    words = {"copied": "copied", "kept": "kept as it is", "changed": "kept as it is; corrected since, see"}
    return "\n".join(f"  {name:{width}}  {words[what]} {where}".rstrip() for name, what, where in done)


def open_in_jupyterlab(folder: Path, notebook: str, browser: bool) -> None:
    """Replace this process by JupyterLab in the folder, with `autograder` importable in its notebooks."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if _is_root() else []
    print("JupyterLab starts. To stop it, press Ctrl-C here, twice.", flush=True)
    hand_over([*command, str(folder / notebook)], environment_with_course())


def environment_with_course() -> dict[str, str]:
    """Return the environment of this process, with the repository on Python's path."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
