"""The figures of Assets/ in the notebooks: source/ links to them, release/ carries them, so that a copy still has them.

A figure is a markdown cell of its own that holds one line, `![what it shows](../../Assets/name.png)`. In the release
the link becomes a data URI: JupyterLab, VS Code and Colab show it wherever the file is copied (an attachment, which
would be the other way, Colab does not show).
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import CourseError

LINK = re.compile(r"^!\[(?P<alt>[^\]]*)\]\((?P<file>[^):]+\.png)\)\s*$")
"""A figure cell of source/."""


def embed_figures(notebook: NotebookNode, folder: Path) -> None:
    """Replace links to figures by the pictures themselves. folder: the one that the links start from.

    Raises CourseError for a figure that does not exist.
    """
    for cell in notebook.cells:
        if found := _figure(cell):
            picture = base64.b64encode(_read(folder / found["file"])).decode()
            cell.source = f"![{found['alt']}](data:image/png;base64,{picture})"


def describe_figures(notebook: NotebookNode) -> None:
    """Replace each figure by a description: what is graded and sent back needs no pictures."""
    for cell in notebook.cells:
        if found := _figure(cell):
            cell.source = f"*Figure: {found['alt']}*"


def _figure(cell: NotebookNode) -> re.Match | None:
    return LINK.match(cell.source) if cell.cell_type == "markdown" else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise CourseError(
            f"the figure {path.name} is not in {path.parent.resolve()}; `python Assets/draw_figures.py` draws it"
        ) from None
