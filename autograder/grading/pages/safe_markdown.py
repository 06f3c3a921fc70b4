"""Renders what students wrote, for feedback pages and Formgrader: nothing of it runs, fetches, or looks like a part of
the page, and converters spend no more on it than the page's budget."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from html import escape, unescape
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from autograder.course import grading_of
from autograder.grading.pages.budget import LONGEST_SHOWN_CHARACTERS, Budget, budget_of, is_short
from autograder.grading.pages.mathml import Formulas
from autograder.grading.pages.model_answers import model_answer
from autograder.grading.visible import visible

TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
IMAGE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*")
TABLE_TAGS = frozenset(["table", "tbody", "td", "th", "thead", "tr"])
OTHER_TAG = re.compile(rf"<(?!/?(?:{'|'.join(sorted(TAGS - TABLE_TAGS))})[\s/>])", re.IGNORECASE)
"""Where HTML begins that is not kept: scripts, styles, comments, forms; and tables, which, broken, swallow what follows
(those written as markdown are whole)."""
LINK = re.compile(r"(https?:|mailto:)", re.IGNORECASE)

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,40});?")
BOX = "overflow:auto;max-height:150rem;contain:content;overflow-wrap:anywhere"

MOST_KEPT = 1_000
"""How many cells of the course are kept as HTML."""
MOST_TAGS = 300
"""A text with more signs of HTML is shown as it was typed."""


class _Renderer(IPythonRenderer):
    """nbconvert's renderer with formulas as MathML; a missing image is named instead of ending the conversion."""

    def __init__(self, formulas: Formulas, **options: Any) -> None:
        super().__init__(exclude_anchor_links=True, **options)
        self.formulas = formulas

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A pasted image, or its name where it was not handed in."""
        if url.startswith("attachment:") and url.removeprefix("attachment:") not in self.attachments:
            return f"({text or 'image'}: the image was not handed in)"
        return super().image(text, url, title)

    def inline_math(self, body: str) -> str:
        """A formula in a line."""
        return self.formulas.keep(body, display=False)

    def block_math(self, body: str) -> str:
        """A formula on a line of its own."""
        return self.formulas.keep(body, display=True)

    def latex_environment(self, name: str, body: str) -> str:
        """A formula that begins with \\begin{...} rather than dollars."""
        return self.formulas.keep(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


class _StudentsRenderer(_Renderer):
    """The same for students' text: a tag that is not on the list is text, so that it swallows nothing that follows."""

    def __init__(self, formulas: Formulas, budget: Budget, **options: Any) -> None:
        super().__init__(formulas, **options)
        self.budget = budget

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A pasted image, as long as the page has room for it."""
        found = self.attachments.get(url.removeprefix("attachment:"), {})
        if not self.budget.spend("images", sum(map(len, found.values()))):
            return f"({text or 'image'}: there is no room for more images on this page)"
        return super().image(text, url, title)

    def inline_html(self, html: str) -> str:
        """HTML within a line."""
        return super().inline_html(OTHER_TAG.sub("&lt;", html))

    def block_html(self, html: str) -> str:
        """HTML on lines of its own."""
        return super().block_html(OTHER_TAG.sub("&lt;", html))

    def block_code(self, code: str, info: str | None = None) -> str:
        """Code in any language, without colours."""
        return f"<pre><code>{escape(code)}</code></pre>\n"


@pass_context
def students_markdown(context: Any, source: str) -> str:
    """A jinja filter: the markdown of a student's cell as harmless HTML, as long as the page has room for that."""
    attachments = (context.get("cell") or {}).get("attachments", {})
    return _as_harmless_html(source, attachments, budget_of(context))


def in_box(html: str) -> str:
    """A jinja filter: HTML of a student's in a box that it cannot be drawn outside of, and that scrolls where it is
    high."""
    return f'<div class="students" style="{BOX}">{html}</div>'


def comments_markdown(source: str) -> str:
    """A jinja filter: the markdown of a comment as harmless HTML, whatever else is on the page."""
    return _as_harmless_html(source, {}, Budget())


def _as_harmless_html(source: str, attachments: dict[str, Any], budget: Budget) -> str:
    short = len(source) <= LONGEST_SHOWN_CHARACTERS and source.count("<") <= MOST_TAGS
    if not short or not budget.spend("rendered", len(source)):
        return budget.as_typed(source)
    text = visible(source)
    formulas = Formulas(text, lambda tex: budget.spend("formulas", len(tex)))
    renderer = _StudentsRenderer(formulas, budget, escape=False, attachments=attachments)
    try:
        return formulas.put_back(harmless(MarkdownWithMath(renderer=renderer).render(text)))
    except RecursionError:
        return budget.as_typed(source)


