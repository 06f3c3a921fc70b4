"""`python3 -m autograder lab`: a student's own copy of the release, opened in JupyterLab.

What is in the copy belongs to the student: no work there is ever lost. A small manifest remembers what each file of the
release was when the student began. Where nothing was touched, a corrected one replaces it; where work was done, that is
put into the corrected notebook, and the old file is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.bootstrap import hand_over
from autograder.carry_over import Begun, begun_with, with_work
from autograder.course import FIRST_PAGE, MANIFEST, ROOT, CourseError, Notebook, read

SUMMARY = "a copy of the course's notebooks to work in, opened in JupyterLab"
FOLDER = "~/my-training-deep-networks"
EARLIER_FOLDER = "~/training-deep-networks"
"""The default of earlier versions, which is also the name of a clone or an unpacked handout."""
EARLIER_FILES = "earlier_versions"
"""The folder in the copy that keeps the notebooks as they were before a correction was brought in."""
SETTINGS = ROOT / "autograder" / "jupyter_settings"
"""Jupyter's settings for students."""
OURS = ("Assets", "autograder", "release", "source", "tests")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and how much to open."""
    parser.add_argument("--folder", default=FOLDER, help="your copy; made if it is not there (default: %(default)s)")
    parser.add_argument("--no-open", action="store_true", help="make or update the copy and stop there")
    parser.add_argument("--no-browser", action="store_true", help="start JupyterLab, which says its address")
    parser.epilog = (
        "Your work is never lost: a corrected notebook gets your answers, and the old one is kept in "
        f"{EARLIER_FILES}/. To begin a notebook afresh, rename yours and run this again."
    )


def run(arguments: argparse.Namespace) -> int:
    """Bring the copy up to date, say what was done, and open it."""
    folder = place_of(arguments.folder)
    require_place(folder)
    files = released()
    print(f"Your copy of the course: {folder}\n{table(update(folder, files))}")
    if not arguments.no_open:
        open_in_jupyterlab(folder, first_notebook(files), browser=not arguments.no_browser)
    return 0


def place_of(name: str) -> Path:
    """Return the folder of the copy. One that an earlier version made where it was the default is used again."""
    folder, earlier = Path(name).expanduser().resolve(), Path(EARLIER_FOLDER).expanduser().resolve()
    is_default = name == FOLDER and not folder.exists()
    return earlier if is_default and (earlier / MANIFEST).is_file() and not holds_the_course(earlier) else folder


def require_place(folder: Path) -> None:
    """Refuse a folder in which a copy would mix with the course's own files. Raises CourseError, with a way out."""
    if holds_the_course(folder):
        raise CourseError(f"{folder} holds the course itself. {_instead()}")
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file. {_instead()}")


def holds_the_course(folder: Path) -> bool:
    """Whether a folder holds the course, or lies among its files."""
    return any(folder.is_relative_to(ROOT / name) for name in OURS) or ROOT.is_relative_to(folder)


def _instead() -> str:
    """Name a folder that will do."""
    names = (f"{FOLDER}{ending}" for ending in ("", "-2", "-3"))
    usable = (name for name in names if not holds_the_course(Path(name).expanduser().resolve()))
    name = next((name for name in usable if not Path(name).expanduser().is_file()), "FOLDER")
    return f"Choose another folder for your copy:  python3 -m autograder lab --folder {name}"


def released(release: Path = ROOT / "release") -> dict[str, Path]:
    """Return the files of the release by their path inside it, in order."""
    files = {path.relative_to(release).as_posix(): path for path in sorted(release.rglob("*")) if path.is_file()}
    files = {name: path for name, path in files.items() if not any(part.startswith(".") for part in Path(name).parts)}
    if not any(name.endswith(".ipynb") for name in files):
        raise CourseError(f"There are no notebooks in {release}. Make them:  python3 -m autograder release")
    return files


def first_notebook(files: dict[str, Path]) -> str:
    """Return the notebook to begin with: the first page, where there is one."""
    return FIRST_PAGE if FIRST_PAGE in files else next(name for name in files if name.endswith(".ipynb"))


