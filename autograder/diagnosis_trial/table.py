"""The table of what is said of wrong functions: how much of it is right, how often nothing is said, how often it is
false."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.diagnosis_trial.outcomes import EXPLANATIONS, Explanation, Outcome, Said
from autograder.diagnosis_trial.subjects import KINDS

HEAD = ("", "functions", "right", "silent", "false", *(f"of these by: {name}" for name in EXPLANATIONS))


def as_markdown(outcomes: Iterable[Outcome]) -> str:
    """A row for each kind of wrong function. In the last columns: how many are explained so, and falsely so."""
    found = list(outcomes)
    rows = [HEAD, ("---",) * len(HEAD)]
    for kind, name in KINDS.items():
        wrong = [one for one in found if one.subject.kind == kind and one.judged == "wrong"]
        if wrong:
            rows.append(_row(name, wrong))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(name: str, wrong: Sequence[Outcome]) -> tuple[str, ...]:
    shares = (_share(sum(one.result == result for one in wrong), len(wrong)) for result in ("right", "silent", "false"))
    return (name, f"{len(wrong):,}", *shares, *(_by(explanation, wrong) for explanation in EXPLANATIONS))


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %"


def _by(explanation: Explanation, wrong: Sequence[Outcome]) -> str:
    true = [all(said.is_true for said in of_kind) for one in wrong if (of_kind := _only(one, explanation))]
    return f"{sum(true):,}, {len(true) - sum(true)} false"


def _only(outcome: Outcome, explanation: Explanation) -> list[Said]:
    return [said for said in outcome.said if said.explanation == explanation]
