"""Which part may know of which, and what is loaded when. Read from the source, and measured in fresh processes."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from autograder.course import ROOT

PACKAGE = ROOT / "autograder"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("torch", "matplotlib", "nbgrader", "nbformat", "nbconvert", "IPython", "jupyterlab", "ipykernel", "numpy")

MAY_KNOW = {
    "": {"student_check", "student_progress", "lab"},
    "__main__": {"bootstrap", "commands", "course"},
    "bootstrap": {"course"},
    "course": set(),
    "carry_over": {"course"},
    "facts": {"course", "exercises"},
    "solutions": {"course", "exercises"},
    "certificates": {"course", "judge", "exercises"},
    "diagnosis_trial": {"judge", "exercises", "plaindata"},
    "plaindata": set(),
    "exercises": {"plaindata"},
    "judge": {"plaindata", "exercises"},
    "as_in_grading": {"plaindata"},
    "student_check": {"plaindata", "judge", "exercises", "as_in_grading", "student_progress"},
    "student_progress": {"course", "judge", "exercises", "plaindata"},
    "lab": {"plaindata", "course", "judge", "exercises"},
    "sandbox": {"plaindata"},
    "grading": {"plaindata", "course", "judge", "exercises", "sandbox", "lab", "as_in_grading"},
    "commands": {
        "as_in_grading",
        "bootstrap",
        "carry_over",
        "certificates",
        "course",
        "diagnosis_trial",
        "exercises",
        "facts",
        "grading",
        "judge",
        "sandbox",
        "site",
        "solutions",
        "student_check",
        "student_progress",
    },
    "site": {"course", "exercises", "grading", "lab"},
}
"""Part of the package -> the other parts it may import, at any depth of its code."""

PACKAGES = {
    "plaindata": {"numpy"},
    "exercises": {"numpy", "torch"},
    "judge": {"numpy", "torch", "cupy"},
    "student_check": {"IPython"},
    "as_in_grading": {"numpy"},
    "course": set(),
    "carry_over": set(),
    "facts": set(),
    "solutions": {"numpy"},
    "student_progress": set(),
    "certificates": set(),
    "diagnosis_trial": {"numpy"},
    "bootstrap": set(),
    "": set(),
    "__main__": set(),
    "lab": {"numpy", "matplotlib", "torch", "IPython", "cupy", "anywidget", "traitlets"},
    "sandbox": {"numpy"},
}
"""Part -> the packages from outside that it may import; a part that is not listed may import any."""


def part_of(path: Path) -> str:
    """The part of the package that a module belongs to; "" for the package's own __init__."""
    inside = path.relative_to(PACKAGE).parts
    return inside[0].removesuffix(".py") if inside != ("__init__.py",) else ""


def imported(path: Path, *, top_level: bool = False, for_types: bool = True) -> set[str]:
    """The full names of the modules that a module imports: everywhere, or when it is itself imported.

    for_types: whether those count that only type checkers import.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in _nodes(tree, functions=not top_level, for_types=for_types and not top_level):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            names |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return names


def _nodes(node: ast.AST, *, functions: bool, for_types: bool) -> Iterator[ast.AST]:
    """The nodes of a tree, with or without those in functions and those for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and not functions:
            continue
        if isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING" and not for_types:
            continue
        yield child
        yield from _nodes(child, functions=functions, for_types=for_types)


def own_parts(names: set[str]) -> set[str]:
    """The parts of the package among imported names. The worker's own names for its modules are the sandbox's."""
    inside = [name.split(".") for name in names if name.split(".")[0] == "autograder"]
    parts = {words[1] if len(words) > 1 else "" for words in inside} - {"ROOT"}
    return {part for part in parts if not part.startswith("sandbox_")}


each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))


@each_module
def test_imports_point_one_way(path):
    part = part_of(path)
    known = own_parts(imported(path)) - {part}
    assert known <= MAY_KNOW[part], f"{part} must not know of {known - MAY_KNOW[part]}"


