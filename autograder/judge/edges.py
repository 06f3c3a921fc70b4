"""Tell of edges that are not asked: cases whose failure costs nothing."""

from __future__ import annotations

from autograder.exercises.model import Exercise
from autograder.judge import diagnosis
from autograder.judge.findings import Findings
from autograder.judge.report import call_as_typed
from autograder.judge.verdict import Counterexample, DifferenceKind

WHAT_IT_DOES: dict[DifferenceKind, str] = {
    "exception": "raises",
    "arguments": "does not take its arguments",
    "type": "does not return what it should",
    "shape": "returns another shape",
    "dtype": "returns another dtype",
    "not finite": "returns NaN or infinite numbers where finite ones are right",
    "values": "returns other numbers than PyTorch",
}


def remarks_on_edges(exercise: Exercise, findings: Findings, *, explained: bool) -> list[str]:
    """Write a remark for each edge on which a function fails. explained: whether to look for a known mistake."""
    return [
        f"{_sentence(exercise, name, found)}{_hint(exercise, findings, name) if explained else ''}"
        for name, found in findings.remarks.items()
    ]


def _sentence(exercise: Exercise, name: str, found: Counterexample) -> str:
    what = WHAT_IT_DOES.get(found.difference.kind, "fails")
    if found.difference.kind == "exception":
        what += f" {found.difference.message}"
    return f"On {name} your function {what}; this is not asked here. The call: {call_as_typed(exercise.name, found)}."


def _hint(exercise: Exercise, findings: Findings, name: str) -> str:
    """Return what a known mistake that costs nothing says, where it gives exactly these answers on all such edges."""
    trials = [trial for trial in findings.trials_of_remarks if trial.requirement == name]
    known = diagnosis.told_mistake(exercise, trials)
    return f" {known.hint}" if known else ""
