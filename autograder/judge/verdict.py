"""Verdict: everything the judge found out about one kernel, as plain data that survives JSON.

`autograder.judge.report` renders it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from autograder.exercises.model import Kind

DERIVATIVE = "derivative"
"""The oracle that is no device: a numerical derivative of the forward function."""

Cases = Literal["public", "hidden", "all"]
DifferenceKind = Literal["exception", "arguments", "type", "shape", "dtype", "not finite", "values", "inputs"]
DiagnosisKind = Literal["mistake", "hypothesis"]
TrialOutcome = Literal["passed", "mixes", "differs", "stopped", "unavailable"]
DeviceStatus = Literal["present", "absent", "not asked for", "failed"]


@dataclass
class Difference:
    """How one answer differs from the expected one.

    kind: the first check that failed.
    message: a sentence in plain text.
    right_numbers: whether the numbers are right, and only their shape or dtype is not.
    output: name of the output that differs, where a kernel has several.
    worst: index of the worst entry; got, expected, error, tolerance: the numbers there.
    wrong, total: how many entries differ, of how many.
    picture: rows of 0 (right) and 1 (wrong), shrunk to at most 24 by 48; empty for small arrays.
    line, line_number: the student's own source line, for exceptions.
    """

    kind: DifferenceKind
    message: str
    output: str = ""
    right_numbers: bool = False
    worst: list[int] | None = None
    got: str = ""
    expected: str = ""
    error: float | None = None
    tolerance: float | None = None
    wrong: int = 0
    total: int = 0
    picture: list[list[int]] = field(default_factory=list)
    line: str = ""
    line_number: int = 0


@dataclass
class Counterexample:
    """The smallest case that fails. From a hidden case it holds only the kind of difference.

    lookalike: only a hidden case failed; this one, from a public seed, fails in the same way and stands in its place.
    call: the arguments by name, as text. expected, got: as text. oracle: "cpu", "cuda", "derivative", ...
    """

    case: str
    oracle: str
    difference: Difference
    hidden: bool = False
    lookalike: bool = False
    call: dict[str, str] = field(default_factory=dict)
    expected: str = ""
    got: str = ""


@dataclass
class RequirementResult:
    """One line of the report."""

    name: str
    points: float
    max_points: float
    passed: bool
    kind: Kind = "technique"
    oracles: dict[str, bool] = field(default_factory=dict)
    cases: int = 0
    counterexample: Counterexample | None = None


@dataclass
class Diagnosis:
    """Which error reproduces the student's numbers exactly.

    kind: a known mistake of the catalogue, or a relation to right numbers.
    requirement: the one in whose cases something else is wrong, too; "" where it holds in all.
    title: what it explains, in a sentence that stands above the text.
    """

    kind: DiagnosisKind
    name: str
    text: str
    requirement: str = ""
    title: str = ""


@dataclass
class CodeChange:
    """One small change of the student's own code.

    line: in the cell. kind: what is changed, in words that follow "with". before, after: the place as text.
    """

    line: int
    kind: str
    before: str
    after: str


@dataclass
class Repair:
    """The changes, one to three, after which all `cases` of the public cases pass: they have been tried.

    source: the function with the changes.
    hint: how much is told: 1, the lines and what is changed; 2, where in the line; 3, what stands there then.
    """

    changes: list[CodeChange]
    cases: int
    source: str
    hint: int = 1


@dataclass
class CupyTrial:
    """What the student's own function did on CuPy arrays: it informs, and costs no points.

    outcome: a function "mixes" where it uses NumPy arrays beside those on the GPU.
    text: a sentence or two, in plain text. cases: how many passed.
    """

    outcome: TrialOutcome
    text: str
    cases: int = 0


@dataclass
class Verdict:
    """What the judge found.

    problem: a message where the kernel could not be judged at all (not written, missing, wrong arguments, no end).
    diagnosis: the one thing that explains what fails. partial_diagnoses: where it takes several, each of them: two
    mistakes at once, something for each output, what is wrong besides the numbers.
    repair: a small change of the student's own code after which every public case passes.
    remarks: things to mend that cost no points.
    cupy_trial: the student's own function on the GPU, where there are CuPy and a CUDA device.
    devices: every known device and whether it took part.
    largest_share: the largest error over all passed comparisons as a share of its tolerance.
    """

    exercise: str
    cases: Cases
    points: float
    max_points: int
    requirements: list[RequirementResult]
    devices: dict[str, DeviceStatus]
    seed: int
    problem: dict[str, Any] | None = None
    diagnosis: Diagnosis | None = None
    partial_diagnoses: list[Diagnosis] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    repair: Repair | None = None
    cupy_trial: CupyTrial | None = None
    versions: dict[str, str] = field(default_factory=dict)
    sandbox: str = "none"
    largest_share: float = 0.0
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every requirement is met."""
        return self.problem is None and all(requirement.passed for requirement in self.requirements)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as a dict that `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verdict:
        """Rebuild a verdict from `to_json`. Raises KeyError or TypeError for data that is no verdict."""
        data = dict(data)
        data["requirements"] = [_requirement(item) for item in data["requirements"]]
        if data.get("diagnosis"):
            data["diagnosis"] = Diagnosis(**data["diagnosis"])
        if data.get("cupy_trial"):
            data["cupy_trial"] = CupyTrial(**data["cupy_trial"])
        if data.get("repair"):
            changes = [CodeChange(**change) for change in data["repair"]["changes"]]
            data["repair"] = Repair(**{**data["repair"], "changes": changes})
        data["partial_diagnoses"] = [Diagnosis(**item) for item in data["partial_diagnoses"]]
        return cls(**data)


def _requirement(item: dict[str, Any]) -> RequirementResult:
    item = dict(item)
    if item.get("counterexample"):
        found = dict(item["counterexample"])
        found["difference"] = Difference(**found["difference"])
        item["counterexample"] = Counterexample(**found)
    return RequirementResult(**item)
