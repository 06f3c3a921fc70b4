"""Random mutations: other programs, made from text and tokens, the same each time."""

from __future__ import annotations

import ast
import random

import pytest

from autograder.diagnosis_trial import subjects
from autograder.diagnosis_trial.mutations import MUTATIONS, mutated

SOURCE = """def f(x, scale=2.0):
    total = x.sum(axis=0)
    total = total * scale
    if scale > 1:
        total = np.sqrt(np.where(total > 0, total, scale)) - (x.mean() + 1)
    return total
"""


def test_a_mutation_is_another_program():
    chance = random.Random(0)
    changed = {mutated(SOURCE, chance) for _ in range(60)}
    assert all(ast.dump(ast.parse(one)) != ast.dump(ast.parse(SOURCE)) for one in changed)
    assert len(changed) > 30


@pytest.mark.parametrize("mutation", list(dict.fromkeys(MUTATIONS)), ids=lambda one: one.__name__)
def test_each_kind_of_mutation_changes_something(mutation):
    assert any(mutation(SOURCE, random.Random(seed)) != SOURCE for seed in range(60))


def test_what_cannot_be_mutated_is_told():
    with pytest.raises(ValueError, match="no mutation"):
        mutated("def f():\n    pass", random.Random(0))


def test_the_same_functions_are_tried_each_time():
    once, again = (subjects(["mutation", "pair"], 6, ["elu", "adam_step"]) for _ in range(2))
    assert once == again
    assert sum(one.kind == "mutation" for one in once) == 6


def test_a_pair_has_the_changes_of_both_mistakes():
    pairs = subjects(["pair"], 0, ["adam_step"])
    assert pairs and all(len(set(pair.mistakes)) == 2 for pair in pairs)
    assert len({pair.source for pair in pairs}) == len(pairs)
