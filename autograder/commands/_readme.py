"""Tables of the README that a command measures: each stands between two marks with its name."""

from __future__ import annotations

from pathlib import Path

from autograder.course import ROOT, CourseError, write_atomically


def put_table(name: str, markdown: str, readme: Path = ROOT / "README.md") -> None:
    """Replace the table between `<!-- name -->` and `<!-- end of name -->`. Raises CourseError where the README
    lacks these marks."""
    begin, end = marks(name)
    text = readme.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise CourseError(f"{readme} has no place for this table: put {begin} and {end} where it is to stand.")
    before, after = text[: text.index(begin)], text[text.index(end) :]
    write_atomically(readme, f"{before}{begin}\n{markdown}\n{after}")


def table(name: str, readme: Path = ROOT / "README.md") -> str:
    """Return the table as the README has it now."""
    begin, end = marks(name)
    return readme.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0].strip()


def marks(name: str) -> tuple[str, str]:
    """Return the two lines that enclose a table."""
    return f"<!-- {name} -->", f"<!-- end of {name} -->"
