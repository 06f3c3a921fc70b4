"""Find the mistake that gives exactly the student's numbers.

The exercise's known mistakes are run on the same inputs, or what they give was recorded; after them come the numerical
relations of `judge.hypotheses`.
Nothing is claimed that does not reproduce every number that the student returned.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from autograder.exercises.model import Exercise, Mistake
from autograder.exercises.recorded import Answer, RecordedMistake, recording_of
from autograder.judge.comparison import compare
from autograder.judge.findings import Trial
from autograder.judge.hypotheses import common_relation
from autograder.judge.rollout import Step, rollout
from autograder.judge.verdict import Diagnosis
from autograder.plaindata.call import call
from autograder.plaindata.values import as_array

Known = Mistake | RecordedMistake


def known_mistakes(exercise: Exercise) -> tuple[Known, ...]:
    """Return the mistakes of an exercise, recorded ones where their code is not here."""
    recording = recording_of(exercise)
    return recording.mistakes if recording else exercise.mistakes


def explain(exercise: Exercise, trials: list[Trial]) -> tuple[Diagnosis | None, list[Diagnosis]]:
    """Find what explains everything that fails, or else what explains single requirements."""
    whole = diagnose(exercise, trials)
    return whole, [] if whole else diagnose_by_requirement(exercise, trials)


def diagnose(exercise: Exercise, trials: list[Trial]) -> Diagnosis | None:
    """Find the known mistake or the numerical relation behind all that fails, or None.

    Where the function gave no numbers in some case, a mistake explains it only if it gives none there either.
    """
    failed = [trial for trial in trials if not trial.passed or trial.changed_an_argument]
    if not any(trial.gave_numbers for trial in failed):
        return None
    for mistake in known_mistakes(exercise):
        if mistake.loses and _reproduces(exercise, mistake, trials, failed):
            return Diagnosis("mistake", mistake.name, mistake.hint)
    wrong = [trial for trial in failed if not trial.passed]
    return common_relation(wrong) if all(trial.gave_numbers for trial in wrong) else None


def diagnose_by_requirement(exercise: Exercise, trials: list[Trial]) -> list[Diagnosis]:
    """Find the fewest known mistakes that give the student's numbers in all cases of some failing requirements.

    This is for functions with two errors: no mistake explains them as a whole, but often each requirement by itself.
    """
    explains = {mistake: _explained_requirements(exercise, mistake, trials) for mistake in known_mistakes(exercise)}
    found = []
    while best := max(explains, key=lambda mistake: len(explains[mistake]), default=None):
        explained = explains.pop(best)
        if not explained:
            break
        found.append(Diagnosis("mistake", best.name, best.hint, "” and “".join(explained)))
        explains = {mistake: [name for name in names if name not in explained] for mistake, names in explains.items()}
    return found


def _explained_requirements(exercise: Exercise, mistake: Known, trials: list[Trial]) -> list[str]:
    """Return the failing requirements in which a mistake gives the student's numbers in every case."""
    names = []
    for name in mistake.loses:
        of_requirement = [trial for trial in trials if trial.requirement == name]
        failed = [trial for trial in of_requirement if not trial.passed]
        if any(trial.gave_numbers for trial in failed) and _reproduces(exercise, mistake, of_requirement, failed):
            names.append(name)
    return names


def diagnose_warning(exercise: Exercise, trials: list[Trial]) -> Diagnosis | None:
    """Find the known mistake that returns the right numbers with the same floating-point warnings, or None."""
    for mistake in known_mistakes(exercise):
        if not mistake.loses and all(_warns_alike(exercise, mistake, trial) for trial in trials if trial.gave_numbers):
            return Diagnosis("mistake", mistake.name, mistake.hint)
    return None


def told_mistake(exercise: Exercise, trials: list[Trial]) -> Known | None:
    """Find the known mistake that costs nothing and does in these cases, which are not asked, what the function did."""
    failed = [trial for trial in trials if not trial.passed]
    free = (mistake for mistake in known_mistakes(exercise) if not mistake.loses)
    return next((mistake for mistake in free if failed and _reproduces(exercise, mistake, trials, failed)), None)


def _warns_alike(exercise: Exercise, mistake: Known, trial: Trial) -> bool:
    if isinstance(mistake, RecordedMistake):
        return trial.case in mistake.answers and (trial.case in mistake.warns) == _warns(trial.steps)
    return _warns(_steps_of(exercise, mistake, trial)) == _warns(trial.steps)


def _warns(steps: list[Step]) -> bool:
    return any(step.outcome.warnings for step in steps)


def _steps_of(exercise: Exercise, mistake: Mistake, trial: Trial) -> list[Step]:
    return rollout(exercise, trial.case, partial(call, mistake.function))


def answer_of(step: Step) -> Answer:
    """Return what a call gave, in brief."""
    return Answer(step.outcome.returned if step.gave_numbers else None, step.changed_arguments)


def _answers_of(exercise: Exercise, mistake: Known, trial: Trial) -> list[Answer]:
    """Return what a mistake gives in the calls of a case; nothing for a case that was not recorded."""
    if isinstance(mistake, Mistake):
        return [answer_of(step) for step in _steps_of(exercise, mistake, trial)]
    recorded = mistake.answers.get(trial.case, [])
    return [Answer(right, []) for right in trial.expected] if recorded is None else recorded


def _reproduces(exercise: Exercise, mistake: Known, trials: list[Trial], failed: list[Trial]) -> bool:
    """Whether a mistake does in all cases what the student's function did.

    The failing cases come first: most mistakes drop out there.
    """
    passed = [trial for trial in trials if trial not in failed]
    return all(_same_numbers(exercise, mistake, trial) for trial in failed + passed)


def _same_numbers(exercise: Exercise, mistake: Known, trial: Trial) -> bool:
    answers = _answers_of(exercise, mistake, trial)
    return len(answers) == len(trial.steps) and all(
        _same_answer(exercise, theirs, own, trial.computation) for theirs, own in zip(answers, trial.steps, strict=True)
    )


def _same_answer(exercise: Exercise, theirs: Answer, own: Step, computation: str) -> bool:
    """Whether a mistake's call gave what the student's did. Each started from its own numbers of the step before."""
    if theirs.returned is None or not own.gave_numbers:
        return theirs.returned is None and not own.gave_numbers
    if theirs.changed_arguments != own.changed_arguments:
        return False
    wrong = _as_expected(theirs.returned)
    return compare(own.outcome.returned, wrong, computation=computation, outputs=exercise.outputs).difference is None


def _as_expected(value: Any) -> Any:
    """Convert a mistake's answer to the form that `compare` takes for the expected side."""
    if isinstance(value, dict):
        return {key: _as_expected(item) for key, item in value.items()}
    array, _ = as_array(value)
    if isinstance(value, tuple) or (array is None and isinstance(value, list)):
        return tuple(map(_as_expected, value))
    return np.asarray(value) if array is None else array
