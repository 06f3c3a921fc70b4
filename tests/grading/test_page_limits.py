"""What a page may cost: characters that are kept, converted and shown, and the time and memory of making it.

Nothing here depends on how fast the machine is: what is bounded is counted.
"""

from __future__ import annotations

import functools
import signal
import time
from types import SimpleNamespace

import nbformat
import pytest

from autograder.course import Chapter, read
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.pages import budget, feedback, limited
from autograder.grading.pages.budget import Budget
from autograder.grading.pages.feedback import page_of, write_feedback
from autograder.grading.pages.limited import TooLarge, in_limits
from autograder.grading.pages.safe_markdown import code, comments_markdown, printed, students_markdown
from autograder.grading.scoring import printed as printing
from autograder.grading.scoring.printed import BoundedProcess
from autograder.grading.visible import visible
from autograder.sandbox import CellOutcome
from autograder.sandbox.worker import LONGEST_OUTPUT_CHARACTERS
from tests.grading.conftest import PIXEL, copy_of
from tests.grading.small_course import CHAPTER, GRADIENTS, POINTS, UNITS, write

# ---------------------------------------------------------------- what is printed


def prints(*texts: str, error: str | None = None) -> list[CellOutcome]:
    """What is kept where the cells of a notebook print these texts."""
    todo = iter(texts)
    process = SimpleNamespace(call=None, call_apart=None, call_all=None, one_copy=None, outcomes=[])
    process.run = lambda name, source: CellOutcome(error=error, line=0, value=None, printed=next(todo))
    bounded = BoundedProcess(process)
    return [bounded.run("cell", "") for _ in texts]


def test_what_a_notebook_prints_is_bounded_and_the_cut_is_said():
    kept = [outcome.printed for outcome in prints(*["x" * LONGEST_OUTPUT_CHARACTERS] * 30)]
    assert sum(text.count("x") for text in kept) == printing.MOST_PRINTED_CHARACTERS
    assert "[cut: kept is what was printed first: 20,000 characters of a cell]" in kept[0]
    assert "[cut: kept is what was printed first: 200,000 characters of a notebook]" in kept[-1]
    assert sum(map(len, kept)) < 1.1 * printing.MOST_PRINTED_CHARACTERS


def test_no_more_cells_have_output_than_may():
    kept = [outcome.printed for outcome in prints(*["a\n"] * 2_000)]
    assert kept.count("a\n") == printing.MOST_CELLS_WITH_OUTPUT
    assert "[cut: kept is what was printed by the first 500 cells that print]" in kept[-1]


def test_what_a_usual_notebook_prints_is_kept_as_it_is():
    assert [outcome.printed for outcome in prints("a\tb\n", "", "é 日本 🙂\n")] == ["a\tb\n", "", "é 日本 🙂\n"]


def test_errors_count_and_are_never_lost():
    kept = prints(*[""] * 2_000, error="ValueError: " + "e" * 900)
    assert all(outcome.error.startswith("ValueError: e") for outcome in kept)
    assert sum(len(outcome.error) for outcome in kept) < 3 * printing.MOST_PRINTED_CHARACTERS


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\x", "x"),
        ("a\x00b\x07c", "a�b�c"),
        ("user\u202etxt.exe", "user�txt.exe"),
        ("\u2066a\u2069 \u200eb\u200b", "�a� b"),
        ("10 %\r20 %\rdone\r\nnext", "done\nnext"),
        ("\x1b", "�"),
        ("\U000e0041\u2028", "��"),
        ("naïve\u00a0café 👩\u200d🔬\t1\n", "naïve\u00a0café 👩\u200d🔬\t1\n"),
    ],
)
def test_what_would_act_on_a_terminal_or_page_is_seen_instead(text, seen):
    assert visible(text) == seen
    assert visible(seen) == seen


# ---------------------------------------------------------------- what is converted and shown


@pytest.fixture
def page() -> dict:
    """The context of a page that is being written."""
    return {"resources": {}, "cell": {}}


def test_code_is_in_colours_as_long_as_the_page_has_room_for_that(page):
    cells = [code(page, "x = 1  # " + "a" * 900 + "\n") for _ in range(200)]
    coloured = [html for html in cells if "<span" in html]
    assert 0 < len(coloured) <= budget.HIGHLIGHTED_CHARACTERS // 900
    assert cells[-1].startswith('<div class="highlight"><pre>x = 1')


@pytest.mark.parametrize("text", ["a." * 4_990, "a\n" * 6_000], ids=["a long line", "a long cell"])
def test_code_that_would_take_the_square_of_its_length_is_shown_as_typed(page, text):
    assert "<span" not in code(page, text)


def test_markdown_is_rendered_as_long_as_the_page_has_room_for_that(page):
    cells = [students_markdown(page, "**a** " * 1_000) for _ in range(20)]
    rendered = [html for html in cells if "<strong>" in html]
    assert len(rendered) == budget.RENDERED_CHARACTERS // 6_000
    assert cells[-1].startswith("<pre>**a**")


def test_formulas_are_converted_as_long_as_the_page_has_room_for_that(page):
    html = students_markdown(page, " ".join(["$" + "x" * 90 + "$"] * 100))
    html += "".join(students_markdown(page, " ".join(["$" + "x" * 90 + "$"] * 100)) for _ in range(4))
    assert html.count("<math") == budget.FORMULA_CHARACTERS // 90


