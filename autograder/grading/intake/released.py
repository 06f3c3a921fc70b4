"""What students were given: every text and every set of nbgrader's marks that a cell of a notebook has had in release/.

`verdicts/<chapter>/released` remembers what a new release replaces. nbgrader's own checksum stands in the file
that a student hands in, and proves nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course import AnyCell, Chapter, grading_of, read, text_of

FILE = "released"
"""Its name in the folder of a chapter's verdicts."""
MARKS = ("grade", "solution", "locked", "points")
"""nbgrader's marks of a cell that decide how it is graded."""
Forms = dict[str, list[Any]]
"""Cell -> what it has been: hashes of its texts, and its marks."""


@dataclass(frozen=True)
class Released:
    """What the cells of one notebook have been in all its releases. forms: by `key_of` a cell."""

    forms: Forms = field(default_factory=dict)

    def has_text(self, cell: AnyCell, source: str) -> bool:
        """Whether a cell of the instructor's has had this text."""
        return _hash(source) in self.forms.get(key_of(cell), ())

    def has_marks(self, cell: AnyCell, marks: Mapping[str, Any]) -> bool:
        """Whether a cell of the instructor's has had these marks, all at once."""
        known = (form for form in self.forms.get(key_of(cell), ()) if isinstance(form, dict))
        return any(all(form.get(name) == value for name, value in marks.items()) for form in known)


def key_of(cell: AnyCell) -> str:
    """Return what identifies a cell of the instructor's: its grade_id or, of text and experiments, its id."""
    return grading_of(cell).get("grade_id") or f"id:{cell.get('id', '')}"


def released(chapter: Chapter, section: str) -> Released:
    """Return what students may have been given as a notebook: in release/ now, and in earlier releases."""
    files = (record_of(chapter), chapter.course.root / "release" / chapter.name / f"{section}.ipynb")
    changed = tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)
    return _released(*files, section, changed)


def with_todays_release(chapter: Chapter) -> dict[str, Forms] | None:
    """Return, by notebook, what is remembered of a chapter and what release/ holds; None where all is remembered."""
    known = _remembered(record_of(chapter))
    files = (chapter.course.root / "release" / chapter.name).glob("*.ipynb")
    found = {**known, **{file.stem: _merged(known.get(file.stem, {}), _forms_in(file)) for file in files}}
    return found if found != known else None


def record_of(chapter: Chapter) -> Path:
    """Return the file that remembers the releases of a chapter."""
    return chapter.course.root / "verdicts" / chapter.name / FILE


@lru_cache(maxsize=64)
def _released(record: Path, notebook: Path, section: str, changed: tuple[int, ...]) -> Released:
    return Released(_merged(_remembered(record).get(section, {}), _forms_in(notebook)))


def _remembered(path: Path) -> dict[str, Forms]:
    """Read the record; it is empty where there is none, or none that can be read."""
    with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return {section: {key: list(forms) for key, forms in cells.items()} for section, cells in found.items()}
    return {}


def _forms_in(path: Path) -> Forms:
    """Return the text and the marks of each cell of a released notebook; none where there is no such file."""
    try:
        cells = read(path)["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {key_of(cell): [_hash(text_of(cell)), *_marks_of(cell)] for cell in cells}


def _marks_of(cell: AnyCell) -> list[dict[str, Any]]:
    marks = grading_of(cell)
    return [{name: marks[name] for name in MARKS if name in marks}] if marks else []


def _merged(known: Forms, new: Forms) -> Forms:
    merged = {key: list(forms) for key, forms in known.items()}
    for key, forms in new.items():
        before = merged.setdefault(key, [])
        before += [form for form in forms if form not in before]
    return merged


def _hash(source: str) -> str:
    return hashlib.sha256(source.strip().encode("utf-8", "replace")).hexdigest()
