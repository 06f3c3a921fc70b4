"""A feedback page in a real browser: nothing of a hostile submission runs or is fetched, all of it can be read."""

from __future__ import annotations

import pytest

from autograder.course import Chapter
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.release import make_release
from autograder.grading.pages.budget import LONGEST_SHOWN_CHARACTERS
from autograder.grading.pages.feedback import page_of, write_feedback
from autograder.grading.scoring.results import Results
from tests.grading.small_course import CHAPTER, GRADIENTS, RIGHT, UNITS, answered, cell, folder_of, make_course, write

pytestmark = pytest.mark.browser

ELSEWHERE = "https://elsewhere.example"
PHONE_WIDTH = 390
RUN = "document.title='RAN'"
MARKUP = (
    f"<script>{RUN}</script>",
    f'<img src=x onerror="{RUN}">',
    f"<img src='{ELSEWHERE}/seen.png'>",
    f"<svg onload=\"{RUN}\"><script>{RUN}</script><use href='{ELSEWHERE}/a.svg#x'/></svg>",
    f"<style>body{{display:none;background:url({ELSEWHERE}/style)}}</style>",
    f"<p style='background:url({ELSEWHERE}/inline)'>styled</p>",
    f"<link rel=stylesheet href='{ELSEWHERE}/sheet.css'>",
    f"<iframe src='{ELSEWHERE}/frame' srcdoc=\"<script>parent.{RUN}</script>\"></iframe>",
    f"<object data='{ELSEWHERE}/object'></object><embed src='{ELSEWHERE}/embed'>",
    f"<form action='{ELSEWHERE}/form'><input autofocus onfocus=\"{RUN}\"><button>Send</button></form>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}/refresh'>",
    f"<base href='{ELSEWHERE}/'>",
    f"<video src='{ELSEWHERE}/v.mp4' autoplay onerror=\"{RUN}\"></video>",
    f'<details open ontoggle="{RUN}">x</details>',
    f'<math><mtext><table><mglyph><style><img src=x onerror="{RUN}">',
    f"<a href='javascript:{RUN}'>click me</a>",
    f'<a href="data:text/html,<script>{RUN}</script>">click me</a>',
)
HARMFUL = tuple(one for one in MARKUP[5:] if "refresh" not in one)
"""The same less what leaves the page by itself, which no policy of a page can forbid."""
MARKDOWN = (
    f"[click me](javascript:{RUN}) and [me](<JaVaScRiPt:{RUN}>) and <javascript:{RUN}>",
    f"![x]({ELSEWHERE}/image.png) ![x](javascript:{RUN})",
    f"[x]: javascript:{RUN}\n\n[click me][x]",
    f'```html\n<script>{RUN}</script>\n```\n\n```mermaid\ngraph <img src=x onerror="{RUN}">\n```',
)
FORMULAS = (
    rf"\href{{javascript:{RUN}}}{{\text{{click me}}}}",
    rf"\style{{background:url({ELSEWHERE}/tex)}}{{x}}",
    r"\class{verdict}{x} \cssId{top}{y}",
    rf"\unicode{{60}}script\unicode{{62}} \require{{{ELSEWHERE}}}",
    rf"\text{{</mtext><script>{RUN}</script>}}",
    rf"\text{{<img src=x onerror={RUN}>}}",
    rf'\mmlToken{{mi}}[href="javascript:{RUN}"]{{click me}}',
    rf"\includegraphics{{{ELSEWHERE}/tex.png}}",
    "{" * 500 + "x" + "}" * 500,
    r"\frac12" * 300,
)
ANSI = "\\x1b[31mred\\x1b[0m \\x1b]8;;javascript:alert(1)\\x07link\\x1b]8;;\\x07"


def hostile_text() -> str:
    """All of it as markdown, formulas inline and on lines of their own."""
    formulas = [f"${one}$\n\n$$\n{one}\n$$" for one in FORMULAS]
    return "\n\n".join(["WRITTEN ANSWER", *MARKUP, *MARKDOWN, *formulas, "$e^{x} > 0$ for every $x$."])


