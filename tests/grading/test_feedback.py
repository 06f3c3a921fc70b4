"""The feedback pages: the reports, nothing that is for the instructor alone, and nothing live of the student's."""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

import nbformat
import pytest
from jinja2 import Environment
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers as formgraders

from autograder.course import Chapter, Course, read, text_of
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.pages.feedback import page_of, write_feedback
from autograder.grading.pages.mathml import formula
from autograder.grading.pages.safe_markdown import harmless, instructors_markdown, printed, students_markdown
from tests.grading.conftest import ODD_NAMES, PIXEL, THEIR_OWN, Graded, copy_of
from tests.grading.small_course import CHAPTER, GRADIENTS, HIDDEN_WORD, POINTS, UNITS, WHY_POINTS, WORD, write

DANGEROUS_TAGS = {"iframe", "object", "embed", "form", "base", "frame", "applet", "animate", "set"}


class Live(HTMLParser):
    """Collects what a browser would run or fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.images: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in DANGEROUS_TAGS:
            self.found.append(tag)
        if tag == "script":
            self.found.append(f"script {given.get('src')}")
        if tag == "img":
            self.images.append(given.get("src") or "")
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]", "", (value or "").lower())
            if name.startswith("on") or address.startswith(("javascript:", "vbscript:", "data:text")):
                self.found.append(f"{tag} {name}={value}")

    def handle_data(self, data):
        self.text += data


def page(graded: Graded | Regraded, student: str, section: str = UNITS) -> str:
    return page_of(Chapter(graded.course, CHAPTER), student, section).read_text(encoding="utf-8")


def test_everybody_whose_notebook_was_read_or_set_aside_has_a_page(graded):
    pages = {(path.parent.parent.name, path.stem) for path in (graded.course.root / "feedback").rglob("*.html")}
    expected = {(student, section) for student, found in graded.summary.students.items() for section in found}
    expected -= {("dan", GRADIENTS), ("fay", UNITS), ("fay", GRADIENTS)}
    assert pages == expected | {(student, "index") for student in graded.summary.students}


@pytest.mark.parametrize("student", ["ada", *ODD_NAMES])
def test_the_page_has_the_report_of_each_kernel_and_the_points(graded, student):
    html = page(graded, student)
    for name in ("elu", "relu"):
        assert (
            f'<tr><td><a href="#{name}_test_before">{name}</a></td><td>{POINTS[name]} of {POINTS[name]}</td></tr>'
            in html
        )
        assert f"torch.nn.functional.{name}" in html
    assert WORD in html


def test_the_page_of_a_wrong_answer_names_the_mistake(graded):
    assert "alpha forgotten" in page(graded, "bob")


def test_the_page_of_a_submission_that_was_set_aside_says_why(graded):
    html = page(graded, "gus")
    assert "This submission was set aside" in html
    assert "it is an HTML page" in html


def test_no_hidden_test_and_no_solution_is_in_any_file_for_students(graded):
    for folder in ("release", "feedback"):
        for path in (graded.course.root / folder).rglob("*.*"):
            text = path.read_text(encoding="utf-8")
            assert HIDDEN_WORD not in text, path
            assert "HIDDEN TESTS" not in text, path
            assert 'cases="hidden"' not in text, path


def test_nothing_of_a_students_is_live_in_the_page(graded):
    assert Live(page(graded, "eve")).found == Live(page(graded, "ada")).found


def test_what_the_student_wrote_can_be_read(graded):
    text = Live(page(graded, "eve")).text
    for number in (1, 2, 7):
        assert f"alert({number})" in text
    assert "ValueError: <script>" in text


def test_a_comment_is_text_and_not_markup_to_be_read(graded):
    text = page(graded, "cyd")
    assert "No response." in text
    assert "&lt;p&gt;" not in text


def test_what_waits_for_a_person_is_said_and_is_no_zero(graded):
    text = Live(page(graded, "ada")).text
    assert f"not graded yet, of {WHY_POINTS}" in text
    assert "points, so far" in text


def test_a_pasted_image_is_shown_and_no_other(graded):
    images = Live(page(graded, "eve")).images
    assert set(images) <= {f"data:image/png;base64,{PIXEL}", ""}
    assert f"data:image/png;base64,{PIXEL}" in images


def test_an_image_that_was_not_handed_in_is_named(graded):
    assert "the image was not handed in" in page(graded, "eve")


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        "<img src=x onerror=1>",
        "<svg onload=1><script>1</script></svg>",
        "<a href='javascript:1'>x</a>",
        "<a href=' java\nscript:1'>x</a>",
        "<a href='data:text/html,<script>1</script>'>x</a>",
        "<img src='https://elsewhere.example/seen.png'>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<p onclick=1 style='position:fixed'>x</p>",
        "<iframe srcdoc='<script>1</script>'></iframe>",
        "<math><mtext><table><mglyph><style><img src=x onerror=1>",
        "<form action=/><input></form>",
        "<base href='//elsewhere.example'>",
        "<style>body{display:none}</style>",
        "<!-- <script> -->",
        "<a id=top name=top class=x href='#'>x</a>",
        '<div class="full-credit" id="why"><span class="verdict" data-link="x">x</span></div>',
    ],
)
def test_harmless_html_runs_and_fetches_nothing_and_looks_like_nothing(html):
    found = Live(harmless(html))
    assert found.found == []
    assert not any(found.images)
    assert not re.search(r"<[^>]*\b(?:style|class|id|name|data-link)=", harmless(html))


@pytest.mark.parametrize(
    "html",
    [
        "<p>a <strong>b</strong></p>",
        '<a href="https://pytorch.org">x</a>',
        "<table><tr><td>1</td></tr></table>",
        "<h2>x</h2>",
    ],
)
def test_harmless_html_keeps_what_people_write(html):
    assert harmless(html).replace("<tbody>", "").replace("</tbody>", "") == html


def test_a_page_is_written_again_only_when_the_notebook_has_changed(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    chapter, settings = Chapter(course, CHAPTER), read_settings(course.root)
    before = written(chapter, "ada")
    write_feedback(chapter, "ada", settings)
    assert written(chapter, "ada") == before
    notebook = course.root / "autograded" / "ada" / CHAPTER / f"{GRADIENTS}.ipynb"
    content = read(notebook)
    content["cells"][0]["source"] = "Another title"
    write(notebook, content)
    write_feedback(chapter, "ada", settings)
    assert "Another title" in page_of(chapter, "ada", GRADIENTS).read_text(encoding="utf-8")
    assert [name for name, when in written(chapter, "ada").items() if when != before[name]] == [f"{GRADIENTS}.html"]


ONE_POINT_LESS = """
from nbgrader.plugins import BasePlugin

