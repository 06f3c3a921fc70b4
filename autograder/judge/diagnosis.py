"""Say what is wrong with a function, as far as it has been checked.

The exercise's known mistakes are tried, alone and two at a time; then the right answer to another question
(`judge.asked_again`) and the numerical relations of `judge.hypotheses`, output by output. Nothing is said that does not
reproduce every number of which it speaks, in every case in which it can be seen; zeros, NaN and numbers within the
tolerance are no evidence. What no list of mistakes has foreseen has to hold in further cases, too. Where several things
hold, the one that says most about the code is told.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from autograder.exercises.model import Exercise
from autograder.exercises.recorded import RecordedMistake
from autograder.judge.answers import Limit, Observation, observations
from autograder.judge.asked_again import Asking, Reply
from autograder.judge.besides import changed_arguments, other_dtypes
from autograder.judge.findings import Trial
from autograder.judge.hypotheses import Claim, axes_kept, claims_of, exchanged, in_place_of_another
from autograder.judge.known import STEPS_AFTER, Known, Likeness, known_mistakes, likeness, pairs_of, warnings_of
from autograder.judge.rollout import rollout
from autograder.judge.verdict import Diagnosis
from autograder.plaindata.call import call

EXACTLY = "Your numbers are exactly what this mistake gives: {}."
ONE_OF_TWO = "Your numbers are exactly what two mistakes give together. One of them: {}."
OF_OUTPUT = "Your {} exactly what this mistake gives: {}."
BESIDES_THE_NUMBERS = "Besides the numbers: {}."
NOT_THE_NUMBERS = "Your numbers are right, but something else is not: {}."
NOT_WHERE_THERE_ARE_NUMBERS = "Where your function gives numbers, they are right, but something else is not: {}."
RELATION = "What your numbers have in common:"
MOST_BY_CHANCE = 1 / 3
"""In which share of the cases two mistakes may cancel by chance."""
MOST_LEFT_OUT = 3
"""How many requirements, at most, are left out in turn."""
LEAST_RANK = 50
"""From this rank on a relation says less than a mistake that explains a single requirement."""


def explain(
    exercise: Exercise, trials: list[Trial], further: Callable[[], list[Trial]] = list
) -> tuple[Diagnosis | None, list[Diagnosis]]:
    """Find what explains everything that fails; else what explains parts of it.

    further: makes the function's trials of other cases, in which a relation has to hold as well.
    """
    failed = [trial for trial in trials if not trial.passed or trial.changed_an_argument]
    if not any(trial.gave_numbers for trial in failed):
        return None, []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        search = _Search.of(exercise, trials)
        found = search.run()
        if any(one.kind == "hypothesis" for one in found) and (others := further()):
            found = search.with_further(others).run()
    return (found[0], []) if len(found) == 1 and not found[0].requirement else (None, found)


def statements(exercise: Exercise, trials: list[Trial], requirement: str = "") -> list[Diagnosis]:
    """Return all that is true of a function in some cases, whether or not it is what `explain` would choose.

    requirement: the one whose cases are left out; "" for none.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        search = _Search.of(exercise, trials)
        return list((search.without(requirement) if requirement else search).everything())