def test_no_part_knows_of_another_that_knows_of_it():
    knows = {part: set(others) for part, others in MAY_KNOW.items()}
    for _ in knows:
        for part in knows:
            knows[part] |= {far for near in knows[part] for far in knows[near]}
    assert [part for part in knows if part in knows[part]] == []


def module_name(path: Path) -> str:
    """The full name of a file's module."""
    words = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


def imports_between_files() -> dict[str, set[str]]:
    """Module -> the modules of the package that it imports, in functions too, but not those for type checkers alone."""
    modules = {module_name(path): path for path in MODULES}
    graph = {}
    for module, path in modules.items():
        names = imported(path, for_types=False)
        files = {name if name in modules else name.rpartition(".")[0] for name in names}
        graph[module] = files & set(modules) - {module}
    return graph


def test_no_file_imports_one_that_imports_it():
    graph = imports_between_files()
    assert graph["autograder.judge.session"] >= {"autograder.judge.verdict", "autograder.judge.devices"}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the files of a circle


@each_module
def test_each_part_imports_only_the_packages_it_may(path):
    part = part_of(path)
    if part not in PACKAGES:
        assert part in ("grading", "commands", "site")
        return
    outside = {name.split(".")[0] for name in imported(path)} - {"autograder"} - set(sys.stdlib_module_names)
    assert outside <= PACKAGES[part]


@each_module
def test_pytorch_matplotlib_and_nbgrader_are_imported_where_used(path):
    """And not before."""
    top = {name.split(".")[0] for name in imported(path, top_level=True)}
    allowed = {
        "lab": {"matplotlib"},
        "grading": {"nbgrader", "nbformat", "nbconvert"},
        "site": {"nbconvert"},
    }.get(part_of(path), set())
    assert top & {"torch", "matplotlib", "nbgrader", "nbformat", "nbconvert", "IPython", "cupy"} <= allowed


# ---------------------------------------------------------------- measured


def loaded_after(source: str) -> set[str]:
    """The packages that a fresh Python has loaded after some code."""
    source += "\nimport json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing():
    assert not loaded_after("import autograder") & set(HEAVY)


def test_what_a_notebook_imports_loads_numpy_alone():
    assert loaded_after("from autograder import check, lab") & set(HEAVY) == {"numpy"}


@pytest.mark.parametrize(
    "module", ["autograder.course", "autograder.bootstrap", "autograder.__main__", "autograder.commands"]
)
def test_the_command_line_starts_with_the_standard_library_alone(module):
    assert not loaded_after(f"import {module}") & set(HEAVY)


@pytest.mark.parametrize(
    "source",
    [
        "import autograder.judge",
        "import autograder.judge.session, autograder.judge.report, autograder.judge.devices",
        "from autograder.exercises import catalogue; catalogue()",
        "import autograder.student_check",
        "import autograder.sandbox",
        "import autograder.plaindata.call",
    ],
)
def test_judge_exercises_check_and_sandbox_load_numpy_alone(source):
    assert loaded_after(source) & set(HEAVY) <= {"numpy"}


JUDGE = """
import functools, sys
from autograder.plaindata.call import call
from autograder.judge import judge
from autograder.judge.report import as_html, as_text
from autograder.exercises import catalogue
kernel = catalogue()["relu"]
assert "torch" not in sys.modules
verdict = judge(kernel, functools.partial(call, lambda z: z))
assert as_text(verdict) and as_html(verdict)
"""


def test_judging_loads_neither_jupyter_nor_nbgrader_nor_grading():
    loaded = loaded_after(JUDGE)
    assert loaded & set(HEAVY) == {"numpy", "torch"}
    source = (
        JUDGE
        + "\nassert not [name for name in sys.modules if name.startswith(('autograder.grading', 'autograder.sandbox'))]"
    )
    loaded_after(source)