class HalfAPointLess(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5

get_config().AssignLatePenalties.plugin_class = HalfAPointLess
"""
"""For being late with two notebooks."""


@pytest.fixture(scope="module")
def regraded(graded, tmp_path_factory) -> Regraded:
    """The class after a person has given ada points, written a comment, and set a due date; its pages written again."""
    course = copy_of(graded.course, tmp_path_factory.mktemp("regraded") / "course")
    with open(course.root / "nbgrader_config.py", "a", encoding="utf-8") as configuration:
        configuration.write(ONE_POINT_LESS)
    chapter = Chapter(course, CHAPTER)
    before = written(chapter, "ada")
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        judged = gradebook.find_grade("elu_test", UNITS, CHAPTER, "ada")
        judged.manual_score = 2.0
        why = gradebook.find_grade("why", UNITS, CHAPTER, "ada")
        why.manual_score, why.needs_manual_grade = 1.5, False
        gradebook.find_comment("why", UNITS, CHAPTER, "ada").manual_comment = "Say more of **plaice**."
        gradebook.find_assignment(CHAPTER).duedate = datetime.datetime(2026, 11, 1, 12)
        submission = gradebook.find_submission(CHAPTER, "ada")
        submission.timestamp = datetime.datetime(2026, 11, 2, 15)
        gradebook.db.commit()
    write_feedback(chapter, "ada", read_settings(course.root))
    changed = {name for name, when in written(chapter, "ada").items() if when != before[name]}
    return Regraded(course, changed)


@dataclass
class Regraded:
    """What a second writing of the pages did. changed: the pages that were written again."""

    course: Course
    changed: set[str]


def test_pages_follow_what_a_person_has_changed_in_the_gradebook(regraded):
    assert f"{UNITS}.html" in regraded.changed
    assert "index.html" in regraded.changed


def test_points_that_a_person_gave_in_place_of_the_judges_are_told_as_such(regraded):
    text = Live(page(regraded, "ada")).text
    assert f"2 of {POINTS['elu']}, changed by your instructor" in text
    assert f"{POINTS['relu']} of {POINTS['relu']}, changed" not in text
    assert f"1.5 of {WHY_POINTS}, changed" not in text, "nobody else could have given points for it"


def test_a_comment_is_shown_with_the_answer_and_with_what_cost_points(regraded):
    assert "<strong>plaice</strong>" in page(regraded, "ada")
    assert "<strong>plaice</strong>" in page(regraded, "ada", "index")


@pytest.mark.parametrize("section", [UNITS, "index"])
def test_a_page_says_when_it_was_handed_in_and_how_late_that_was(regraded, section):
    text = Live(page(regraded, "ada", section)).text
    assert "Handed in on 2 November 2026, 15:00 UTC. Due on 1 November 2026, 12:00 UTC. That is 1 d 3 h late" in text
    assert "late: 1 point less." in text


def test_a_page_can_show_what_cost_points_alone(graded):
    html = page(graded, "bob")
    assert '<a class="part" href="#short">' in html
    lost = re.findall(r'<div class="cell [^"]* lost"[^>]*>', html)
    assert len(lost) == 2, "the answer and its report"
    assert 'id="elu_test_before"' in lost[0]
    assert "#short" not in page(graded, "ada", GRADIENTS)


def test_a_written_question_is_called_by_its_words(graded):
    assert '<a href="#why_before">Why is ELU better?</a>' in page(graded, "ada")


def test_the_page_of_a_submission_that_was_set_aside_is_short(graded):
    html = page(graded, "gus")
    assert "hand it in again" in html
    assert WORD not in html
    assert "No response." not in html


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("ada", ["1 answer waits for your instructor", "this page will change"]),
        ("bob", ["only what cost points", "alpha forgotten", "Mend it in your own notebook"]),
        ("cyd", ["elu is not written yet"]),
        ("dan", ["not handed in", "tell your instructor under which name"]),
        ("fay", ["set aside: the submission holds no notebook of this chapter", "hand it in again"]),
        ("gus", ["set aside: it is an HTML page", "hand it in again"]),
    ],
)
def test_the_page_over_all_notebooks_says_how_it_stands_and_what_to_do(graded, student, words):
    text = Live(page(graded, student, "index")).text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("student", ["ada", "bob", "cyd", "dan", "eve", "fay", "gus", *ODD_NAMES])
def test_the_page_over_all_notebooks_leads_to_places_that_are_there(graded, student):
    index = page_of(Chapter(graded.course, CHAPTER), student, "index")
    for link in re.findall(r'<a href="([^"]*)"', index.read_text(encoding="utf-8")):
        file, _, place = unquote(link).partition("#")
        assert f'id="{place}"' in (index.parent / file).read_text(encoding="utf-8") or not place


def test_nothing_of_a_students_is_live_in_the_page_over_all_notebooks(graded):
    html = page(graded, "eve", "index")
    assert Live(html).found == []
    assert "<script" not in html


def test_the_page_of_a_notebook_that_is_gone_goes_too(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    chapter = Chapter(course, CHAPTER)
    (chapter.folder_of("ada", "autograded") / f"{GRADIENTS}.ipynb").unlink()
    write_feedback(chapter, "ada", read_settings(course.root))
    assert set(written(chapter, "ada")) == {f"{UNITS}.html", "index.html"}


class Names(HTMLParser):
    """Collects the classes and names of a page's elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found |= {word for name, value in attrs if name in ("class", "id") for word in (value or "").split()}


def in_formgrader(graded, student: str) -> str:
    """A notebook as Formgrader shows it."""
    settings = read_settings(graded.course.root)
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [formgraders.template_path]
    path = Chapter(graded.course, CHAPTER).folder_of(student, "autograded") / f"{UNITS}.ipynb"
    return HTMLExporter(config=settings).from_filename(str(path), resources={"index": 0, "total": 1})[0]


def test_no_class_and_no_name_of_a_students_is_on_a_page(graded):
    for html in (page(graded, "eve"), in_formgrader(graded, "eve")):
        assert THEIR_OWN in html
        assert THEIR_OWN not in Names(html).found


def test_no_control_character_of_a_students_is_in_any_file_or_page(graded):
    notebook = Chapter(graded.course, CHAPTER).folder_of("eve", "autograded") / f"{UNITS}.ipynb"
    outputs = [one.get("outputs") for one in read(notebook)["cells"]]
    for text in (json.dumps(outputs, ensure_ascii=False), page(graded, "eve"), in_formgrader(graded, "eve")):
        assert "before\N{REPLACEMENT CHARACTER}retfa" in text
        assert not [
            sign for sign in text if not (sign.isprintable() or sign.isspace() or unicodedata.category(sign) == "Cn")
        ]
        assert "\\u001b" not in text


def test_formgrader_shows_the_model_answer_and_the_feedback_does_not(graded):
    html = in_formgrader(graded, "bob")
    answers = re.findall(r"<details><summary[^>]*>Model answer</summary>(.*?)</details>", html, re.DOTALL)
    assert len(answers) == len(("elu", "relu", "double", "why"))
    assert f"Because of the {HIDDEN_WORD}." in answers[-1]
    assert HIDDEN_WORD not in page(graded, "bob")


def written(chapter: Chapter, student: str) -> dict[str, int]:
    """When each page of a student was written."""
    return {path.name: path.stat().st_mtime_ns for path in chapter.folder_of(student, "feedback").glob("*.html")}


# ---------------------------------------------------------------- what students wrote, and formulas


def as_page(source: str) -> str:
    """A student's markdown in the page."""
    return (
        Environment().from_string("{{ f(source) }}").render(f=lambda text: students_markdown({}, text), source=source)
    )


@pytest.mark.parametrize(
    "tag", ["script", "style", "textarea", "title", "xmp", "plaintext", "noscript", "!--", "svg", "table", "td"]
)
def test_an_element_that_does_not_end_swallows_nothing_of_what_follows(tag):
    text = Live(as_page(f"before <{tag}> inside\n\n<{tag}>\n\nafter **all** $x^2$")).text
    for word in ("before", f"<{tag}>", "inside", "after", "all"):
        assert word in text


def test_the_page_has_a_policy_and_no_script(graded):
    html = page(graded, "ada")
    assert html.index("Content-Security-Policy") < html.index("<title>")
    assert "default-src 'none'" in html
    assert "<script" not in html


def test_the_formulas_of_all_notebooks_are_converted():
    for notebook in Course().notebooks():
        for one in read(Course().source_of(notebook))["cells"]:
            if one["cell_type"] == "markdown":
                html = instructors_markdown({}, text_of(one))
                assert "<code>$" not in html, (notebook, one["id"])


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(https://elsewhere.example)}{x}",
        r"\class{verdict}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{</mtext><script>alert(1)</script>}",
        r"\color{red;background:url(x)}{x}",
        "{" * 500 + "x" + "}" * 500,
        r"\frac12" * 5000,
        r"\frac{",
        "\x00",
    ],
)
@pytest.mark.parametrize("display", [True, False])
def test_a_formula_is_inert_whatever_stands_in_it(tex, display):
    html = formula(tex, display)
    assert Live(html).found == []
    assert re.findall(r"\b(?:href|style|class|id|src|xlink)=", re.sub(r">[^<]*<", "><", html)) == []
    assert not Live(html).images


