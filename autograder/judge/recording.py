"""Record the exercises: their cases, and what PyTorch and the known mistakes give there.

A file a notebook, beside its exercises. It serves where PyTorch is not here, and the handout.
"""

from __future__ import annotations

import ast
import datetime
import hashlib
import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercises import catalogue, files_of, folder_of, of_notebook
from autograder.exercises.mistakes import Mistake
from autograder.exercises.model import Case, Exercise
from autograder.exercises.recorded import FILE, RecordedMistake, Recording, Writer, about
from autograder.exercises.sampling import PUBLIC_SEED
from autograder.judge.comparison import compare
from autograder.judge.expectations import Expectation, expectations_of, not_asked, public
from autograder.judge.known import answer_of, warnings_of
from autograder.judge.rollout import Step, rollout
from autograder.judge.session import versions
from autograder.judge.verdict import DERIVATIVE
from autograder.plaindata.call import call

HIDDEN_DRAWS = 1
"""How many draws of the hidden cases a student can try at home."""


def notebooks() -> list[str]:
    """Return the notebooks that have exercises, in order."""
    return list(dict.fromkeys(exercise.notebook for exercise in catalogue().values()))


def place_of(notebook: str) -> Path:
    """Return where what was recorded of a notebook's exercises stands."""
    folder = folder_of(notebook)
    assert folder is not None, notebook
    return folder / FILE


def is_up_to_date(notebook: str) -> bool:
    """Whether what stands there was recorded of the exercises as they are now."""
    return about(place_of(notebook)).get("made_from") == made_from(notebook)


def made_from(notebook: str) -> str:
    """Return a hash of the code that a notebook's recording depends on."""
    texts = (path.read_text(encoding="utf-8") for path in files_of(notebook))
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def up_to_date(notebook: str) -> bytes:
    """Return the file that is there; where the exercises have changed since, a new one."""
    return place_of(notebook).read_bytes() if is_up_to_date(notebook) else recorded(notebook)


def recorded(notebook: str) -> bytes:
    """Record the exercises of a notebook on the CPU, and return the file."""
    writer, file = Writer(), io.BytesIO()
    for exercise in of_notebook(notebook):
        writer.add(exercise, stub(exercise), record(exercise))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    writer.write(file, {"versions": versions(), "device": "cpu", "date": today, "made_from": made_from(notebook)})
    return file.getvalue()


def stub(exercise: Exercise) -> str:
    """Return an exercise's function without a body: its name and its parameters."""
    (definition,) = ast.parse(exercise.textbook).body
    return without_body(definition, exercise.name)


def without_body(function: ast.stmt, name: str) -> str:
    """Return a function's definition under a name, with nothing in it."""
    assert isinstance(function, ast.FunctionDef)
    return f"def {name}({ast.unparse(function.args)}):\n    raise NotImplementedError\n"


def record(exercise: Exercise) -> Recording:
    """Record an exercise on the CPU."""
    seen = public(exercise, ("cpu",))
    draws = [expectations_of(exercise, PUBLIC_SEED + 1 + draw, True, ("cpu",)) for draw in range(HIDDEN_DRAWS)]
    told = not_asked(exercise)
    everything = [expectation for expectations in (seen, *draws, told) for expectation in expectations]
    with np.errstate(all="ignore"):
        mistakes = tuple(_recorded(exercise, mistake, (*seen, *told)) for mistake in exercise.mistakes)
    return Recording(
        _cases(seen),
        tuple(map(_cases, draws)),
        {item.case: item.oracles[0].expected for item in everything},
        {item.case: derivative for item in everything if (derivative := _derivative(item))},
        mistakes,
        _cases(told),
    )


def _cases(expectations: tuple[Expectation, ...]) -> tuple[tuple[str, Case], ...]:
    return tuple((expectation.requirement, expectation.case) for expectation in expectations)


def _derivative(expectation: Expectation) -> tuple[Any, list[np.ndarray]] | None:
    """Return the numerical derivative of a case and where it holds; None where there is none."""
    found = next((oracle for oracle in expectation.oracles if oracle.name == DERIVATIVE), None)
    return (found.expected[0], found.masks or []) if found else None


def _recorded(exercise: Exercise, mistake: Mistake, expectations: tuple[Expectation, ...]) -> RecordedMistake:
    found = RecordedMistake(mistake.name, mistake.hint, mistake.loses)
    for expectation in expectations:
        steps = rollout(exercise, expectation.case, partial(call, mistake.function))
        right = _is_right(exercise, expectation, steps)
        found.answers[expectation.case] = None if right else [answer_of(step) for step in steps]
        if warned := warnings_of(steps):
            found.warns[expectation.case] = warned
    return found


def _is_right(exercise: Exercise, expectation: Expectation, steps: list[Step]) -> bool:
    """Whether a mistake makes no difference in a case."""
    oracle = expectation.oracles[0]
    if len(steps) != len(oracle.expected) or any(step.changed_arguments or not step.gave_numbers for step in steps):
        return False
    return all(
        compare(step.outcome.returned, expected, computation=oracle.computation, outputs=exercise.outputs).difference
        is None
        for step, expected in zip(steps, oracle.expected, strict=True)
    )
