"""The report: complete for every kind of difference, of bounded length, and nothing of the student's is live in it."""

from __future__ import annotations

import html.parser
import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import catalogue
from autograder.exercises.cases import case
from autograder.exercises.model import Requirement
from autograder.judge import Verdict, judge
from autograder.judge.formatting import ALL_DIGITS, LONGEST_CHARACTERS, readable, show_both, show_value
from autograder.judge.report import KINDS_OF_HIDDEN_DIFFERENCE, as_html, as_text, repair_sentences
from autograder.judge.verdict import CodeChange, Repair
from autograder.plaindata.call import Outcome, Problem
from tests.judge.students import after, elu, elu_backward, first_difference, prelu_backward, verdict_of
from tests.plaindata.test_call import written
from tests.plaindata.test_values import NOT_PLAIN

ELU = catalogue()["elu"]
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


class Tags(html.parser.HTMLParser):
    """Which tags and attributes a page has, and whether they are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag not in ("br", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


ALLOWED_TAGS = {"div", "span", "b", "i", "br", "code", "details", "summary", "pre", "svg", "rect"}
ALLOWED_ATTRIBUTES = {
    "class", "style", "title", "open", "role", "aria-label", "width", "height", "x", "y", "fill", "fill-opacity",
}  # fmt: skip


def checked_page(verdict: Verdict) -> Tags:
    """The HTML report, checked to be well formed and inert."""
    page = Tags(as_html(verdict))
    assert page.open == []
    assert page.tags <= ALLOWED_TAGS
    assert page.attributes <= ALLOWED_ATTRIBUTES
    return page


def evil_exception(z, alpha=1.0):
    raise ValueError(EVIL)


evil_line = written("def f(z, alpha=1.0):\n    return '<script>alert(1)</script>' + z\n")


def evil_signature(z, evil="<script>alert(1)</script>", *, more):
    return z


def half_written(z, alpha=1.0):
    if alpha != 1.0:
        raise NotImplementedError
    return elu(z)


FUNCTIONS = {
    "right": elu,
    "an exception with HTML": evil_exception,
    "a source line with HTML": evil_line,
    "text with HTML": lambda z, alpha=1.0: EVIL,
    "a dict with HTML": lambda z, alpha=1.0: {EVIL: 1.0},
    "a list with HTML": lambda z, alpha=1.0: [EVIL],
    "a class with HTML in its name": lambda z, alpha=1.0: type(EVIL, (), {})(),
    "an exception with HTML in its name": lambda z, alpha=1.0: (_ for _ in ()).throw(type(EVIL, (Exception,), {})()),
    "a signature with HTML": evil_signature,
    "not written": written("def f(z, alpha=1.0):\n    raise NotImplementedError\n"),
    "half written": half_written,
    "other arguments": lambda: 0,
    "not callable": 3.0,
    "None": lambda z, alpha=1.0: None,
    "a generator": lambda z, alpha=1.0: (y for y in z),
    "another shape": after(elu, lambda y: y[..., None]),
    "another dtype": after(elu, lambda y: y.astype("float16")),
    "NaN": after(elu, lambda y: y * np.nan),
    "infinity": after(elu, lambda y: y * np.inf),
    "other values": after(elu, lambda y: np.cos(y)),
    "last digits": after(elu, lambda y: y * (1 + 1e-8)),
    "a known mistake": lambda z, alpha=1.0: elu(z),
    "a hypothesis": after(elu, np.negative),
    "its input changed": lambda z, alpha=1.0: (elu(z, alpha), z.fill(0))[0],
    "a warning": lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(z)),
    "a forgotten default": lambda z, alpha: elu(z, alpha),
}


@pytest.mark.parametrize("cases", ["public", "hidden", "all"])
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_report_is_complete_inert_and_of_readable_length(function, cases):
    verdict = verdict_of("elu", function, cases=cases, seed=3)
    text, page = as_text(verdict), checked_page(verdict)
    assert text.startswith(f"elu: {verdict.points:g} of 6 points")
    assert "elu" in page.text
    assert ("not yet" in page.text) != verdict.passed
    assert "script" not in page.tags
    assert len(text) < 6_000
    assert len(as_html(verdict)) < 40_000
    if not verdict.passed:
        assert len(text.splitlines()) > 1


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if "HTML" in name])
def test_html_of_the_students_stands_in_the_report_as_text(name):
    verdict = verdict_of("elu", FUNCTIONS[name])
    assert "<script" in as_text(verdict)
    assert "<script" not in as_html(verdict)
    assert "<script" in checked_page(verdict).text


def test_a_warning_with_html_is_text_too():
    def warns(arguments):
        return Outcome(elu(*arguments), arguments_after=arguments, warnings=[f"overflow {EVIL}"])

    verdict = judge(ELU, warns, devices=("cpu",))
    assert "<script" in checked_page(verdict).text
    assert verdict.passed


@pytest.mark.parametrize("kind", ["time", "gone", "missing", "not implemented", "arguments"])
def test_every_problem_has_its_sentences(kind):
    verdict = judge(ELU, lambda arguments: Outcome(problem=Problem(kind, EVIL)), devices=("cpu",))
    page = checked_page(verdict)
    assert "elu" in page.text
    assert "0 of 6 points" in page.text
    assert kind == "not implemented" or "<script" in page.text


@pytest.mark.parametrize("make", [make for make, _ in NOT_PLAIN.values()], ids=NOT_PLAIN)
def test_what_is_not_plain_is_reported_without_being_asked(make):
    checked_page(verdict_of("elu", lambda z, alpha=1.0: make()))


@pytest.mark.parametrize("name", ["elu_backward", "prelu_backward", "dead_units", "rrelu", "sigmoid"])
def test_wrong_functions_of_other_kernels_are_reported(name):
    for answer in (None, (1.0, 2.0), np.ones(3), {"a": 1}, True, [[1.0], [2.0, 3.0]]):
        verdict = verdict_of(name, lambda *arguments, answer=answer: answer, cases="all")
        assert verdict.points == 0
        assert as_text(verdict)
        checked_page(verdict)


def test_there_is_a_sentence_for_every_kind_of_hidden_difference():
    kinds = {"exception", "arguments", "type", "shape", "dtype", "not finite", "values", "inputs"}
    assert set(KINDS_OF_HIDDEN_DIFFERENCE) == kinds
    assert len(set(KINDS_OF_HIDDEN_DIFFERENCE.values())) == len(kinds)


# ---------------------------------------------------------------- what it tells


def test_a_wrong_value_is_told_with_call_expected_yours_and_by_how_much():
    text = as_text(verdict_of("elu", lambda z, alpha=1.0: elu(z) * 1.5 - 0.25))
    assert "elu(z=[[-1.]], alpha=1)" in text
    assert "expected  [[-0.632121]]" in text
    assert "yours  [[-1.198181]]" in text
    assert "It is off by 0.566 where 6e-10 is allowed." in text


def test_of_several_numbers_the_worst_is_told():
    exercise = replace(
        ELU,
        textbook="def elu(z): ...",
        reference=lambda z: z,
        remarks=(),
        mistakes=(),
        requirements=(Requirement("values", 1, lambda draw: [case("table", z=np.arange(6.0).reshape(2, 3))]),),
    )
    wrong = verdict_of(exercise, lambda z: z + np.array([[0, 0, 0.5], [0, 7, 0.25]]))
    assert "3 of 6 numbers differ" in as_text(wrong)
    assert "Worst at [1, 1]: expected 4, yours 11, off by 7 where 4e-09 is allowed." in as_text(wrong)
    exact = verdict_of(replace(exercise, reference=lambda z: z > 2), lambda z: z > 3)
    assert "Worst at [1, 0]: expected True, yours False." in as_text(exact)


def test_numbers_that_look_the_same_are_shown_with_more_digits():
    verdict = verdict_of("elu", after(elu, lambda y: y * (1 + 1e-8)))
    found = next(item.counterexample for item in verdict.requirements if item.counterexample)
    assert found.expected != found.got


def test_an_exception_is_told_with_the_line_that_raised_it():
    verdict = verdict_of("elu", evil_line)
    assert "in your line 2: return '<script>alert(1)</script>' + z" in as_text(verdict)
    assert "Your function raised " in as_text(verdict)


def test_of_several_outputs_each_is_shown_by_its_name():
    text = as_text(verdict_of("prelu_backward", after(prelu_backward, lambda y: (y[0], y[1] + 1.0))))
    assert "dz = " in text
    assert "dalpha = " in text


def test_the_text_shows_one_counterexample_and_the_page_all():
    """The first one is open."""
    verdict = verdict_of("elu", after(elu, np.cos))
    assert as_text(verdict).count("expected  ") == 1
    page = as_html(verdict)
    assert page.count("<details") == 5
    assert len(re.findall(r"<details[^>]* open>", page)) == 1


def test_the_comparison_is_named():
    verdict = verdict_of("elu", elu)
    assert "torch.nn.functional.elu(z, alpha), PyTorch 2" in as_text(verdict)
    assert "no CUDA" in as_text(verdict)


def test_the_second_opinion_is_a_column_of_the_page():
    page = as_html(verdict_of("elu_backward", elu_backward))
    assert ">numerical derivative<" in page
    assert ">CPU<" in page


def test_a_picture_says_what_it_shows_and_is_small():
    exercise = replace(
        ELU,
        textbook="def elu(z): ...",
        reference=lambda z: z,
        remarks=(),
        mistakes=(),
        requirements=(Requirement("values", 1, lambda draw: [case("large", z=np.zeros((300, 400)))]),),
    )
    verdict = verdict_of(exercise, lambda z: z + np.eye(300, 400))
    page = checked_page(verdict)
    assert {"svg", "rect"} <= page.tags
    assert 'aria-label="map of the entries that differ"' in as_html(verdict)
    assert as_html(verdict).count("<rect") <= 24 * 48
    assert len(as_text(verdict)) < 3_000
    assert len(as_html(verdict)) < 200_000


def test_a_call_with_large_arguments_is_written_an_argument_a_line():
    text = as_text(verdict_of("elu_backward", after(elu_backward, np.cos), cases="public"))
    assert first_difference(verdict_of("elu_backward", after(elu_backward, np.cos))).kind == "values"
    assert all(len(line) < 160 for line in text.splitlines())


def test_a_verdict_of_a_kernel_no_longer_in_the_catalogue_can_be_read():
    for function in (elu, FUNCTIONS["a known mistake"], lambda: 0):
        verdict = replace(verdict_of("elu", function), exercise="gone_long_ago")
        assert as_text(verdict).startswith("gone_long_ago: ")
        checked_page(verdict)


# ---------------------------------------------------------------- values as text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, -2.5]), "[ 1. , -2.5]"),
        (np.array([1.0], "float32"), "[1.] (float32)"),
        (np.array([1, 2]), "[1, 2] (int64)"),
        (np.array([True]), "[ True]"),
        (np.array(1 / 3), "0.333333"),
        (np.array(True), "True"),
        (np.zeros((0, 3)), "empty array of shape (0, 3)"),
        (1 / 3, "0.333333"),
        (float("nan"), "nan"),
        ("relu", "'relu'"),
        (None, "None"),
        (True, "True"),
        ([1.0, 2], "[1, 2]"),
        ((1.0, 2), "(1, 2)"),
        ({"m": 1.0}, "{'m': 1}"),
    ],
    ids=str,
)
def test_a_value_is_shown_as_a_person_would_write_it(value, text):
    assert show_value(value) == text


def test_large_arrays_are_shortened_and_their_shape_is_told():
    text = show_value(np.zeros((100, 200)))
    assert "..." in text
    assert "shape (100, 200)" in text
    assert len(text) <= LONGEST_CHARACTERS


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10**6,
        {"k" * 10**6: "v" * 10**6},
        [[["x" * 1000] * 50] * 50] * 5,
        [np.zeros((30, 30))] * 50,
        dict.fromkeys(map(str, range(10**4)), 1.0),
        np.zeros((2,) * 8),
    ],
    ids=["text", "keys", "lists", "arrays", "many keys", "many axes"],
)
def test_whatever_is_shown_is_short(value):
    assert len(show_value(value)) <= LONGEST_CHARACTERS


def test_two_different_values_are_shown_differently():
    for one, other in (
        (1.0, 1 + 1e-12),
        (np.array([1.0]), np.array([1 + 1e-12])),
        (np.ones(2), np.array([1.0, 1 + 1e-9])),
    ):
        shown = show_both(one, other)
        assert shown[0] != shown[1]
        assert all(len(text) < 10 * ALL_DIGITS for text in shown)
    assert show_both(np.array([1.0]), np.array([2.0])) == ("[1.]", "[2.]")


def test_readable_text_keeps_letters_and_nothing_that_acts():
    """Letters of every language, and line breaks."""
    assert readable("α ≤ ñ 漢\nnext") == "α ≤ ñ 漢\nnext"
    assert readable("\x1b[31m\x07\x00\ud800\u202e\r") == "�[31m�����"
    assert len(readable("x" * 10**6)) == LONGEST_CHARACTERS


CHANGE = CodeChange(4, "another exponent", "b ** (t - 1)", "b ** t")
OTHER = CodeChange(5, "another exponent", "c ** (t - 1)", "c ** t")
MOVED = CodeChange(2, "a copy of `m`", "", "m = np.array(m)")


@pytest.mark.parametrize(
    ("changes", "hint", "told"),
    [
        ([CHANGE], 1, "With this change your function passes all 9 cases: line 4: another exponent."),
        ([CHANGE], 2, "line 4: another exponent, in `b ** (t - 1)`."),
        ([CHANGE], 3, "line 4: `b ** t` in the place of `b ** (t - 1)`."),
        ([CHANGE, OTHER], 1, "With these 2 changes your function passes all 9 cases: lines 4 and 5: another exponent."),
        ([CHANGE, MOVED], 1, "line 2: a copy of `m`."),
        ([MOVED], 3, "line 2: a copy of `m`, `m = np.array(m)`."),
    ],
)
def test_a_small_change_is_told_as_far_as_was_asked(changes, hint, told):
    verdict = replace(verdict_of(ELU, lambda z, alpha=1.0: z), repair=Repair(changes, 9, "", hint))
    text = "\n".join(repair_sentences(verdict))
    assert told in " ".join(text.split()) and (hint == 3) == ("says more" not in text)