@dataclass(eq=False)
class _Search:
    """What is known of a function that fails, in all cases or in some.

    trials: by their numbers. further: those of other cases, in which only relations are sought. brief: whether to look
    only for what says much.
    """

    exercise: Exercise
    trials: dict[int, Trial]
    known: list[Likeness]
    seen: dict[str, list[Observation]]
    asking: Asking
    further: dict[int, Trial] = field(default_factory=dict)
    brief: bool = False

    @classmethod
    def of(cls, exercise: Exercise, trials: list[Trial]) -> _Search:
        """Compare a function with the known mistakes, and note what it gave."""
        known = [likeness(exercise, one, trials) for one in known_mistakes(exercise) if one.loses]
        return cls(exercise, dict(enumerate(trials)), known, *_answers(exercise, trials))

    def with_further(self, further: list[Trial]) -> _Search:
        """Return the search for relations that hold in other cases, too."""
        every = [*self.trials.values(), *further]
        numbered = dict(enumerate(further, len(self.trials)))
        return _Search(self.exercise, self.trials, self.known, *_answers(self.exercise, every), numbered)

    def without(self, requirement: str) -> _Search:
        """Return the search in the cases of all other requirements, among the mistakes that do not show in its own."""
        own = {number for number, trial in self.trials.items() if trial.requirement == requirement}
        rest = {number: trial for number, trial in self.trials.items() if number not in own}
        further = {number: trial for number, trial in self.further.items() if trial.requirement != requirement}
        known = [
            one.only(set(rest))
            for one in self.known
            if not (one.ruled_out or one.contradicted or one.only(own).shows_in)
        ]
        chosen = rest | further
        seen = {output: [one for one in found if one.case in chosen] for output, found in self.seen.items()}
        seen = {output: found for output, found in seen.items() if found}
        return _Search(self.exercise, rest, known, seen, self.asking, further, brief=True)

    @cached_property
    def wrong(self) -> set[str]:
        """The outputs with wrong numbers."""
        return {output for output, seen in self.seen.items() if not all(one.right for one in seen)}

    @cached_property
    def alone(self) -> bool:
        """Whether the function has one output."""
        return len(self.exercise.outputs) == 1

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

    def everything(self) -> Iterator[Diagnosis]:
        """Yield all that holds."""
        for one in self.known:
            if not (one.ruled_out or one.differs):
                yield _of_mistake(one, EXACTLY)
            elif not one.ruled_out:
                alike = sorted(self.wrong - one.differs)
                yield from (_of_mistake(one, OF_OUTPUT.format(f"`{output}` is", "{}")) for output in alike)
        for output in self.wrong:
            yield from map(_of_claim, self.claims[output])
        yield from map(_of_claim, exchanged(self.seen))
        for reply in self.replies:
            yield _of_reply(reply, "Your numbers are")
            yield from (_of_reply(reply, f"Your `{output}` is") for output in reply.outputs)
        yield from self._besides()
        yield from map(_of_claim, self._claims_besides(changes=True, dtypes=True))
        yield from self._two_mistakes()

    # ------------------------------------------------------------ known mistakes

    def _same_in_everything(self) -> list[Diagnosis]:
        """Find the mistake that does in every case what the function does."""
        alike = [one for one in self.known if one.alike]
        found = [one for one in alike if one.shows_in or one.changes or one.dtypes or one.other_form]
        certain = [one for one in found if one.evidence.suffices] or found
        return [_of_mistake(max(certain, key=_strength), EXACTLY)] if certain else []

    def _same_numbers(self) -> list[Diagnosis]:
        """Find the mistake that gives the function's numbers, and those that do what else is wrong."""
        found = [
            one for one in self.known if not (one.ruled_out or one.differs) and one.has_all and one.evidence.suffices
        ]
        if found:
            first = _of_mistake(max(found, key=_strength), EXACTLY)
            return [first, *(one for one in self._besides() if one.name != first.name)]
        return [] if self.wrong else self._besides()

    def _besides(self) -> list[Diagnosis]:
        """Return what is wrong besides the numbers: changed arguments, dtypes, and axes that were kept."""
        always = all(trial.gave_numbers for trial in self.trials.values())
        title = BESIDES_THE_NUMBERS if self.wrong else NOT_THE_NUMBERS if always else NOT_WHERE_THERE_ARE_NUMBERS
        pure = [one for one in self.known if not (one.ruled_out or one.shows_in)]
        changes = [one for one in pure if one.changes and not one.dtypes]
        dtypes = [one for one in pure if one.dtypes and not one.changes]
        found = [_of_mistake(group[0], title) for group in (changes, dtypes) if group]
        claims = self._claims_besides(changes=not changes, dtypes=not dtypes)
        return found + [_of_claim(claim, title.format(claim.name)) for claim in claims]

    def _claims_besides(self, *, changes: bool, dtypes: bool) -> Iterator[Claim]:
        """Yield what holds of axes and, where it is asked for, of changed arguments and dtypes."""
        if changes:
            yield from changed_arguments(self.trials.values())
        if dtypes:
            yield from other_dtypes(self.trials.values(), self.exercise.outputs)
        for seen in self.seen.values():
            yield from axes_kept(seen, alone=self.alone)

    def _two_mistakes(self) -> list[Diagnosis]:
        """Find the two mistakes whose edits together give the function's numbers, without cancelling in an output."""
        failed = {number: trial for number, trial in self.trials.items() if not trial.passed and trial.gave_numbers}
        if not self.wrong or not failed or self._is_one_factor():
            return []
        first = dict([next(iter(failed.items()))])
        found = []
        cancelled = {one.mistake.name for one in self.known if not one.shows_in <= self.wrong}
        for one, other, together in pairs_of(self.exercise, known_mistakes(self.exercise)):
            if not {one.name, other.name} & cancelled and not likeness(self.exercise, together, first).differs:
                of_both = likeness(self.exercise, together, self.trials, at_once=True)
                certain = not of_both.differs and of_both.has_all and of_both.evidence.suffices
                if certain and not self._is_right_where_wrong(one) and not self._is_right_where_wrong(other):
                    found.append((one, other))
        names = set.intersection(*({one.name, other.name} for one, other in found)) if found else set()
        named = {one.name: one for pair in found for one in pair if one.name in names}
        return [_diagnosis(one, ONE_OF_TWO) for one in named.values()]

    def _is_one_factor(self) -> bool:
        """Whether all numbers are the right ones times a number: many pairs of mistakes make the same one."""
        if not self.alone:
            return False
        claims = claims_of(self.seen[next(iter(self.seen))], alone=True, brief=True)
        return any(claim.name == "factor" and "exactly -" not in claim.text for claim in claims)

    def _is_right_where_wrong(self, mistake: Known) -> bool:
        """Whether the function is right in many cases in which a mistake by itself is not: another has cancelled it.

        In a few that may be chance.
        """
        passed = {number: trial for number, trial in self.trials.items() if trial.passed}
        found = likeness(self.exercise, mistake, passed)
        cancelled = sum(bool(one.differs) for one in found.by_case.values())
        return cancelled > MOST_BY_CHANCE * (cancelled + len(self.trials) - len(passed))

    # ------------------------------------------------------------ output by output

    def _by_output(self) -> list[Diagnosis]:
        """Find for each wrong output what says most about it."""
        if not self.wrong:
            return []
        if len(self.wrong) > 1 and (whole := self._of_all_outputs()):
            return [whole]
        outputs = [output for output in self.seen if output in self.wrong]
        found = [claim for output in outputs if (claim := self._of_output(output)) is not None]
        return _joined(found) + (self._besides() if len(found) == len(outputs) else [])

    def _of_all_outputs(self) -> Diagnosis | None:
        swapped = [claim for claim in exchanged(self.seen) if set(claim.output.split(", ")) == self.wrong]
        if swapped:
            return _of_claim(swapped[0])
        whole = [one for one in self.replies if one.outputs >= self.wrong and one.shows_in <= self.wrong]
        best = min(whole, key=lambda one: one.question.rank, default=None)
        return _of_reply(best, "Your numbers are") if best else None

    @cached_property
    def replies(self) -> list[Reply]:
        """The questions whose right answers the function gives, in one output at least."""
        return list(self.asking.replies({*self.trials, *self.further}))

    def _of_output(self, output: str) -> Diagnosis | None:
        """Return what says most about an output, where anything says enough."""
        if mistake := self._mistake_of(output):
            return mistake
        subject = "Your numbers are" if self.alone else f"Your `{output}` is"
        claims = [(claim.rank, _of_claim(claim)) for claim in self.claims[output] if claim.rank < LEAST_RANK]
        answers = [
            (reply.question.rank, _of_reply(reply, subject))
            for reply in self.replies
            if output in reply.outputs and reply.shows_in <= self.wrong
        ]
        best = min([*claims, *answers], key=lambda found: found[0], default=None)
        return best[1] if best is not None else None

    @cached_property
    def claims(self) -> dict[str, list[Claim]]:
        """What holds of each wrong output."""
        found = {}
        for output in self.wrong:
            others = list(in_place_of_another(self.seen, output)) if not self.alone else []
            found[output] = [*others, *claims_of(self.seen[output], alone=self.alone, brief=self.brief)]
        return found

    def _mistake_of(self, output: str) -> Diagnosis | None:
        """Return the mistake that gives an output in every case and is right in the others that differ from it."""
        found = [
            one
            for one in self.known
            if not one.ruled_out
            and output not in one.differs
            and one.has_all
            and one.shows_in <= self.wrong - one.differs
            and output in one.by_output
            and one.by_output[output].suffices
        ]
        best = max(found, key=_strength, default=None)
        return _diagnosis(best.mistake, OF_OUTPUT.format(f"`{output}` is", "{}")) if best else None

    def _less_telling(self) -> list[Diagnosis]:
        """Say on which side the numbers are right and on which they are wrong."""
        found = [min(claims, key=lambda one: one.rank) for claims in self.claims.values() if claims]
        return [_of_claim(claim) for claim in found]

    # ------------------------------------------------------------ all requirements but one

    def _but_for_one_requirement(self) -> list[Diagnosis]:
        """Find what explains all that fails except in one requirement, where something else is wrong, too."""
        failing = Counter(trial.requirement for trial in self.trials.values() if not trial.passed)
        if len(failing) < 2:
            return []
        for name, _ in sorted(failing.items(), key=lambda item: item[1])[:MOST_LEFT_OUT]:
            rest = self.without(name)
            found = rest._same_numbers() or rest._by_output()
            if rest.wrong and found:
                return [replace(one, requirement=name, title=_except(name, one.title)) for one in found]
        return []


