"""What README.md and CONTRIBUTING.md promise is there."""

from __future__ import annotations

import re

import pytest

from autograder.course import ROOT, Course, read, text_of
from autograder.exercises import of_notebook

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MADE_BY_COMMANDS = {"submitted/", "autograded/", "feedback/", "reports/", "verdicts/", "downloaded/"}


@pytest.mark.parametrize("notebook", Course().notebooks())
def test_its_table_has_the_kernels_points_and_minutes_of_every_notebook(notebook):
    chapter, section = notebook.split("/")
    exercises = of_notebook(notebook)
    text = "\n".join(map(text_of, read(Course().source_of(notebook))["cells"]))
    minutes = re.search(r"[Aa]bout (\d+) minutes", text).group(1)
    names = ", ".join(f"`{exercise.name}`" for exercise in exercises)
    points = sum(exercise.points for exercise in exercises)
    assert f"| {chapter} | {section} | {names} | {points} | {minutes} |" in README


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_command_it_names_exists(text):
    commands = {path.stem for path in (ROOT / "autograder" / "commands").glob("[a-z]*.py")}
    named = set(re.findall(r"python3 -m autograder (\w+)", text))
    assert named
    assert named <= commands


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_it_names_exists(text):
    """Linked, or in its own right: `autograder/exercises/tolerances.py`, `tests/sandbox/`."""
    linked = re.findall(r"\]\((?!http)([^)]+)\)", text)
    named = re.findall(r"`((?:\.?\w+/)+[\w.]*)`", text)
    assert linked or named
    missing = [name for name in {*linked, *named} - MADE_BY_COMMANDS if not (ROOT / name).exists()]
    assert missing == []