def update(folder: Path, files: dict[str, Path]) -> list[tuple[str, str, str]]:
    """Bring what is missing or new into the folder. Returns what was done: (file, what, another file to look at).

    It may be stopped at any moment: what was there is then in its place or in EARLIER_FILES, and the next run goes on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(folder)
    done = []
    for name, path in files.items():
        released = Released(digest(path), begun_with(read(path)) if path.suffix == ".ipynb" else None)
        done.append((name, *_bring(folder, name, path, manifest.get(name, released), released)))
        manifest[name] = released
        write_manifest(folder, manifest)
    return done


def _bring(folder: Path, name: str, path: Path, begun: Released, released: Released) -> tuple[str, str]:
    """Copy one file, or bring the one that is there up to date."""
    target = folder / name
    if not target.exists():
        copy(path, target)
        return "copied", ""
    mine = digest(target)
    if begun.file == released.file or mine == released.file:
        return "kept", ""
    if mine == begun.file:
        copy(path, target)
        return "updated", ""
    corrected = with_my_work(path, target, begun.cells) if path.suffix == ".ipynb" else None
    if corrected is None:
        return "changed", put_beside(path, target).relative_to(folder).as_posix()
    if corrected == read(target):
        return "kept", ""
    kept = keep(target, folder / EARLIER_FILES / name)
    write(target, json.dumps(corrected, indent=1, ensure_ascii=False) + "\n")
    return "merged", kept.relative_to(folder).as_posix()


def with_my_work(path: Path, target: Path, begun: Begun | None) -> Notebook | None:
    """Return a corrected notebook with a student's work in it; None where the student's file is not understood."""
    try:
        return with_work(read(path), read(target), begun)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def put_beside(path: Path, target: Path) -> Path:
    """Put a corrected file beside the one that is there."""
    beside = next(candidate for candidate in _beside(target) if not candidate.exists() or same(candidate, path))
    if not beside.exists():
        copy(path, beside)
    return beside


def keep(target: Path, place: Path) -> Path:
    """Keep a file as it is now under a name of its own near `place`."""
    numbered = (place.with_name(f"{place.stem}.{number}{place.suffix}") for number in itertools.count(1))
    kept = next(candidate for candidate in numbered if not candidate.exists() or same(candidate, target))
    if not kept.exists():
        copy(target, kept)
    return kept


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


def write(target: Path, text: str) -> None:
    """Write a text so that at every moment either the old file or the new one is there."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(target)


def same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    return digest(one) == digest(other)


def digest(path: Path) -> str:
    """Return a hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Released:
    """What is remembered of a released file: a hash of its bytes and, of a notebook, its cells; None where an earlier
    version did not remember them."""

    file: str
    cells: Begun | None = None


def read_manifest(folder: Path) -> dict[str, Released]:
    """Return which version of each released file this copy has seen last; empty where no manifest can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {name: Released(one) if isinstance(one, str) else Released(**one) for name, one in found.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


def write_manifest(folder: Path, manifest: dict[str, Released]) -> None:
    """Record the versions, all at once."""
    entries = {name: asdict(released) for name, released in manifest.items()}
    write(folder / MANIFEST, json.dumps(entries, indent=1, sort_keys=True))


def table(done: list[tuple[str, str, str]]) -> str:
    """Format what was done, a line for each file; where every file was kept, one line says so."""
    count = Counter(what for _, what, _ in done)
    if set(count) == {"kept"}:
        return f"  all {count['kept']} files are there; nothing was changed"
    width = max(len(name) for name, _, _ in done)
    words = {
        "copied": "copied",
        "kept": "kept as it is",
        "updated": "replaced by the corrected one: you had not touched it",
        "merged": "corrected, with your work in it; as it was before:",
        "changed": "kept as it is; corrected since, see",
    }
    return "\n".join(f"  {name:{width}}  {words[what]} {where}".rstrip() for name, what, where in done)


def open_in_jupyterlab(folder: Path, notebook: str, browser: bool) -> None:
    """Replace this process by JupyterLab in the folder, with `autograder` importable in its notebooks."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    command += [f"--LabServerApp.app_settings_dir={SETTINGS / 'lab'}"]
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if _is_root() else []
    print("JupyterLab starts. To stop it, press Ctrl-C here, twice.", flush=True)
    hand_over([*command, str(folder / notebook)], students_environment())


def students_environment() -> dict[str, str]:
    """Return the environment for a student's JupyterLab: with the course, and without nbgrader's menus for instructors
    and the question about news."""
    path = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")]))
    return {**environment_with_course(), "JUPYTER_CONFIG_PATH": path}


def environment_with_course() -> dict[str, str]:
    """Return the environment of this process, with the repository on Python's path."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
