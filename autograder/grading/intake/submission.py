"""Reading a submitted notebook, in the trusted process, without running anything of it.

Harmless defects are repaired and noted; a file that cannot be read is set aside with its reason. Memory and time are
bounded before anything is parsed: most of an honest file are plots, which are long strings and cost little.
"""

from __future__ import annotations

import codecs
import hashlib
import itertools
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from autograder.course import CellKind

LARGEST_FILE_BYTES = 64 * 2**20
MOST_VALUES = 1_000_000
"""Numbers, strings, lists and dicts in the JSON. A list costs twenty times its two characters in memory."""
MOST_CELLS = 2_000
LONGEST_CELL_CHARACTERS = 200_000
MOST_BLANK_LINES = 2_000
"""Lines of nothing but spaces in a cell. Pygments, which colours the code, needs time with the square of them."""
LONGEST_NOTEBOOK_CHARACTERS = 2_000_000
"""Characters in all cells together, without outputs."""
MOST_IMAGES = 100
MOST_OUTPUTS, LONGEST_REPORT_LINE = 20, 200
"""How many outputs of a cell are looked at, and how many characters of each."""
REPORT = re.compile(r"\w+: (?P<points>[\d.]+) of (?P<most>[\d.]+) points")
"""The beginning of a report of `check`."""
LARGEST_IMAGES_CHARACTERS = 16 * 2**20
"""Characters of all pasted images together, in base64."""
FOLDERS_HANDED_IN = 2
"""How many folders above a submitted file came with it: the student's and the chapter's."""

BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""A string of JSON. One that does not end reaches to the end of the file, so that the file is read once only."""
CONFLICT = re.compile(r"^(<{7}|>{7}) \S", re.MULTILINE)
KINDS = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"version https://git-lfs": "a pointer of git-lfs in place of the file",
}
"""How files of other kinds begin."""
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class SetAside(Exception):
    """A submission that cannot be read. The message says why, for the instructor; a person looks at it."""


class SubmittedCell(TypedDict):
    """The parts of a submitted cell that are used.

    id, grade_id: "" where there is none. marks: nbgrader's "grade", "solution", "locked" and "points", as far as they
    are plain values. attachments: images. passed: whether its outputs say that `check` gave all points.
    """

    cell_type: CellKind
    source: str
    id: str
    grade_id: str
    marks: dict[str, bool | int | float]
    attachments: dict[str, dict[str, str]]
    passed: bool


@dataclass
class Submitted:
    """The parts of a submitted notebook that are used. notes: sentences for the instructor about repairs and
    omissions."""

    cells: list[SubmittedCell]
    notes: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- files


def read_bytes(path: Path) -> bytes:
    """Read a submitted file. No link is followed: neither the file nor the two folders above it may be one.

    Raises SetAside for links, hard links, special files, files that cannot be read and files over 64 MB.
    """
    try:
        descriptor = _open(Path(path))
    except OSError as error:
        raise SetAside(f"the file cannot be opened ({error.strerror})") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise SetAside("it is no regular file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_nlink > 1:
            raise SetAside("it is a hard link, another name of a file that lies elsewhere: put a copy in its place")
        try:
            content = file.read(LARGEST_FILE_BYTES + 1) if status.st_size <= LARGEST_FILE_BYTES else b""
        except OSError as error:
            raise SetAside(f"the file cannot be read ({error.strerror})") from None
    size = max(status.st_size, len(content))
    if size > LARGEST_FILE_BYTES:
        raise SetAside(f"the file has {size / 2**20:,.0f} MB; {LARGEST_FILE_BYTES / 2**20:.0f} MB are read at most")
    return content


def handed_in(path: Path) -> bytes | SetAside | None:
    """Read a submitted file, or return why it cannot be read; None where there is no file."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return SetAside(f"the file cannot be opened ({error.strerror})")
    try:
        return read_bytes(path)
    except SetAside as reason:
        return reason