def test_an_image_may_be_shown_again_only_as_long_as_the_page_has_room(page):
    page["cell"] = {"attachments": {"p.png": {"image/png": PIXEL * 10_000}}}
    html = "".join(students_markdown(page, "![p](attachment:p.png)\n\n" * 100) for _ in range(20))
    assert html.count("<img") == budget.IMAGE_CHARACTERS // (len(PIXEL) * 10_000)
    assert "there is no room for more images on this page" in html


def test_the_text_of_a_page_is_bounded_and_the_rest_is_counted(page):
    html = "".join(code(page, "<" * 200_000) for _ in range(10))
    assert html.count("&lt;") == budget.TYPED_CHARACTERS
    assert "[200,000 more characters are not shown]" in html


def test_a_comment_is_shown_however_much_else_is_on_the_page(page):
    page["resources"]["budget"] = Budget(0, 0, 0, 0, 0)
    assert students_markdown(page, "**a**") == "<pre>\n[5 more characters are not shown]</pre>"
    assert "<strong>a</strong>" in comments_markdown("**a**")


def test_two_pages_share_no_budget():
    assert Budget().spend("rendered", budget.RENDERED_CHARACTERS)
    assert Budget().spend("rendered", budget.RENDERED_CHARACTERS)
    assert not Budget().spend("rendered", budget.RENDERED_CHARACTERS + 1)


def test_code_in_a_students_markdown_goes_through_no_lexer(page):
    html = students_markdown(page, "```prolog\n" + "a(" * 500 + "\n```")
    assert "<span" not in html
    assert "class=" not in html


def test_printed_text_has_no_markup_whatever_colours_it_asks_for():
    assert printed("\x1b[31m<b>" * 3) == "&lt;b&gt;" * 3


# ---------------------------------------------------------------- time and memory


def burn() -> str:
    while True:
        pass


def hoard() -> str:
    return "x" * 2**31


def fail() -> str:
    raise ValueError("because")


def end() -> str:
    signal.raise_signal(signal.SIGKILL)
    return ""


def test_a_page_comes_as_it_was_made():
    assert in_limits(lambda: "é" * 100_000) == "é" * 100_000


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (burn, "it takes more than 1 seconds"),
        (hoard, "it takes more than 256 MB of memory"),
        (functools.partial(str.ljust, "", limited.LARGEST_PAGE_BYTES + 10), "it would have more than 32 MB"),
        (end, "it takes more than"),
    ],
    ids=["time", "memory", "size", "end"],
)
def test_a_page_that_takes_too_much_is_given_up_with_the_reason(make, reason):
    with pytest.raises(TooLarge, match=reason):
        in_limits(make, cpu_seconds=1, memory_bytes=2**28)


def test_an_error_in_making_a_page_is_told_with_its_place():
    with pytest.raises(RuntimeError, match="ValueError: because"):
        in_limits(fail)


def test_a_page_that_takes_too_much_is_made_without_the_students_text(graded, tmp_path, monkeypatch):
    """With the points and the reports, and the other pages are none the worse."""
    course = copy_of(graded.course, tmp_path / "course")
    chapter = Chapter(course, CHAPTER)
    notebook = chapter.folder_of("bob", "autograded") / f"{UNITS}.ipynb"
    content = read(notebook)
    next(one for one in content["cells"] if one["id"] == "why")["source"] = "MY OWN WORDS"
    write(notebook, content)
    tried = []

    def fails_on_their_words(context, source):
        tried.append(source)
        if "MY OWN WORDS" in source:
            time.sleep(0)
            signal.raise_signal(signal.SIGKILL)
        return students_markdown(context, source)

    monkeypatch.setattr(feedback, "students_markdown", fails_on_their_words)
    monkeypatch.setattr(feedback.FeedbackExporter, "_environments", {})
    fails_on_their_words.jinja_pass_arg = students_markdown.jinja_pass_arg
    before = page_of(chapter, "bob", GRADIENTS).stat().st_mtime_ns
    write_feedback(chapter, "bob", read_settings(course.root))
    html = page_of(chapter, "bob", UNITS).read_text(encoding="utf-8")
    assert "Your text is too large to show: it takes more than 60 seconds" in html
    assert "MY OWN WORDS" not in html
    assert "alpha forgotten" in html
    assert f"{POINTS['relu']} of {POINTS['relu']}" in html
    assert page_of(chapter, "bob", GRADIENTS).stat().st_mtime_ns == before


def test_the_worst_notebook_makes_a_page_of_bounded_size(graded, tmp_path):
    """As much of everything as a notebook may hold, each sign of it the longest in HTML."""
    course = copy_of(graded.course, tmp_path / "course")
    chapter = Chapter(course, CHAPTER)
    notebook = chapter.folder_of("bob", "autograded") / f"{UNITS}.ipynb"
    content = nbformat.from_dict(read(notebook))
    image = {"p.png": {"image/png": PIXEL * 1_000}}
    for number in range(100):
        markdown = nbformat.v4.new_markdown_cell('"' * 9_000 + "![p](attachment:p.png)" * 40, id=f"added-{2 * number}")
        markdown.attachments = image
        content.cells += [markdown, nbformat.v4.new_code_cell('"' * 10_000, id=f"added-{2 * number + 1}")]
    write(notebook, content)
    write_feedback(chapter, "bob", read_settings(course.root))
    html = page_of(chapter, "bob", UNITS).read_text(encoding="utf-8")
    assert "too large to show" not in html
    assert len(html) < 6 * (budget.TYPED_CHARACTERS + budget.RENDERED_CHARACTERS) + budget.IMAGE_CHARACTERS + 10**6