def _answers(exercise: Exercise, trials: list[Trial]) -> tuple[dict[str, list[Observation]], Asking]:
    """Return what a function gave, by output, and what asks questions about it."""
    seen = observations(trials, exercise.outputs, exercise.defaults)
    by_output: dict[str, list[Observation]] = {}
    for one in seen:
        by_output.setdefault(one.output, []).append(one)
    return by_output, Asking(exercise, seen, _later_calls(trials, seen, exercise.defaults))


def _later_calls(
    trials: list[Trial], seen: list[Observation], defaults: dict[str, Any]
) -> list[tuple[dict[str, Any], Any, Limit]]:
    """Return the calls after the first wrong one of each case, a few of each."""
    known = {id(one.given) for one in seen}
    found = []
    for trial in trials:
        later = [step for step in trial.steps if step.gave_numbers and id(step.arguments) not in known]
        for step in later[:STEPS_AFTER]:
            arguments = {**step.arguments, **{k: v for k, v in defaults.items() if k not in step.arguments}}
            found.append((arguments, step.outcome.returned, Limit.of(trial)))
    return found


def _except(requirement: str, title: str) -> str:
    return f"Except in “{requirement}”: {title[:1].lower()}{title[1:]}"


def _joined(found: list[Diagnosis]) -> list[Diagnosis]:
    """Drop what is said twice."""
    return list({one.text: one for one in found}.values())


