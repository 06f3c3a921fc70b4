"""The pages of the site: one a notebook, to read without running anything, and the start page."""

from __future__ import annotations

import functools
from html import escape
from pathlib import Path

from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

from autograder.course import Notebook, text_of
from autograder.grading.pages.frame import framed
from autograder.grading.pages.mathml import formula

DARK = "@media (prefers-color-scheme: dark) {{ {} }}"
WORK = "lite/notebooks/index.html?path={}.ipynb"
"""Where a notebook is opened to work in."""
FILES = "lite/tree/index.html"
"""Where all of one's notebooks are listed."""


class _Markdown(IPythonRenderer):
    """Markdown of the course's own notebooks: its HTML is kept, its formulas become MathML."""

    def block_math(self, body: str) -> str:
        return formula(body.strip(), display=True)

    def inline_math(self, body: str) -> str:
        return formula(body.strip())


def _html_of(markdown: str) -> str:
    return MarkdownWithMath(renderer=_Markdown(escape=False)).render(markdown)


@functools.cache
def _own(file: str) -> str:
    return Path(__file__).with_name(file).read_text(encoding="utf-8")


@functools.cache
def _style() -> str:
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight pre") for name in ("tango", "github-dark"))
    plain = ".highlight, .highlight pre { background: var(--soft) !important; }"
    return f"<style>{_own('pages.css')}{light}{DARK.format(dark)}{plain}</style>"


def notebook_page(notebook: Notebook, name: str) -> str:
    """Make the page of a notebook. name: "<chapter>/<section>"."""
    up = "../" * (name.count("/") + 1)
    highlight = Highlight2HTML(pygments_lexer="ipython3")
    parts = [
        _html_of(text_of(cell)) if cell["cell_type"] == "markdown" else highlight(text_of(cell))
        for cell in notebook["cells"]
    ]
    top = f'<nav><a href="{up}index.html">All notebooks</a></nav>'
    work = f'<p><a class="open" href="{up}{escape(WORK.format(name))}">Open it and work</a></p>'
    title, *rest = parts
    return framed(title_of(notebook), "\n".join([_style(), top, title, work, *rest, work]))


def title_of(notebook: Notebook) -> str:
    """Return what a notebook's first heading says."""
    first = text_of(notebook["cells"][0])
    return next((line.lstrip("# ").strip() for line in first.splitlines() if line.startswith("# ")), "Notebook")


def start_page(notebooks: dict[str, Notebook]) -> str:
    """Make the start page. notebooks: by name, "<chapter>/<section>"."""
    chapters: dict[str, list[str]] = {}
    for name, notebook in notebooks.items():
        chapter, _, _ = name.partition("/")
        line = (
            f'<li><a href="{escape(WORK.format(name))}">{escape(title_of(notebook))}</a> '
            f'<span class="quiet">(<a href="read/{escape(name)}.html">only read</a>)</span></li>'
        )
        chapters.setdefault(chapter, []).append(line)
    listed = [f"<h3>{escape(_words(chapter))}</h3><ul>{''.join(lines)}</ul>" for chapter, lines in chapters.items()]
    first = WORK.format(next(iter(notebooks)))
    body = _own("start.html").format(first_work=escape(first), chapters="\n".join(listed), files=FILES)
    return framed("Training deep neural networks", _style() + body)


def _words(chapter: str) -> str:
    number, _, words = chapter.partition("_")
    return f"{number}. {words.replace('_', ' ').capitalize()}"
