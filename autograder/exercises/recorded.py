"""What was recorded of the exercises, for where their code or PyTorch is not.

A file a notebook, made by `python3 -m autograder record`, holds the cases, what PyTorch gives in each, and what each
known mistake gives in the public ones. It is a NumPy archive of texts (JSON) and of numbers, and holds nothing that is
executed. Without PyTorch, functions are compared with it. The handout's exercises have no solution and no code of a
mistake, and need it everywhere.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograder.exercises.cases import Case
from autograder.exercises.model import Exercise, Requirement
from autograder.exercises.sampling import Sampler
from autograder.plaindata.values import memory_order, with_memory_order

FILE = "recorded.npz"
"""The name of the file in the folder of a notebook's exercises."""

ABOUT = "about"
"""The part of the file that says with what it was recorded."""

FACTS = ("outputs", "takes", "pytorch", "source", "computation", "new_arrays")
"""What an exercise is told of, beside its signature and its requirements."""

CasesOfRequirements = tuple[tuple[str, Case], ...]
"""Cases, each with the name of its requirement."""


class Answer(NamedTuple):
    """What a known mistake did in one call. returned: None where it gave no numbers."""

    returned: Any
    changed_arguments: list[str]


@dataclass(eq=False)
class RecordedMistake:
    """A known mistake by its answers.

    answers: case -> an answer for each call; None where they are the right ones. Cases that were not recorded are
    missing. warns: case -> what NumPy warns of, where it does.
    """

    name: str
    hint: str
    loses: tuple[str, ...]
    answers: dict[Case, list[Answer] | None] = field(default_factory=dict, repr=False)
    warns: dict[Case, list[str]] = field(default_factory=dict, repr=False)


@dataclass(eq=False)
class Recording:
    """What was recorded of one exercise.

    public: the cases that a student sees; hidden: draws of the others; not_asked: those that remarks tell of.
    expected: case -> the reference's answers to its calls. derivatives: case -> the numerical derivative, and where it
    holds.
    """

    public: CasesOfRequirements
    hidden: tuple[CasesOfRequirements, ...]
    expected: dict[Case, tuple[Any, ...]]
    derivatives: dict[Case, tuple[Any, list[np.ndarray]]]
    mistakes: tuple[RecordedMistake, ...]
    not_asked: CasesOfRequirements = ()

    def cases(self, seed: int, hidden: bool) -> CasesOfRequirements:
        """The public cases, or the draw of the hidden ones that a seed stands for."""
        return self.hidden[seed % len(self.hidden)] if hidden else self.public

    @property
    def all_cases(self) -> Iterator[Case]:
        """Every case: the public ones first, then draw by draw, then those that are not asked."""
        return (case for cases in (self.public, *self.hidden, self.not_asked) for _, case in cases)


class RecordedExercise(Exercise):
    """An exercise of the handout. module: the file that defines it; what was recorded stands beside that, and is read
    when the exercise is first judged.

    reference_travels: whether the PyTorch reference is in that file, too.
    """

    def __init__(self, module: str, name: str, *, reference_travels: bool = False) -> None:
        self.file = Path(module).with_name(FILE)
        with np.load(self.file, allow_pickle=False) as archive:
            facts = json.loads(archive[f"{name}/facts"].tobytes())
        super().__init__(facts["stub"], **{fact: facts[fact] for fact in FACTS})
        self.reference_travels = reference_travels
        self.outputs = tuple(self.outputs)
        found = [Requirement(title, points, _no_cases, kind) for title, points, kind in facts["requirements"]]
        self.requirements = tuple(requirement for requirement in found if requirement.kind != "remark")
        self.remarks = tuple(requirement for requirement in found if requirement.kind == "remark")

    @cached_property
    def recording(self) -> Recording:
        """What was recorded of it."""
        return _read(self.file, self.name)


def _no_cases(sample: Sampler) -> tuple[()]:
    """Cases of a requirement beyond those that were recorded: none."""
    return ()


@cache
def pytorch_is_here() -> bool:
    """Whether PyTorch can be imported. Does not import it."""
    return importlib.util.find_spec("torch") is not None


def file_of(exercise: Exercise) -> Path:
    """The file with what was recorded of an exercise: beside the module that defines it."""
    if isinstance(exercise, RecordedExercise):
        return exercise.file
    module = sys.modules[exercise.reference.__module__]
    return Path(str(module.__file__)).with_name(FILE)


@cache
def _read(file: Path, name: str) -> Recording:
    with np.load(file, allow_pickle=False) as archive:
        return Reader(archive).recording(name)


def about(file: Path) -> dict[str, Any]:
    """With what a file was recorded: versions, date, and a hash of the code; empty where there is no file."""
    if not file.is_file():
        return {}
    with np.load(file, allow_pickle=False) as archive:
        return json.loads(archive[ABOUT].tobytes())


def recording_of(exercise: Exercise) -> Recording | None:
    """What was recorded of an exercise; None where its own code and PyTorch are here."""
    if isinstance(exercise, RecordedExercise):
        return exercise.recording
    return None if pytorch_is_here() else _read(file_of(exercise), exercise.name)


def has_reference(exercise: Exercise) -> bool:
    """Whether the PyTorch reference of an exercise can be asked, and not only what it gave is known."""
    return pytorch_is_here() and (not isinstance(exercise, RecordedExercise) or exercise.reference_travels)


# ---------------------------------------------------------------- the file


