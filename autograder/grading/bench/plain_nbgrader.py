"""The same notebooks as an instructor would give them to nbgrader alone: assertions against PyTorch in the kernel.

Experiments are left out, which nbgrader would run with all their trainings and figures. A test cell gives all points or
none.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import Cell, Chapter, Course, Notebook, checked_names, is_check_cell, read
from autograder.exercises import catalogue
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.grading.demo.simulated_class import Student, fill_in, scratch_course
from autograder.grading.scoring.cells import is_experiment
from autograder.judge.comparison import compare
from autograder.judge.expectations import cases_of, drawn_cases, reference
from autograder.plaindata.values import duplicate

CONFIG = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.Execute.timeout = 600
c.Application.log_level = "ERROR"
"""
TEST = "from autograder.grading.bench.plain_nbgrader import assert_like_pytorch\n"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS\n"


def assert_like_pytorch(function: Callable[..., Any], hidden: bool = False) -> None:
    """Raise AssertionError where a function differs from its PyTorch reference: in the cases that students see, or in
    as many hidden ones as grading has."""
    exercise = catalogue()[function.__name__]
    cases = drawn_cases(exercise, PUBLIC_SEED) if hidden else cases_of(exercise, PUBLIC_SEED, False)
    for _, case in cases:
        got = function(*duplicate(list(case.arguments.values())))
        with np.errstate(all="ignore"):
            expected = reference(exercise, case, "cpu")[0]
        computation = case.computation or exercise.computation
        found = compare(got, expected, computation=computation, outputs=exercise.outputs).difference
        assert found is None, f"{case.name}: {found and found.message}"


def plain_course(folder: Path, chapter: Chapter, students: list[Student]) -> Chapter:
    """Make a course folder for nbgrader alone, and hand in what these students wrote."""
    course = scratch_course(folder, chapter.course)
    (folder / "nbgrader_config.py").write_text(CONFIG.format(root=str(folder)), encoding="utf-8")
    for section in chapter.sections():
        path = course.source_of(chapter.notebook(section))
        path.write_text(json.dumps(_with_assertions(read(path))), encoding="utf-8")
    plain = Chapter(Course(folder), chapter.name)
    nbgrader(folder, "generate_assignment", chapter.name, "--force")
    for student in students:
        place = folder / "submitted" / student.name / chapter.name
        place.mkdir(parents=True)
        for section in chapter.sections():
            released = read(folder / "release" / chapter.name / f"{section}.ipynb")
            written = fill_in(released, student.answers.get(section, {}), student.extra.get(section, []))
            (place / f"{section}.ipynb").write_text(json.dumps(written), encoding="utf-8")
    return plain


def _with_assertions(notebook: Notebook) -> Notebook:
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] != "code" or not _is_experiment(cell)]
    for cell in cells:
        if is_check_cell(cell):
            names = checked_names("".join(cell["source"]))
            shown = "".join(f"assert_like_pytorch({name})\n" for name in names)
            hidden = "\n".join(f"assert_like_pytorch({name}, hidden=True)" for name in names)
            cell["source"] = TEST + shown + HIDDEN.format(hidden)
    return {**notebook, "cells": cells}


def _is_experiment(cell: Cell) -> bool:
    import nbformat

    return is_experiment(nbformat.from_dict({**cell, "source": "".join(cell["source"])}))


def nbgrader(folder: Path, *words: str) -> None:
    """Run one of nbgrader's commands in this process. Raises RuntimeError where it fails."""
    from jupyter_core.application import NoStart
    from nbgrader.apps.nbgraderapp import NbGraderApp

    application = NbGraderApp.instance()
    try:
        with contextlib.chdir(folder):
            application.initialize(list(words))
            with contextlib.suppress(NoStart):
                application.start()
    except SystemExit as end:
        if end.code:
            raise RuntimeError(f"nbgrader {' '.join(words)} ended with status {end.code}") from end
    finally:
        one: Any = application
        while one is not None:
            type(one).clear_instance()
            one = one.subapp