@pass_context
def instructors_markdown(context: Any, source: str) -> str:
    """A jinja filter: the markdown of an instructor's cell as HTML, its own HTML included."""
    return _instructors_html(source, json.dumps((context.get("cell") or {}).get("attachments", {})))


@functools.lru_cache(maxsize=MOST_KEPT)
def _instructors_html(source: str, attachments: str) -> str:
    formulas = Formulas(source)
    renderer = _Renderer(formulas, escape=False, attachments=json.loads(attachments))
    return formulas.put_back(MarkdownWithMath(renderer=renderer).render(source))


def render_once(cells: Iterable[NotebookNode]) -> None:
    """Convert the course's own cells of a notebook, which are the same for every student, before its pages are made in
    copies of this process."""
    for cell in cells:
        if cell.get("id", "").startswith("added-") or grading_of(cell).get("solution"):
            continue
        if cell.cell_type == "markdown":
            instructors_markdown({"cell": cell}, cell.source)
        elif cell.cell_type == "code" and not grading_of(cell).get("grade") and is_short(cell.source):
            _highlighted(visible(cell.source))


@pass_context
def code(context: Any, source: str) -> str:
    """A jinja filter: Python code in colours, as long as the page has room for that."""
    budget = budget_of(context)
    if is_short(source) and budget.spend("highlighted", len(source)):
        return _highlighted(visible(source))
    return f'<div class="highlight">{budget.as_typed(source)}</div>'


@pass_context
def typed(context: Any, source: str) -> str:
    """A jinja filter: a raw cell as it was typed."""
    return budget_of(context).as_typed(source)


@pass_context
def graders_markdown(context: Any, source: str) -> str:
    """A jinja filter for Formgrader, whose page is one of the instructor's Jupyter server: the markdown of a student's
    cell or of the instructor's; after an answer the model answer, to be unfolded."""
    cell = context.get("cell") or {}
    name = cell.get("id", "")
    if name.startswith("added-") or name == "set-aside":
        return in_box(students_markdown(context, source))
    if not (cell.get("metadata") or {}).get("nbgrader", {}).get("solution"):
        return instructors_markdown(context, source)
    answer = model_answer(context)
    return in_box(students_markdown(context, source)) + _to_unfold(instructors_markdown({}, answer) if answer else "")


@pass_context
def graders_code(context: Any, source: str, metadata: Any = None) -> str:
    """A jinja filter for Formgrader: `code`, and after an answer the model answer. metadata: not looked at."""
    answer = model_answer(context)
    return in_box(code(context, source)) + _to_unfold(str(_highlighter()(answer)) if answer else "")


def _to_unfold(html: str) -> str:
    """Make what is shown when its title is clicked on; "" of nothing."""
    title = '<summary style="display:list-item;cursor:pointer">Model answer</summary>'
    return f"<details>{title}{html}</details>" if html else ""


@functools.lru_cache(maxsize=MOST_KEPT)
def _highlighted(source: str) -> str:
    return str(_highlighter()(source))


@functools.cache
def _highlighter() -> Highlight2HTML:
    return Highlight2HTML(pygments_lexer="ipython3")


def printed(text: str) -> str:
    """A jinja filter: what a student's code printed."""
    return escape(visible(text))


def harmless(html: str) -> str:
    """HTML less everything that could act, or look like a part of the page: scripts, handlers, forms, frames, images
    from elsewhere, classes, names, signs that turn the direction of writing around."""
    protocols = {"http", "https", "mailto", "data"}
    clean = bleach.clean(html, tags=TAGS, attributes=_is_harmless, protocols=protocols, strip_comments=True)
    return visible(ENTITY.sub(_visible_entity, clean))


def _visible_entity(entity: re.Match[str]) -> str:
    """Return a sign written as `&#x202e;`, say, as it is shown; one that does not act stays as it is written."""
    sign = unescape(entity[0])
    return entity[0] if visible(sign) == sign else visible(sign)


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("img", "src"):
        return IMAGE.fullmatch(value) is not None
    if (tag, name) == ("a", "href"):
        return LINK.match(value) is not None
    return (tag, name) == ("img", "alt")
