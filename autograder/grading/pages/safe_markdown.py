"""Renders markdown for the feedback page: nothing that a student wrote runs, nothing is fetched."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.grading.pages.mathml import Formulas

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


LONGEST_SHOWN_CHARACTERS = 10_000
MOST_TAGS = 300
"""Text with more characters, or more signs of HTML, is shown as it was typed: the converters' time, and the page, grow
with the square of them."""


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

    def inline_html(self, html: str) -> str:
        """HTML within a line."""
        return super().inline_html(OTHER_TAG.sub("&lt;", html))

    def block_html(self, html: str) -> str:
        """HTML on lines of its own."""
        return super().block_html(OTHER_TAG.sub("&lt;", html))

    def block_mermaidjs(self, code: str) -> str:
        """A diagram, which only a script could draw."""
        return f"<pre>{escape(code)}</pre>"


@pass_context
def students_markdown(context: Any, source: str) -> str:
    """A jinja filter: the markdown of a student's cell, or a comment on it, as harmless HTML."""
    if not is_short(source) or source.count("<") > MOST_TAGS:
        return f"<pre>{escape(source)}</pre>"
    formulas = Formulas(source)
    attachments = (context.get("cell") or {}).get("attachments", {})
    try:
        html = MarkdownWithMath(renderer=_StudentsRenderer(formulas, escape=False, attachments=attachments)).render(
            source
        )
        return formulas.put_back(harmless(html))
    except RecursionError:
        return f"<pre>{escape(source)}</pre>"


@pass_context
def instructors_markdown(context: Any, source: str) -> str:
    """A jinja filter: the markdown of an instructor's cell as HTML, its own HTML included."""
    formulas = Formulas(source)
    attachments = (context.get("cell") or {}).get("attachments", {})
    html = MarkdownWithMath(renderer=_Renderer(formulas, escape=False, attachments=attachments)).render(source)
    return formulas.put_back(html)


@pass_context
def graders_markdown(context: Any, source: str) -> str:
    """The same for a cell of either, in Formgrader, whose page is one of the instructor's Jupyter server."""
    cell = context.get("cell") or {}
    name = cell.get("id", "")
    written = (cell.get("metadata") or {}).get("nbgrader", {}).get("solution")
    theirs = written or name.startswith("added-") or name == "set-aside"
    return (students_markdown if theirs else instructors_markdown)(context, source)


def printed(text: str) -> str:
    """A jinja filter: what a student's code printed, with its colours where they can be made out."""
    try:
        return ansi2html(text)
    except Exception:
        return escape(text)


def is_short(source: str) -> bool:
    """Whether a cell is short enough to be rendered."""
    return len(source) <= LONGEST_SHOWN_CHARACTERS


def harmless(html: str) -> str:
    """HTML less everything that could act: scripts, handlers, forms, frames, images from elsewhere."""
    protocols = {"http", "https", "mailto", "data"}
    return bleach.clean(html, tags=TAGS, attributes=_is_harmless, protocols=protocols, strip_comments=True)


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("img", "src"):
        return IMAGE.fullmatch(value) is not None
    if (tag, name) == ("a", "href"):
        return LINK.match(value) is not None
    return (tag, name) == ("img", "alt") or (tag in ("span", "div") and name == "class")
