"""`python3 -m autograder watch`: checks the next exercise whenever a notebook is saved, in any editor."""

from __future__ import annotations

import argparse
import ast
import contextlib
import linecache
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.course import CourseError, Notebook, read, text_of

SUMMARY = "check the next exercise whenever you save a notebook, in any editor"
SECONDS_BETWEEN_LOOKS = 0.5
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
"""What is taken from a notebook's cells, beside constants. Experiments and checks are not run."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and the one notebook to check and stop."""
    from autograder.commands.lab import FOLDER

    parser.add_argument("--folder", default=FOLDER, help="your copy, as `lab` made it (default: %(default)s)")
    parser.add_argument("--once", metavar="NOTEBOOK", help="check this notebook, as chapter/notebook, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Check the notebook that is next, then each one that is saved, until Ctrl-C."""
    from autograder.commands.lab import place_of

    folder = place_of(arguments.folder)
    if not folder.is_dir():
        raise CourseError(f"There is no copy in {folder} yet. Make it:  python3 -m autograder lab --no-open")
    if arguments.once:
        return check_notebook(folder, arguments.once.removesuffix(".ipynb"))
    print(f"Watching {folder}. Save a notebook to have it checked; Ctrl-C ends this.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        _watch(folder)
    return 0


def _watch(folder: Path) -> None:
    saved, child = _saved(folder), _start(folder, _next_notebook(folder))
    while True:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        now = _saved(folder)
        changed = [name for name, when in now.items() if saved.get(name) != when]
        saved = now
        if changed:
            if child is not None:
                child.kill()
                child.wait()
            child = _start(folder, changed[-1])


def _saved(folder: Path) -> dict[str, int]:
    """Return when each notebook of the course in a folder was saved last."""
    found = {}
    for name in _notebooks():
        with contextlib.suppress(OSError):
            found[name] = (folder / f"{name}.ipynb").stat().st_mtime_ns
    return found


def _notebooks() -> list[str]:
    from autograder.exercises import catalogue

    return list(dict.fromkeys(exercise.notebook for exercise in catalogue().values()))


def _next_notebook(folder: Path) -> str | None:
    from autograder.student_progress import rows

    there = [row for row in rows(folder) if (folder / f"{row.notebook}.ipynb").is_file()]
    return next((row.notebook for row in there if row.next), None)


def _start(folder: Path, notebook: str | None) -> subprocess.Popen | None:
    """Check a notebook in a process of its own, which can be ended whatever a function does."""
    if notebook is None:
        return None
    print(f"\n{'─' * 20} {notebook}, {time.strftime('%H:%M:%S')}", flush=True)
    command = [sys.executable, "-m", "autograder", "watch", "--folder", str(folder), "--once", notebook]
    return subprocess.Popen(command)


def check_notebook(folder: Path, notebook: str) -> int:
    """Check a notebook's exercises in order, up to the first that does not pass. Status 1 where there is one."""
    from autograder.exercises import of_notebook
    from autograder.student_check import NotYet, check

    exercises = of_notebook(notebook)
    if not exercises:
        raise CourseError(f"There are no exercises of {notebook!r}. The notebooks are: {', '.join(_notebooks())}.")
    path = folder / f"{notebook}.ipynb"
    try:
        names = definitions(read(path))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{path} cannot be read: {error}. Save it again, or restore it.") from None
    os.chdir(path.parent)
    for exercise in exercises:
        function = names.get(exercise.name)
        if function is None:
            print(f"There is no function called {exercise.name} in {notebook}.ipynb.")
            return 1
        if _passes(check, function, NotYet):
            print(f"✓ {exercise.name}", flush=True)
        else:
            return 1
    print(f"All {len(exercises)} exercises of {notebook} pass.")
    return 0


def _passes(check: Callable[..., None], function: Any, not_yet: type[Exception]) -> bool:
    """Whether a function passes. Its report is shown only where it does not."""
    import io

    shown = io.StringIO()
    try:
        with contextlib.redirect_stdout(shown):
            check(function)
    except not_yet as reason:
        print(shown.getvalue().strip() or str(reason))
        return False
    return True


def definitions(notebook: Notebook) -> dict[str, Any]:
    """Run what a notebook's cells define, in their order: imports, functions, classes, constants.

    A cell that fails leaves out what it would have defined, and says so.
    """
    names: dict[str, Any] = {"__name__": "notebook"}
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        where, source = f"<cell {number + 1}>", text_of(cell)
        try:
            tree = ast.parse(_in_python(source))
            tree.body = [statement for statement in tree.body if _defines(statement)]
            linecache.cache[where] = (len(source), None, source.splitlines(keepends=True), where)
            exec(compile(tree, where, "exec"), names)
        except Exception as error:
            if "def " in source or isinstance(error, SyntaxError):
                print(f"Cell {number + 1} does not run: {type(error).__name__}: {error}")
    return names


def _defines(statement: ast.stmt) -> bool:
    """Whether a statement defines something: a function, an import, or a name for a constant."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return statement.value is not None and not any(isinstance(node, ast.Call) for node in ast.walk(statement))
    return isinstance(statement, DEFINITIONS)


def _in_python(source: str) -> str:
    """Translate IPython's magics and shell lines, where IPython is."""
    from autograder.as_in_grading.history import as_python

    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        return source
    return as_python(TransformerManager(), source)
