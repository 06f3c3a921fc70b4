"""What is told of a notebook to an instructor: a cause once, not each of its effects."""

from __future__ import annotations

import pytest

from autograder.grading.pages.flags import told_once

MISSPELT = "selu: there is no function called selu: there is one called slu: it has to be called selu"
BROKEN = "cell 29 (relu) failed: SyntaxError: expected ':' (line 1)"
WITHOUT = f"relu: there is no function called relu: cell 29, which should define it, {BROKEN.partition(') ')[2]}"


def uses(name: str, cell: int) -> str:
    return f"cell {cell} failed: NameError: name '{name}' is not defined (line 3)"


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ([MISSPELT], [MISSPELT]),
        ([uses("selu", 40), MISSPELT, uses("selu", 50)], [f"{MISSPELT} (2 more failed for want of it)"]),
        (
            ["selu_backward failed: NameError: name 'selu' is not defined", MISSPELT],
            [f"{MISSPELT} (1 more failed for want of it)"],
        ),
        ([BROKEN, WITHOUT, uses("relu", 63)], [f"{WITHOUT} (1 more failed for want of it)"]),
        ([BROKEN], [BROKEN]),
        ([uses("helper", 4), MISSPELT], [uses("helper", 4), MISSPELT]),
        (["the points of elu_test were changed"], ["the points of elu_test were changed"]),
    ],
)
def test_what_a_missing_function_explains_is_told_with_it(flags, told):
    assert told_once(flags) == told
