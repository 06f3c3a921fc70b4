"""Formulas, and a student's text around them: nothing that is longer, higher or otherwise turned than it may be."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment

from autograder.grading.pages.mathml import LENGTHS_EM, formula
from autograder.grading.pages.safe_markdown import code, in_box, students_markdown, typed
from autograder.grading.visible import visible

OVERRIDE = "\u202e"

LENGTHS = {
    r"\hspace{9999999em}x": 'width="20em"',
    r"\hspace{-50em}x": 'width="-1em"',
    r"\mspace{-9999mu}x": 'width="-1em"',
    r"\mspace{9mu}x": 'width="0.5em"',
    r"\kern-99em x": 'width="-1em"',
    r"\hskip 1in x": 'width="6em"',
    r"\rule{9999cm}{9999999em}": 'width="20em" height="5em"',
    r"\lower99em{x}": 'height="-1em" depth="+5em"',
    r"\moveleft 99em x": 'lspace="-1em"',
    r"a\above 999pt b": 'linethickness="0.2em"',
    r"\quad x": 'width="1em"',
    r"\!x": 'width="negativethinmathspace"',
    r"\Bigg(": 'minsize="2.47em"',
}


@pytest.mark.parametrize(("tex", "kept"), LENGTHS.items(), ids=LENGTHS)
def test_a_length_is_at_most_what_a_formula_needs(tex, kept):
    assert kept in formula(tex)


@pytest.mark.parametrize(
    "length", ["1e9em", "9" * 30 + "em", "99vh", "calc(9em)", "-1width", "infinity", "nan", "٩٩em"]
)
def test_what_is_no_usual_length_is_no_longer_either(length):
    made = formula(rf"\hspace{{{length}}}x")
    found = dict(re.findall(r'(\w+)="([^"]*)"', made))
    assert all(float(found[name].removesuffix("em")) <= 20 for name in LENGTHS_EM if name in found)


@pytest.mark.parametrize("tex", [r"\unicode{x202e}x", f"x{OVERRIDE}y", rf"\text{{a{OVERRIDE}b}}", r"\unicode{x2067}"])
def test_a_formula_turns_no_writing_around(tex):
    assert visible(formula(tex)) == formula(tex)


def shown(text: str, how=students_markdown) -> str:
    environment = Environment()
    environment.filters |= {"shown": how, "in_box": in_box}
    return environment.from_string("{{ text | shown | in_box }}").render(text=text)


@pytest.mark.parametrize(
    "text",
    [f"a{OVERRIDE}b", "a&#x202e;b", "a&#8238;b", "a&#X202Eb", "`a\u2066b`", "# a&#x2067;b", "[a&#x202e;](http://b)"],
)
def test_a_text_turns_no_writing_around(text):
    html = shown(text)
    assert OVERRIDE not in html and "\u2066" not in html and "\u2067" not in html
    assert not re.search(r"&#(x202e|8238|x2067)", html, re.IGNORECASE)


def test_entities_that_do_nothing_stay():
    assert "&lt;b&gt; &eacute; &#233;".replace("&eacute; &#233;", "") in shown("&lt;b&gt; &eacute; &#233;")
    assert "é" in shown("é") and "👩‍🔬" in shown("👩‍🔬")


def test_towers_of_accents_are_cut_and_usual_accents_stay():
    assert len(visible("Z" + "\u0335\u030d" * 300)) == 5
    for word in ("é", "ṩ̂", "שָּׁ", "ที่", "ệ"):
        assert visible(word) == word


@pytest.mark.parametrize("how", [students_markdown, code, typed])
@pytest.mark.parametrize("text", ["x", "</div></div></section>y", "</pre></div>", "<details open>x", "</td></table>x"])
def test_whatever_is_written_is_in_a_box(how, text):
    html = shown(text, how)
    head, tail = '<div class="students" style="', "</div>"
    assert html.startswith(head) and html.endswith(tail)
    inner = html[len(head) : -len(tail)]
    assert inner.count("<div") == inner.count("</div>")
    assert "<details" not in inner and "max-height" in inner.partition('"')[0]