def _strength(one: Likeness) -> tuple[int, int, int]:
    return len(one.evidence.cases), len(one.evidence.values), one.weak


def _of_mistake(one: Likeness, title: str) -> Diagnosis:
    return _diagnosis(one.mistake, title)


def _diagnosis(mistake: Known, title: str) -> Diagnosis:
    return Diagnosis("mistake", mistake.name, mistake.hint, title=title.format(mistake.name))


def _of_claim(claim: Claim, title: str = RELATION) -> Diagnosis:
    return Diagnosis("hypothesis", claim.name, claim.text, title=title)


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


def told_mistake(exercise: Exercise, trials: list[Trial]) -> Known | None:
    """Find the known mistake that costs nothing and does in these cases, which are not asked, what the function did."""
    if all(trial.passed for trial in trials):
        return None
    free = (mistake for mistake in known_mistakes(exercise) if not mistake.loses)
    compared = ((mistake, likeness(exercise, mistake, trials)) for mistake in free)
    return next((mistake for mistake, found in compared if found.alike and found.shows_in), None)


def _warns_alike(exercise: Exercise, mistake: Known, trial: Trial) -> bool:
    if isinstance(mistake, RecordedMistake):
        return trial.case in mistake.answers and mistake.warns.get(trial.case, []) == warnings_of(trial.steps)
    return warnings_of(rollout(exercise, trial.case, partial(call, mistake.function))) == warnings_of(trial.steps)
