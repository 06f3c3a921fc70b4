"""The key of a result: it names everything that the result depends on. A result whose key is still the same is kept."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from autograder.exercises import catalogue, files_of
from autograder.grading.intake.instructor_notebook import exercises_in, master
from autograder.grading.intake.released import released
from autograder.grading.intake.renamed import notebooks_found, other_notebooks
from autograder.grading.intake.submission import SetAside, digest, handed_in
from autograder.grading.scoring.given_files import given_files
from autograder.grading.scoring.grading_config import GradingConfig
from autograder.grading.scoring.task import Task

PACKAGE = Path(__file__).resolve().parents[2]
DECIDING = ("course.py", "plaindata", "judge", "sandbox", "grading/intake", "grading/scoring")
"""The parts of the package that decide every score; the files of a notebook's own exercises come on top."""


def key_of(task: Task, config: GradingConfig) -> str:
    """The key of what grading a submitted notebook now would give."""
    instructors = master(config.course, task.notebook)
    parts = [
        task.notebook,
        _content(task.path),
        *(f"{name}: {_content(task.path.with_name(name))}" for name in other_notebooks(task.chapter, task.student)),
        *([] if task.path.is_file() else notebooks_found(task.chapter, task.student)[:1]),
        json.dumps(instructors, sort_keys=True),
        json.dumps(released(task.chapter, task.section).forms, sort_keys=True),
        deciding_code(frozenset(catalogue()[name].notebook for name in exercises_in(instructors))),
        config.secret,
        str(config.devices),
        config.confinement.name,
        str(config.limits),
        *(f"{name} {digest(content)}" for name, content in given_files(task.chapter).items()),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _content(path: Path) -> str:
    content = handed_in(path)
    return f"no content: {content}" if content is None or isinstance(content, SetAside) else digest(content)


@functools.cache
def deciding_code(notebooks: frozenset[str]) -> str:
    """Names the code that decides a score. notebooks: those of the catalogue whose exercises are judged."""
    own = {path for notebook in notebooks for path in files_of(notebook)}
    return _digest_of([*own, *(path for part in DECIDING for path in _modules(PACKAGE / part))])


def _modules(path: Path) -> Iterable[Path]:
    return path.rglob("*.py") if path.is_dir() else [path]


def _digest_of(paths: list[Path]) -> str:
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.read_bytes())
    return found.hexdigest()
