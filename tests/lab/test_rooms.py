"""How `lab` is laid out: shared rooms, and one module a notebook that no other module imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.course import ROOT, Course
from autograder.lab import homes

LAB = ROOT / "autograder" / "lab"
MODULES = {path.stem: path for path in LAB.glob("*.py") if path.stem != "__init__"}
SECTIONS = {Path(notebook).name.split("_", 1)[1] for notebook in Course().notebooks()}
ROOMS = {
    "style",
    "students",
    "experiment",
    "own_functions",
    "handwritten_digits",
    "activations",
    "in_pytorch",
    "networks",
    "training",
    "descent",
    "deep_network",
    "function_toolbox",
    "pytorch_race",
    "in_numpy",
    "cliff",
}


def imported(module: str) -> set[str]:
    """The modules of `lab` that a module imports, anywhere in its code."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "autograder.lab":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder.lab."):
            found.add(node.module.split(".")[2])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[2] for alias in node.names if alias.name.startswith("autograder.lab.")}
    return found & set(MODULES)


def test_a_module_is_a_room_or_has_a_notebook_s_name():
    assert set(MODULES) == ROOMS | SECTIONS


@pytest.mark.parametrize("module", sorted(MODULES))
def test_it_imports_no_notebook_s_module(module):
    assert imported(module) & SECTIONS == set()


def test_every_notebook_s_module_offers_something():
    assert set(homes().values()) >= SECTIONS


def test_rooms_stand_on_each_other_without_a_circle():
    left = {room: imported(room) for room in ROOMS}
    while left:
        free = {room for room, needed in left.items() if not needed & set(left)}
        assert free, f"a circle among {', '.join(sorted(left))}"
        left = {room: needed for room, needed in left.items() if room not in free}
