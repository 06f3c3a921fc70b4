"""What README.md and CONTRIBUTING.md promise is there."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp

from autograder import __main__ as command_line
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


COMMAND = re.compile(r"^    (?:[A-Z_]+=\S+ )?python3 -m autograder (\w+)(.*?)(?: {2,}.*)?$", re.MULTILINE)
CHAPTER = re.compile(r"\d_[a-z]\w+(?:/\d\w?_\w+)?")


@pytest.mark.parametrize(("command", "words"), [match.groups() for match in COMMAND.finditer(README)])
def test_a_command_takes_the_words_that_stand_after_it(command, words):
    command_line.read_arguments(command_line.load(command), command, shlex.split(words))
    names = [word for word in shlex.split(words) if CHAPTER.fullmatch(word)]
    assert set(names) <= {*Course().chapters(), *Course().notebooks()}


@pytest.mark.parametrize("words", re.findall(r"^    nbgrader (.*?)(?: {2,}.*)?$", README, re.MULTILINE))
def test_a_command_of_nbgraders_is_one(words):
    known: Any = NbGraderApp().subcommands
    for word in shlex.split(words):
        known = known[word][0]().subcommands if known else {}
    assert not known


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_it_names_exists(text):
    """Linked, or in its own right: `autograder/exercises/tolerances.py`, `tests/sandbox/`."""
    linked = re.findall(r"\]\((?!http)([^)]+)\)", text)
    named = re.findall(r"`((?:\.?\w+/)+[\w.]*)`", text)
    assert linked or named
    missing = [name for name in {*linked, *named} - MADE_BY_COMMANDS if not (ROOT / name).exists()]
    assert missing == []
