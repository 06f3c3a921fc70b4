"""Say what is wrong with a function, as far as it has been checked.

The exercise's known mistakes are tried, alone and two at a time; then the right answer to another question
(`judge.asked_again`) and the numerical relations of `judge.hypotheses`, output by output. Nothing is said that does not
reproduce every number of which it speaks, in every case in which it can be seen; zeros, NaN and numbers within the
tolerance are no evidence. Where several things hold, the one that says most about the code is told.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np

from autograder.exercises.model import Exercise
from autograder.exercises.recorded import RecordedMistake
from autograder.judge.answers import Observation, observations
from autograder.judge.asked_again import Reply, replies
from autograder.judge.findings import Trial
from autograder.judge.hypotheses import Claim, axes_kept, claims_of, exchanged, in_place_of_another
from autograder.judge.known import Known, Likeness, known_mistakes, likeness, pairs_of
from autograder.judge.rollout import Step, rollout
from autograder.judge.verdict import Diagnosis
from autograder.plaindata.call import call

EXACTLY = "Your numbers are exactly what this mistake gives: {}."
ONE_OF_TWO = "Your numbers are exactly what two mistakes give together. One of them: {}."
OF_OUTPUT = "Your {} exactly what this mistake gives: {}."
OF_REQUIREMENTS = "In “{}” your numbers are exactly what this mistake gives: {}."
BESIDES_THE_NUMBERS = "Besides the numbers: {}."
RELATION = "What your numbers have in common:"
LEAST_RANK = 50
"""From this rank on a relation says less than a mistake that explains a single requirement."""


def explain(exercise: Exercise, trials: list[Trial]) -> tuple[Diagnosis | None, list[Diagnosis]]:
    """Find what explains everything that fails; else what explains parts of it."""
    failed = [trial for trial in trials if not trial.passed or trial.changed_an_argument]
    if not any(trial.gave_numbers for trial in failed):
        return None, []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = _Search(exercise, trials).run()
    return (found[0], []) if len(found) == 1 and not found[0].requirement else (None, found)


@dataclass(eq=False)
class _Search:
    """What is known of a function that fails."""

    exercise: Exercise
    trials: list[Trial]
    _known_claims: dict[str, list[Claim]] = field(default_factory=dict)

    @cached_property
    def known(self) -> list[Likeness]:
        """How each known mistake compares with the function."""
        return [likeness(self.exercise, one, self.trials) for one in known_mistakes(self.exercise) if one.loses]

    @cached_property
    def seen(self) -> dict[str, list[Observation]]:
        """What was seen of each output."""
        found: dict[str, list[Observation]] = {}
        for one in observations(self.trials, self.exercise.outputs, self.exercise.defaults):
            found.setdefault(one.output, []).append(one)
        return found

    @cached_property
    def wrong(self) -> list[str]:
        """The outputs with wrong numbers."""
        return [output for output, seen in self.seen.items() if not all(one.right for one in seen)]

    def run(self) -> list[Diagnosis]:
        """Return what can be said, what says most first."""
        return (
            self._same_in_everything()
            or self._same_numbers()
            or self._two_mistakes()
            or self._by_output()
            or self._but_for_one_requirement()
            or self._less_telling()
        )

    # ------------------------------------------------------------ known mistakes

    def _same_in_everything(self) -> list[Diagnosis]:
        """Find the mistake that does in every case what the function does."""
        found = [one for one in self.known if one.alike and (one.shows_in or one.changes or one.dtypes)]
        certain = [one for one in found if one.evidence.suffices] or found
        return [_of_mistake(max(certain, key=_strength), EXACTLY)] if certain else []

    def _same_numbers(self) -> list[Diagnosis]:
        """Find the mistake that gives the function's numbers, and those that do what else is wrong."""
        found = [one for one in self.known if not one.differs and one.has_all and one.evidence.suffices]
        if found:
            first = _of_mistake(max(found, key=_strength), EXACTLY)
            return [first, *(one for one in self._besides() if one.name != first.name)]
        return [] if self.wrong else self._besides()

    def _besides(self) -> list[Diagnosis]:
        """Return what is wrong besides the numbers: known mistakes with right ones, and axes that were kept."""
        pure = [one for one in self.known if not one.shows_in]
        changes = [one for one in pure if one.changes and not one.dtypes]
        dtypes = [one for one in pure if one.dtypes and not one.changes]
        found = [_of_mistake(group[0], BESIDES_THE_NUMBERS) for group in (changes, dtypes) if group]
        return found + [_of_claim(claim) for seen in self.seen.values() for claim in axes_kept(seen)]

    def _two_mistakes(self) -> list[Diagnosis]:
        """Find the two mistakes whose edits together give the function's numbers."""
        failed = [trial for trial in self.trials if not trial.passed and trial.gave_numbers]
        if not self.wrong or not failed:
            return []
        found = []
        for one, other, together in pairs_of(self.exercise, known_mistakes(self.exercise)):
            first = likeness(self.exercise, together, failed[:1])
            if not first.differs and not first.other:
                of_both = likeness(self.exercise, together, self.trials, at_once=True)
                if not of_both.differs and of_both.has_all and of_both.evidence.suffices:
                    found.append((one, other))
        names = set.intersection(*({one.name, other.name} for one, other in found)) if found else set()
        named = {one.name: one for pair in found for one in pair if one.name in names}
        return [_diagnosis(one, ONE_OF_TWO) for one in named.values()]

    # ------------------------------------------------------------ output by output

    def _by_output(self) -> list[Diagnosis]:
        """Find for each wrong output what says most about it."""
        if not self.wrong:
            return []
        if len(self.wrong) > 1 and (whole := self._of_all_outputs()):
            return [whole]
        found = [claim for output in self.wrong if (claim := self._of_output(output)) is not None]
        besides = self._besides() if len(found) == len(self.wrong) else []
        return _joined(found) + besides

    def _of_all_outputs(self) -> Diagnosis | None:
        swapped = [claim for claim in exchanged(self.seen) if set(claim.output.split(", ")) == set(self.wrong)]
        if swapped:
            return _of_claim(swapped[0])
        whole = [one for one in self.replies if one.outputs >= set(self.wrong) and one.shows_in <= one.outputs]
        best = min(whole, key=lambda one: one.question.rank, default=None)
        return _of_reply(best, "Your numbers are") if best else None

    @cached_property
    def replies(self) -> list[Reply]:
        """The questions whose right answers the function gives, in one output at least."""
        return list(replies(self.exercise, [one for seen in self.seen.values() for one in seen]))

    def _of_output(self, output: str) -> Diagnosis | None:
        """Return what says most about an output, where anything says enough."""
        if mistake := self._mistake_of(output):
            return mistake
        subject = "Your numbers are" if len(self.seen) == 1 else f"Your `{output}` is"
        claims = [(claim.rank, _of_claim(claim)) for claim in self._claims(output) if claim.rank < LEAST_RANK]
        answers = [
            (reply.question.rank, _of_reply(reply, subject))
            for reply in self.replies
            if output in reply.outputs and reply.shows_in <= reply.outputs
        ]
        best = min([*claims, *answers], key=lambda found: found[0], default=None)
        return best[1] if best is not None else None

    def _claims(self, output: str) -> list[Claim]:
        if output not in self._known_claims:
            self._known_claims[output] = self._new_claims(output)
        return self._known_claims[output]

    def _new_claims(self, output: str) -> list[Claim]:
        others = list(in_place_of_another(self.seen, output)) if len(self.seen) > 1 else []
        return [*others, *claims_of(self.seen[output], alone=len(self.seen) == 1)]

    def _mistake_of(self, output: str) -> Diagnosis | None:
        """Return the mistake that gives an output in every case and is right in the others that differ from it."""
        found = [
            one
            for one in self.known
            if output not in one.differs
            and one.has_all
            and one.shows_in <= set(self.wrong) - one.differs
            and output in one.by_output
            and one.by_output[output].suffices
        ]
        best = max(found, key=_strength, default=None)
        if best is None:
            return None
        return _diagnosis(best.mistake, OF_OUTPUT.format(f"`{output}` is", "{}"))

    def _less_telling(self) -> list[Diagnosis]:
        """Say on which side the numbers are right and on which they are wrong."""
        found = [min(claims, key=lambda one: one.rank) for output in self.wrong if (claims := self._claims(output))]
        return [_of_claim(claim) for claim in found]

    # ------------------------------------------------------------ all requirements but one

    def _but_for_one_requirement(self) -> list[Diagnosis]:
        """Find what explains all that fails but for the cases of one requirement, where something else is wrong, too."""
        failing = dict.fromkeys(trial.requirement for trial in self.trials if not trial.passed)
        if len(failing) < 2:
            return []
        for name in failing:
            rest = _Search(self.exercise, [trial for trial in self.trials if trial.requirement != name])
            refuted = {one.mistake.name for one in self.known if one.contradicted}
            found = [one for one in rest.explained() if one.name not in refuted]
            if found:
                return [replace(one, requirement=name, title=_except(name, one.title)) for one in found]
        return []

    def explained(self) -> list[Diagnosis]:
        """Return what explains everything that fails, or nothing."""
        found = self._same_in_everything() or self._same_numbers() or self._two_mistakes() or self._by_output()
        return found