def test_a_formula_keeps_its_place_in_a_students_text():
    html = as_page("so $x^2$ and\n\n$$y_1$$\n\n`$z$` ![$a$](attachment:b)")
    assert html.index("so") < html.index("<msup>") < html.index("and") < html.index("<msub>")
    assert "$z$" in html


def test_a_place_holder_that_a_student_writes_is_text():
    assert "formula0." in Live(as_page("<span>formula0.</span> $x$")).text


def test_text_in_which_a_place_holder_comes_out_is_text():
    assert "formula99." in as_page("$a$ <span>formu</em>la99.</span>")


@pytest.mark.parametrize(
    "source",
    ["<em title=1>" * 200 + "<p>a</p>" * 200, "*a " * 5_000, "<script>alert(1)</script>" * 1_000],
    ids=["tags that multiply", "a long text", "scripts"],
)
def test_markdown_that_would_take_too_long_is_shown_as_it_was_typed(source):
    shown = students_markdown({"cell": {}}, source)
    assert shown == f"<pre>{escape(source)}</pre>"


@pytest.mark.parametrize("text", ["\x1b[38m<b>", "\x1b[48;5m<b>", "\x1b[31m<b>"])
def test_what_was_printed_in_any_colour_is_shown_and_inert(text):
    shown = printed(text)
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


def test_students_markdown_is_inert_in_formgrader_as_well(course):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("<script>alert(1)</script> \x1b", metadata={"nbgrader": {"solution": True}}),
            nbformat.v4.new_markdown_cell("<img src=x onerror=alert(2)>", id="added-0"),
            nbformat.v4.new_markdown_cell("<details>The instructor's</details>"),
        ]
    )
    page, _ = HTMLExporter(config=read_settings(course.root)).from_notebook_node(notebook)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert "onerror=alert" not in page
    assert "<details>The instructor's</details>" in page


def test_the_marks_of_hidden_tests_in_a_students_text_are_text(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    chapter = Chapter(course, CHAPTER)
    notebook = chapter.folder_of("ada", "autograded") / f"{UNITS}.ipynb"
    content = read(notebook)
    content["cells"][0]["source"] = "Why does it say BEGIN HIDDEN TESTS?"
    write(notebook, content)
    write_feedback(chapter, "ada", read_settings(course.root))
    assert "Why does it say BEGIN HIDDEN TESTS?" in page_of(chapter, "ada", UNITS).read_text(encoding="utf-8")
