"""Markdown that a student wrote, as HTML for the feedback page: nothing in it runs, nothing is fetched."""

from __future__ import annotations

import re
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

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
LINK = re.compile(r"(https?:|mailto:)", re.IGNORECASE)


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, which has no end of a notebook with an image that is not there."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A pasted image, or its name where it was not handed in."""
        if url.startswith("attachment:") and url.removeprefix("attachment:") not in self.attachments:
            return f"({text or 'image'}: the image was not handed in)"
        return super().image(text, url, title)


@pass_context
def students_markdown(context: Any, source: str) -> str:
    """A jinja filter: the markdown of a student's cell as harmless HTML."""
    renderer = _Renderer(escape=False, attachments=context["cell"].get("attachments", {}), exclude_anchor_links=True)
    return harmless(MarkdownWithMath(renderer=renderer).render(source))


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