def _open(path: Path) -> int:
    """Open a file folder by folder, so that none of them can be exchanged for a link meanwhile."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
    no_follow, a_folder = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_DIRECTORY", 0)
    if os.open not in os.supports_dir_fd:
        return _open_below(None, str(path), flags, "the file")
    above, own = path.absolute().parent, [path.name]
    while len(own) <= FOLDERS_HANDED_IN and above != above.parent:
        above, own = above.parent, [above.name, *own]
    folder = os.open(above, flags | a_folder)
    for name in own[:-1]:
        try:
            inner = _open_below(folder, name, flags | a_folder | no_follow, f"the folder {name!r}")
        finally:
            os.close(folder)
        folder = inner
    try:
        return _open_below(folder, own[-1], flags | no_follow, "the file")
    finally:
        os.close(folder)


def _open_below(folder: int | None, name: str, flags: int, what: str) -> int:
    """Open a file or folder by its name in another folder. Raises SetAside for a link, OSError for everything else."""
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError:
        try:
            link = stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        except OSError:
            link = False
        if link:
            raise SetAside(f"{what} is a link") from None
        raise


def digest(content: bytes) -> str:
    """Return a hash that stands for exactly this content."""
    return hashlib.sha256(content).hexdigest()


# ---------------------------------------------------------------- notebooks


def parse(content: bytes) -> Submitted:
    """Parse a submitted file. Raises SetAside, with the reason, where it is not a notebook."""
    notes: list[str] = []
    notebook = _loaded(content, notes)
    if not isinstance(notebook, dict):
        raise SetAside("it is not a notebook")
    found = [_cell(cell, notes) for cell in _cells(notebook, notes)]
    if (length := sum(len(cell["source"]) for cell in found)) > LONGEST_NOTEBOOK_CHARACTERS:
        raise SetAside(f"its cells have {length:,} characters; {LONGEST_NOTEBOOK_CHARACTERS:,} are read at most")
    _drop_excess_images(found, notes)
    return Submitted(found, list(dict.fromkeys(notes)))


def _loaded(content: bytes, notes: list[str]) -> Any:
    text = ""
    try:
        if kind := other_kind(content):
            raise SetAside(kind)
        text = _decoded(content, notes)
        del content
        return json.loads(text)
    except UnicodeDecodeError:
        raise SetAside("it is not UTF-8 text") from None
    except RecursionError:
        raise SetAside("it is JSON nested too deeply") from None
    except MemoryError:
        raise SetAside("it takes more memory than there is") from None
    except ValueError as error:
        raise SetAside(no_notebook(text) or f"it is not JSON ({str(error)[:80]})") from None


def other_kind(content: bytes) -> str:
    """Say what a file is that begins as other kinds of files do; "" for anything else."""
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return "the file holds nothing but zeros" if b"\0" in content else "the file is empty"
    return next((f"it is {kind}, not a notebook" for start, kind in KINDS.items() if content.startswith(start)), "")


def no_notebook(text: str) -> str:
    """Say what kind of text was handed in where it is not JSON; "" for what cannot be told."""
    start = text[:5_000].lstrip().lower()
    if CONFLICT.search(text):
        return "it has conflict markers of git (<<<<<<<, =======, >>>>>>>): the conflict has to be resolved first"
    if start.startswith("<") and ("<html" in start or "<!doctype html" in start):
        return "it is an HTML page, not a notebook"
    if start.startswith("<?xml"):
        return "it is an XML file, not a notebook"
    if start.startswith("{") and not text.rstrip().endswith("}"):
        return "it is not JSON: the file ends in the middle"
    return ""


def _decoded(content: bytes, notes: list[str]) -> str:
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            notes.append(f"the file was {name.upper()} text instead of UTF-8: it was converted")
            text = content.decode(name)
            _limit_values(text.encode("utf-8", "replace"))
            return text
    _limit_values(content)
    return content.decode("utf-8-sig")


def _limit_values(content: bytes) -> None:
    """Raise SetAside for JSON of so many values that reading it would take minutes or gigabytes."""
    if len(content) <= MOST_VALUES:
        return
    too_many = next(itertools.islice(STRING.finditer(content), 2 * MOST_VALUES, None), None)
    structure = b"" if too_many else STRING.sub(b"", content)
    if too_many or sum(structure.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
        raise SetAside(
            f"it is made of more than {MOST_VALUES:,} values. Clear its outputs (Edit, Clear Outputs of All Cells) "
            "and grade it again"
        )


def _cells(notebook: dict[str, Any], notes: list[str]) -> list[dict[str, Any]]:
    if "worksheets" in notebook:
        notebook = {"cells": _cells_of_format_3(notebook["worksheets"])}
        notes.append("the notebook was of an old format (3): it was converted")
    version = notebook.get("nbformat", 4)
    if type(version) is int and version > 4:
        notes.append(f"the notebook says that it is of format {str(version)[:20]}, which is unknown: it was read as 4")
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SetAside("it is not a notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise SetAside(f"it has {len(cells):,} cells")
    return cells


def _cells_of_format_3(worksheets: Any) -> list[dict[str, Any]]:
    """Convert the cells of a notebook of format 3: `input` is a code cell's source, a heading is a markdown cell."""
    sheets = worksheets if isinstance(worksheets, list) else [None]
    found: list[dict[str, Any]] = []
    for sheet in sheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
            raise SetAside("it is a notebook of an old format that cannot be read")
        found += cells
    return [_cell_of_format_3(cell) for cell in found]