def attack(course, student: str) -> None:
    """Hand in a notebook full of attacks, and one that is none, under a name and beside files that are attacks, too."""
    code = "\n".join(f"print({one!r})" for one in (*MARKUP, *FORMULAS[:8])) + f"\nprint('{ANSI}')"
    name = f"type({MARKUP[1]!r}, (Exception,), {{}})({MARKUP[0]!r})"
    raises = f"def elu(z, alpha=1.0):\n    raise {name}  # {MARKUP[1]}"
    text = cell("markdown", "own-text", hostile_text())
    text["attachments"] = {f'p.png" onerror="{RUN}': {"image/png": f'x" onerror="{RUN}', "text/html": MARKUP[0]}}
    text["metadata"] = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": MARKUP[0]}}}
    outputs = cell("code", "own-outputs", f"%%html\n{MARKUP[0]}")
    outputs["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": MARKUP[0]}}]
    own = [
        ("elu", text),
        ("elu", outputs),
        ("relu", cell("code", "own-print", code)),
        ("relu", cell("code", "own-error", f"raise {name}")),
        ("relu", cell("raw", "own-raw", "\n".join(MARKUP))),
    ]
    notebook = answered(course, UNITS, {**RIGHT, "elu": raises, "why": hostile_text()}, own)
    notebook["metadata"]["title"] = MARKUP[0]
    write(folder_of(course, student) / f"{UNITS}.ipynb", notebook)
    (folder_of(course, student) / f"{GRADIENTS}.ipynb").write_text(MARKUP[0])
    (folder_of(course, student) / "<img src=x onerror=alert(1)>.html").write_text(MARKUP[0])


@pytest.fixture(scope="module")
def opened(page, tmp_path_factory):
    """The page of a hostile submission, opened; and every address that the browser asked for."""
    course = make_course(tmp_path_factory.mktemp("hostile") / "course")
    make_release(Chapter(course, CHAPTER))
    assert len(hostile_text()) <= LONGEST_SHOWN_CHARACTERS, "so that it is converted, not shown as it was typed"
    student = "a <b onclick=x> & 'c'"
    attack(course, student)
    grade_chapter(Chapter(course, CHAPTER), jobs=1, devices=("cpu",))
    write_feedback(Chapter(course, CHAPTER), student, read_settings(course.root))
    assert Results(Chapter(course, CHAPTER)).find(student, UNITS).set_aside == ""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    address = page_of(Chapter(course, CHAPTER), student, UNITS).as_uri()
    page.goto(address)
    page.wait_for_timeout(1_000)
    return page, asked, address


def test_nothing_but_the_page_itself_is_fetched(opened):
    _, asked, address = opened
    assert [one for one in asked if one != address and not one.startswith("data:image/")] == []


def test_nothing_of_the_students_runs(opened):
    page, _, address = opened
    for link in page.get_by_text("click me").all():
        link.click(force=True, no_wait_after=True)
        page.wait_for_timeout(50)
    page.mouse.move(300, 300)
    assert page.title() == UNITS
    assert page.url.partition("#")[0] == address


def test_the_page_has_no_element_that_could_act(opened):
    page, _, _ = opened
    assert page.locator("script, iframe, object, embed, form, input, button, base, link, video").count() == 0
    handlers = "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on')))"
    assert page.evaluate(f"{handlers}.length") == 0
    links = page.evaluate(
        "[...document.querySelectorAll('[href], [src]')].map(e => e.href?.baseVal ?? e.href ?? e.src)"
    )
    assert all(one.startswith(("#", "file:", "http:", "https:", "data:image/", "mailto:")) for one in links), links


def test_what_was_written_can_be_read(opened):
    page, _, _ = opened
    text = page.locator("body").inner_text()
    for words in ("WRITTEN ANSWER", "graph <img src=x", f"<script>{RUN}</script>", "onfocus=", "red"):
        assert words in text
    assert page.locator("body").is_visible()


def test_formulas_are_shown_by_the_browser_itself(opened):
    page, _, _ = opened
    assert page.locator("math msup").first.bounding_box(timeout=5_000)["height"] > 5
    assert page.locator("code", has_text="frac12").first.is_visible(), "too long a formula is shown as it was typed"


@pytest.mark.parametrize("section", [UNITS, GRADIENTS, "index"])
def test_nothing_is_wider_than_a_phone(opened, section):
    page, _, address = opened
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    page.goto(address.replace(f"{UNITS}.html", f"{section}.html"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH
    page.goto(address)


def test_a_link_shows_what_cost_points_alone_and_another_one_all(opened):
    page, _, address = opened
    page.goto(address)
    everything = page.locator(".cell:visible").count()
    page.get_by_text("Show only what cost points").click()
    assert 0 < page.locator(".cell:visible").count() < everything
    assert page.locator(".cell:visible").count() == page.locator(".cell.lost").count()
    page.get_by_text("Show the whole notebook").click()
    assert page.locator(".cell:visible").count() == everything


def test_its_policy_lets_no_script_run_even_if_one_stood_in_it(opened, tmp_path):
    page, _, _ = opened
    with open(page.evaluate("decodeURIComponent(location.pathname)"), encoding="utf-8") as file:
        html = file.read()
    broken = tmp_path / "broken.html"
    broken.write_text(html.replace("</body>", f"{''.join(MARKUP[:5] + HARMFUL)}</body>"), encoding="utf-8")
    let_through: list[str] = []
    page.route(f"{ELSEWHERE}/**", lambda route: (let_through.append(route.request.url), route.abort()))
    page.goto(broken.as_uri())
    page.wait_for_timeout(1_000)
    assert page.title() == UNITS
    assert let_through == []
