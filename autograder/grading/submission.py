"""Reading a submitted notebook, in the trusted process, without running anything of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import nbformat

LARGEST_FILE = 20 * 2**20
MOST_CELLS = 2_000
LONGEST_CELL = 200_000
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class SetAside(Exception):
    """A submission that cannot be read. The message says why, for the instructor; a person looks at it."""


def read_bytes(path: Path) -> bytes:
    """The content of a submitted file. Raises SetAside for links, special files and files over 20 MB."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        link = path.is_symlink()
        raise SetAside("the file is a link" if link else f"the file cannot be opened ({error.strerror})") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise SetAside("it is no regular file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > LARGEST_FILE:
            raise SetAside(
                f"the file has {status.st_size / 2**20:.0f} MB; {LARGEST_FILE / 2**20:.0f} MB are read at most"
            )
        return file.read(LARGEST_FILE)


def digest(content: bytes) -> str:
    """A name for exactly this content."""
    return hashlib.sha256(content).hexdigest()


def parse(content: bytes) -> list[dict[str, Any]]:
    """The cells of a submitted notebook: type, source, id, nbgrader's metadata and images, nothing else.

    Raises SetAside, with the reason, for what is no notebook.
    """
    try:
        text = content.decode("utf-8-sig")
        notebook = json.loads(text)
    except UnicodeDecodeError:
        raise SetAside("it is not UTF-8 text") from None
    except RecursionError:
        raise SetAside("it is JSON nested too deeply") from None
    except ValueError as error:
        raise SetAside(f"it is not JSON ({str(error)[:80]})") from None
    return [_cell(cell) for cell in _cells(notebook)]


def _cells(notebook: Any) -> list[dict[str, Any]]:
    if not isinstance(notebook, dict):
        raise SetAside("it is not a notebook")
    if "worksheets" in notebook:
        notebook = _upgraded(notebook)
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SetAside("it is not a notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise SetAside(f"it has {len(cells):,} cells")
    return cells


def _upgraded(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook of an old format as one of today's."""
    try:
        return nbformat.reads(json.dumps(notebook), as_version=4)
    except Exception as error:
        raise SetAside(f"it is a notebook of an old format that cannot be read ({type(error).__name__})") from None


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    kind = cell.get("cell_type")
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    return {
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "source": _source(cell.get("source", "")),
        "id": cell.get("id") if isinstance(cell.get("id"), str) else "",
        "grade_id": grade_id if isinstance(grade_id, str) else "",
        "points": marks.get("points") if isinstance(marks, dict) else None,
        "attachments": _images(cell.get("attachments")),
    }


def _source(source: Any) -> str:
    text = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    if not isinstance(text, str):
        raise SetAside("it has a cell whose source is not text")
    if len(text) > LONGEST_CELL:
        raise SetAside(f"it has a cell of {len(text):,} characters")
    return _text(text.replace("\r\n", "\n"))


def _images(attachments: Any) -> dict[str, dict[str, str]]:
    """PNG and JPEG images pasted into a cell; other attachments are dropped."""
    if not isinstance(attachments, dict):
        return {}
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items():
        if isinstance(bundle, dict):
            images = {kind: bundle[kind] for kind in ("image/png", "image/jpeg") if _is_base64(bundle.get(kind))}
            if images:
                kept[_text(name)] = images
    return kept


def _is_base64(data: Any) -> bool:
    return isinstance(data, str) and BASE64.fullmatch(data) is not None


def _text(text: str) -> str:
    """Text that can be written to a file: lone surrogates, which JSON can spell, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
