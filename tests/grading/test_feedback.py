"""The feedback pages: the reports, nothing that is for the instructor alone, and nothing live of the student's."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

import nbformat
import pytest
from jinja2 import Environment

from autograder.course import Chapter, Course, read, text_of
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.pages.feedback import page_of, write_feedback
from autograder.grading.pages.mathml import formula
from autograder.grading.pages.safe_markdown import harmless, instructors_markdown, printed, students_markdown
from tests.grading.conftest import ODD_NAMES, PIXEL, copy_of
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


def page(graded, student: str, section: str = UNITS) -> str:
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
        assert f'<tr><td><a href="#{name}_test_before">{name}</a></td><td>{POINTS[name]} of {POINTS[name]}</td></tr>' in html
        assert f"torch.nn.functional.{name}" in html
    assert WORD in html


def test_the_page_of_a_wrong_answer_names_the_mistake(graded):
    assert "alpha forgotten" in page(graded, "bob")


def test_the_page_of_a_submission_that_was_set_aside_says_why(graded):
    html = page(graded, "gus")
    assert "This submission was set aside" in html
    assert "it is not JSON" in html


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
    ],
)
def test_harmless_html_runs_and_fetches_nothing(html):
    found = Live(harmless(html))
    assert found.found == []
    assert not any(found.images)
    assert "style=" not in harmless(html)


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


def test_a_page_is_written_again_when_the_notebook_has_changed_and_only_then(graded, tmp_path):
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
    from nbconvert.exporters import HTMLExporter

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