def _cell_of_format_3(cell: dict[str, Any]) -> dict[str, Any]:
    kind = cell.get("cell_type")
    if kind == "code":
        return {**cell, "source": cell.get("input", "")}
    if kind == "heading":
        level = cell.get("level")
        signs = "#" * (level if type(level) is int and 1 <= level <= 6 else 1)
        text = " ".join(_joined(cell.get("source", "")).splitlines())
        return {**cell, "cell_type": "markdown", "source": f"{signs} {text}"}
    return {**cell, "cell_type": "markdown"} if kind == "html" else cell


def _cell(cell: dict[str, Any], notes: list[str]) -> SubmittedCell:
    kind = cell.get("cell_type")
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marks = marks if isinstance(marks, dict) else {}
    return {
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "source": _source(cell.get("source", "")),
        "id": _name(cell.get("id")),
        "grade_id": _name(marks.get("grade_id")),
        "marks": {name: marks[name] for name in ("grade", "solution", "locked", "points") if _is_plain(marks, name)},
        "attachments": _images(cell.get("attachments"), notes),
        "passed": _says_that_it_passed(cell.get("outputs")),
    }


def _name(value: Any) -> str:
    return _text(value) if isinstance(value, str) and len(value) <= 1000 else ""


def _is_plain(marks: dict[str, Any], name: str) -> bool:
    return type(marks.get(name)) in (bool, int, float)


def _source(source: Any) -> str:
    text = _joined(source)
    if len(text) > LONGEST_CELL_CHARACTERS:
        raise SetAside(f"it has a cell of {len(text):,} characters")
    if (blank := sum(map(str.isspace, text.split("\n")))) > MOST_BLANK_LINES:
        raise SetAside(f"it has a cell of {blank:,} lines of spaces")
    return _text(text.replace("\r\n", "\n"))


def _joined(source: Any) -> str:
    """Join a cell's source, which may be a list of lines."""
    text = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    if not isinstance(text, str):
        raise SetAside("it has a cell whose source is not text")
    return text


def _says_that_it_passed(outputs: Any) -> bool:
    """Whether the last report that `check` showed in a notebook gives all points; this gives nobody any."""
    found = None
    for output in outputs[:MOST_OUTPUTS] if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        text = data.get("text/plain") if isinstance(data, dict) else None
        lines = text[:1] if isinstance(text, list) else [text]
        report = REPORT.match(lines[0][:LONGEST_REPORT_LINE]) if lines and isinstance(lines[0], str) else None
        found = report or found
    return found is not None and found["points"] == found["most"]


def _images(attachments: Any, notes: list[str]) -> dict[str, dict[str, str]]:
    """Keep the PNG and JPEG images pasted into a cell; drop other attachments."""
    if not isinstance(attachments, dict):
        return {}
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items():
        kinds = bundle if isinstance(bundle, dict) else {}
        images = {kind: kinds[kind] for kind in ("image/png", "image/jpeg") if _is_base64(kinds.get(kind))}
        if images:
            kept[_text(name)[:200]] = images
        if len(images) < len(kinds) or not kinds:
            notes.append("something that is neither a PNG nor a JPEG image was attached to a cell: it was left out")
    return kept


def _drop_excess_images(cells: list[SubmittedCell], notes: list[str]) -> None:
    """Keep the first images of a notebook, as many as there is room for."""
    number = size = 0
    for cell in cells:
        for name in list(cell["attachments"]):
            number += 1
            size += sum(map(len, cell["attachments"][name].values()))
            if number > MOST_IMAGES or size > LARGEST_IMAGES_CHARACTERS:
                del cell["attachments"][name]
                most = f"{MOST_IMAGES} images, or {LARGEST_IMAGES_CHARACTERS / 2**20:.0f} MB of them"
                notes.append(f"more than {most}, were attached: the last ones were left out")


def _is_base64(data: Any) -> bool:
    return isinstance(data, str) and BASE64.fullmatch(data) is not None


def _text(text: str) -> str:
    """Replace lone surrogates, which JSON can spell and no file can hold, by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
