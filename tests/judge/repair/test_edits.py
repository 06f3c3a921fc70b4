"""Small changes of a function: each kind is found, and taken back."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from autograder.judge.repair.edit import Edit, Scope
from autograder.judge.repair.edits import edits_of, twins
from autograder.judge.repair.programs import Program

KINDS = [
    ("return a + b", "return a - b"),
    ("return a > b", "return a >= b"),
    ("return a and b", "return a or b"),
    ("return a * 2", "return a * 3"),
    ("return np.sum(a, keepdims=True)", "return np.sum(a, keepdims=False)"),
    ("return a", "return b"),
    ("return a * 1", "return a * b"),
    ("return np.exp(a)", "return np.expm1(a)"),
    ("return np.exp(a) - 1", "return np.expm1(a)"),
    ("return np.log(1 + a)", "return np.log1p(a)"),
    ("return a.sum()", "return a.mean()"),
    ("return a - b", "return b - a"),
    ("return np.where(a, b, 0)", "return np.where(a, 0, b)"),
    ("return a, b", "return b, a"),
    ("return np.sum(a)", "return np.sum(a, axis=0)"),
    ("return np.sum(a, axis=0)", "return np.sum(a)"),
    ("return a.mean(axis=0)", "return a.mean(axis=(0, 2, 3))"),
    ("return a.var()", "return a.var(ddof=1)"),
    ("return a if b else 0", "return a if not b else 0"),
    ("return a / b + 1", "return a / (b + 1)"),
    ("return a - 2 / b + 1", "return a - 2 / (b + 1)"),
    ("return a * (b + 1)", "return a * b + 1"),
    ("return -a ** b", "return (-a) ** b"),
    ("return np.sqrt(a + b)", "return np.sqrt(a) + b"),
    ("return np.sqrt(a) + b", "return np.sqrt(a + b)"),
    ("return np.sqrt(a).reshape(2) + b", "return np.sqrt(a + b).reshape(2)"),
    ("return np.log(a / b)", "return np.log(a) - np.log(b)"),
    ("return np.log(np.exp(a) / b)", "return a - np.log(b)"),
    ("return np.exp(a)", "return np.exp(np.minimum(a, 0))"),
    ("return (a > 0) * b + (a <= 0) * 2 * b", "return np.where(a > 0, b, 2 * b)"),
    ("return a", "return a.sum(axis=0)"),
    ("return a * b", "return a[:, None] * b"),
    ("return a > b", "return a > 0"),
    ("return a[0]", "return a[b]"),
    ("return a / b * 2", "return a / b ** 2"),
    ("return a / 1 - b * 2", "return a / (1 - b) * 2"),
    ("return np.where(a, b)", "return np.where(a, b, 0)"),
    ("c = a\n    return d", "d = a\n    return d"),
    ("return a.real", "return a.imag"),
    ("return list(range(a))", "return list(range(1, a + 1))"),
    ("return list(enumerate(a))", "return list(enumerate(a, start=1))"),
    ("return np.mean(a)", "return np.mean(a, axis=tuple(range(1, a.ndim)))"),
    ("if not a:\n        return b\n    return a", "if a is None:\n        return b\n    return a"),
    ("c = (1 - a) * b\n    return c", "c = (1 - a) * b * (1 - a)\n    return c"),
    ("for c in a:\n        b = c\n        a = b\n    return b", "for c in a:\n        b = c\n    a = b\n    return b"),
    ("return (a + b) ** 0.5", "return a ** 0.5 + b"),
    ("return a ** 0.5 + b", "return (a + b) ** 0.5"),
    ("return np.sqrt(a)", "return a"),
    ("return a.astype(b)", "return a"),
    ("return a @ b.T", "return a @ b"),
    ("return a @ b", "return a @ b.T"),
    ("return -a", "return a"),
    ("return a ** 2", "return a"),
    ("return a * b", "return a"),
    ("return a", "return np.sqrt(a)"),
    ("return a", "return a ** 2"),
    ("return a ** b", "return a ** (b - 1)"),
    ("return a * b", "return a * (1 - b)"),
    ("return a", "return a / len(b)"),
    ("return a", "return a + b"),
    ("return a", "return a.astype(b.dtype)"),
    ("for c in a:\n        b = c\n    return b", "for c in reversed(list(a)):\n        b = c\n    return b"),
    ("a += b\n    return a", "a = a + b\n    return a"),
    ("a *= b\n    return a", "a /= b\n    return a"),
    ("a = b\n    b = 1\n    return a", "b = 1\n    a = b\n    return a"),
    ("a = b\n    return a", "return a"),
    ("a[0] = 1\n    return a", "a = np.array(a)\n    a[0] = 1\n    return a"),
]


def written(body: str) -> str:
    return ast.unparse(ast.parse(f"def f(a, b):\n    {body}"))


def function_of(body: str) -> ast.FunctionDef:
    return ast.parse(f"def f(a, b):\n    {body}").body[0]


def all_edits(function: ast.FunctionDef, numpy: str = "np") -> list[Edit]:
    return [edit for step in edits_of(function, Scope.of(function, numpy)) for edit in step]


@pytest.mark.parametrize(("body", "changed"), KINDS)
def test_one_change_makes_the_other_form(body, changed):
    function, found = function_of(body), set()
    for edit in all_edits(function):
        with edit.applied():
            found.add(ast.unparse(function))
    assert written(changed) in found


@pytest.mark.parametrize("body", [body for body, _ in KINDS])
def test_every_change_is_a_program_and_is_taken_back(body):
    function = function_of(body)
    for edit in all_edits(function):
        with edit.applied():
            assert Program(function, [], {"np": np})
        assert ast.unparse(function) == written(body)


def test_the_line_is_that_of_the_function():
    function = function_of("c = a\n    return c + b")
    (edit,) = [one for one in all_edits(function) if one.texts == ("c + b", "c - b")]
    assert (edit.line, edit.kind) == (3, "another operator")


def test_one_change_in_two_places_is_found_as_one():
    function = function_of("m = a / (1 - a ** (b + 1))\n    return m / (1 - m ** (b + 1))")
    found = [[edit.texts for edit in group] for group in twins(all_edits(function))]
    assert [("a ** (b + 1)", "a ** b"), ("m ** (b + 1)", "m ** b")] in found


def test_another_name_of_numpy_is_used():
    texts = {edit.texts[1] for edit in all_edits(function_of("return a"), numpy="numpy")}
    assert "numpy.sqrt(a)" in texts and "np.sqrt(a)" not in texts