def _except(requirement: str, title: str) -> str:
    return f"Except in “{requirement}”: {title[:1].lower()}{title[1:]}"


def _joined(found: list[Diagnosis]) -> list[Diagnosis]:
    """Drop what is said twice."""
    return list({one.text: one for one in found}.values())


def _strength(one: Likeness) -> tuple[int, int, int]:
    return len(one.evidence.cases), len(one.evidence.values), len(one.weak)


def _of_mistake(one: Likeness, title: str) -> Diagnosis:
    return _diagnosis(one.mistake, title)


def _diagnosis(mistake: Known, title: str) -> Diagnosis:
    return Diagnosis("mistake", mistake.name, mistake.hint, title=title.format(mistake.name))


def _of_claim(claim: Claim) -> Diagnosis:
    return Diagnosis("hypothesis", claim.name, claim.text, title=RELATION)


def _of_reply(reply: Reply, subject: str) -> Diagnosis:
    text = f"{subject} exactly the right {'ones' if subject.endswith('are') else 'one'} for {reply.question.text}."
    return Diagnosis("hypothesis", reply.question.name, text, title=RELATION)


# ---------------------------------------------------------------- warnings


def diagnose_warning(exercise: Exercise, trials: list[Trial]) -> Diagnosis | None:
    """Find the known mistake that returns the right numbers with the same floating-point warnings, or None."""
    for mistake in known_mistakes(exercise):
        if not mistake.loses and all(_warns_alike(exercise, mistake, trial) for trial in trials if trial.gave_numbers):
            return Diagnosis("mistake", mistake.name, mistake.hint)
    return None


def _warns_alike(exercise: Exercise, mistake: Known, trial: Trial) -> bool:
    if isinstance(mistake, RecordedMistake):
        return trial.case in mistake.answers and (trial.case in mistake.warns) == _warns(trial.steps)
    return _warns(rollout(exercise, trial.case, partial(call, mistake.function))) == _warns(trial.steps)


def _warns(steps: list[Step]) -> bool:
    return any(step.outcome.warnings for step in steps)