class Writer:
    """Puts recordings into a file, every array once."""

    def __init__(self) -> None:
        self._texts: dict[str, Any] = {}
        self._pieces: dict[str, list[np.ndarray]] = {}
        self._ends: dict[str, int] = {}
        self._places: dict[tuple[str, bytes], int] = {}

    def add(self, exercise: Exercise, stub: str, recording: Recording) -> None:
        """Add what was recorded of an exercise. stub: its function without a body that does anything."""
        facts = {fact: getattr(exercise, fact) for fact in FACTS}
        requirements = [(item.name, item.points, item.kind) for item in (*exercise.requirements, *exercise.remarks)]
        self._texts[f"{exercise.name}/facts"] = {"stub": stub, "requirements": requirements, **facts}
        self._texts[f"{exercise.name}/recorded"] = {
            "public": self._cases(recording.public),
            "hidden": [self._cases(draw) for draw in recording.hidden],
            "expected": [self._plain(recording.expected.get(case)) for case in recording.all_cases],
            "derivatives": [self._plain(recording.derivatives.get(case)) for case in recording.all_cases],
            "mistakes": [
                self._mistake(mistake, recording.public + recording.not_asked) for mistake in recording.mistakes
            ],
            "not asked": self._cases(recording.not_asked),
        }

    def write(self, file: Any, about: Mapping[str, Any] | None = None) -> None:
        """Write the file, a path or an open one. about: with what it was recorded."""
        self._texts[ABOUT] = dict(about or {})
        members: dict[str, Any] = {
            name: np.frombuffer(json.dumps(text).encode(), np.uint8) for name, text in self._texts.items()
        }
        members |= {f"numbers/{dtype}": np.concatenate(pieces) for dtype, pieces in self._pieces.items()}
        np.savez_compressed(file, **members)

    def _cases(self, cases: CasesOfRequirements) -> list:
        return [
            [requirement, case.name, self._plain(case.arguments), case.computation, self._plain(case.then)]
            for requirement, case in cases
        ]

    def _mistake(self, mistake: RecordedMistake, public: CasesOfRequirements) -> list:
        answers = [self._plain(mistake.answers[case]) for _, case in public]
        warns = [mistake.warns.get(case, []) for _, case in public]
        return [mistake.name, mistake.hint, mistake.loses, answers, warns]

    def _plain(self, value: Any) -> Any:
        """Write plain data as JSON, an array by where its numbers stand."""
        if isinstance(value, (np.ndarray, np.generic)):
            return {"array": self._array(value)}
        if isinstance(value, tuple):
            return {"tuple": [self._plain(item) for item in value]}
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, Mapping):
            return {"dict": {key: self._plain(item) for key, item in value.items()}}
        return value

    def _array(self, value: np.ndarray | np.generic) -> list:
        array = np.asarray(value)
        dtype, numbers = array.dtype.name, array.reshape(-1)
        place = self._places.get((dtype, numbers.tobytes()))
        if place is None:
            place = self._places[dtype, numbers.tobytes()] = self._ends.get(dtype, 0)
            self._pieces.setdefault(dtype, []).append(numbers)
            self._ends[dtype] = place + array.size
        return [dtype, place, array.shape, memory_order(array) if isinstance(value, np.ndarray) else "scalar"]


class Reader:
    """Takes recordings from a file. archive: as `np.load` opens it."""

    def __init__(self, archive: Mapping[str, np.ndarray]) -> None:
        self._archive = archive
        self._numbers: dict[str, np.ndarray] = {}

    def recording(self, name: str) -> Recording:
        """What was recorded of an exercise."""
        found = json.loads(self._archive[f"{name}/recorded"].tobytes())
        public, hidden = self._cases(found["public"]), tuple(self._cases(draw) for draw in found["hidden"])
        not_asked = self._cases(found["not asked"])
        mistakes = tuple(self._mistake(item, public + not_asked) for item in found["mistakes"])
        recording = Recording(public, hidden, {}, {}, mistakes, not_asked)
        for case, expected, derivative in zip(
            recording.all_cases, found["expected"], found["derivatives"], strict=True
        ):
            if expected is not None:
                recording.expected[case] = self._value(expected)
            if derivative is not None:
                recording.derivatives[case] = self._value(derivative)
        return recording

    def _cases(self, cases: list) -> CasesOfRequirements:
        return tuple(
            (requirement, Case(name, self._value(arguments), computation, self._value(then)))
            for requirement, name, arguments, computation, then in cases
        )

    def _mistake(self, item: list, public: CasesOfRequirements) -> RecordedMistake:
        name, hint, loses, answers, warns = item
        mistake = RecordedMistake(name, hint, tuple(loses))
        for (_, case), answer, warned in zip(public, answers, warns, strict=True):
            of_calls = self._value(answer)
            mistake.answers[case] = None if of_calls is None else [Answer(*of_call) for of_call in of_calls]
            if warned:
                mistake.warns[case] = list(warned)
        return mistake

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        if kind == "array":
            return self._array(*content)
        if kind == "tuple":
            return tuple(self._value(item) for item in content)
        return {key: self._value(item) for key, item in content.items()}

    def _array(self, dtype: str, place: int, shape: list[int], order: str) -> Any:
        if dtype not in self._numbers:
            self._numbers[dtype] = self._archive[f"numbers/{dtype}"]
        size = int(np.prod(shape, dtype=int))
        array = self._numbers[dtype][place : place + size].reshape(shape)
        return array[()] if order == "scalar" else with_memory_order(array, order)
