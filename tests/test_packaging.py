"""What pyproject.toml, constraints.txt, environment.yml and the imports say about the packages: they agree."""

from __future__ import annotations

import ast
import itertools
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autograder import __main__ as command_line
from autograder import bootstrap
from autograder.course import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
OF_CLASSES = bootstrap.needed(bootstrap.CLASS)
DEPENDENCIES = {Requirement(line).name: Requirement(line).specifier for line in OF_CLASSES}
EXTRAS = [Requirement(line) for lines in PROJECT["optional-dependencies"].values() for line in lines]
CONDA = {"torch": "pytorch"}
ARRIVES_WITH = {
    "IPython": "jupyterlab",
    "dateutil": "nbgrader",
    "ipykernel": "jupyterlab",
    "jinja2": "jupyterlab",
    "jupyter_client": "jupyterlab",
    "jupyter_core": "jupyterlab",
    "nbconvert": "jupyterlab",
    "nbformat": "jupyterlab",
    "pygments": "jupyterlab",
    "sqlalchemy": "nbgrader",
    "traitlets": "jupyterlab",
}
OPTIONAL = {"cupy", "distributed"}


def pinned() -> list[str]:
    """The lines of constraints.txt that are no comments."""
    return [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]


def constraints() -> dict[str, str]:
    """The tested versions by name."""
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in pinned())}


def conda() -> dict[str, str]:
    """The ranges of environment.yml by name."""
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    names = [line for line in dependencies if isinstance(line, str)]
    return {re.match(r"[\w-]+", line)[0]: line[re.match(r"[\w-]+", line).end() :] for line in names}


def imported() -> dict[str, Path]:
    """The packages that the course imports, each with a file that does."""
    found = {}
    for path in (ROOT / "autograder").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            found.update({name.split(".")[0]: path for name in names})
    return {name: path for name, path in found.items() if name not in sys.stdlib_module_names}


@pytest.mark.parametrize("name", DEPENDENCIES)
def test_environment_yml_has_each_dependency_with_the_same_bounds(name):
    assert SpecifierSet(conda()[CONDA.get(name, name)]) == DEPENDENCIES[name]


def test_environment_yml_has_nothing_else():
    assert set(conda()) == {CONDA.get(name, name) for name in DEPENDENCIES} | {"python", "pip"}


def test_environment_yml_asks_for_the_same_python():
    assert conda()["python"] == PROJECT["requires-python"]


def test_environment_yml_installs_the_course_itself():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert {"pip": ["-e ."]} in dependencies


def test_the_command_line_asks_for_the_same_python():
    assert PROJECT["requires-python"] == ">={}.{}".format(*command_line.OLDEST)


@pytest.mark.parametrize("requirement", [*(Requirement(line) for line in PROJECT["dependencies"]), *EXTRAS], ids=str)
def test_the_tested_version_lies_in_the_range(requirement):
    assert requirement.specifier.contains(constraints()[canonicalize_name(requirement.name)])


@pytest.mark.parametrize("requirement", [*(Requirement(line) for line in PROJECT["dependencies"]), *EXTRAS], ids=str)
def test_a_range_has_a_lower_bound_and_no_upper_one(requirement):
    assert [part.operator for part in requirement.specifier] == [">="]


def test_every_constraint_is_one_exact_release():
    assert [line for line in pinned() if not re.fullmatch(r"[\w.-]+==[\d.]+(post\d+)?", line)] == []


def test_the_constraints_name_no_package_twice():
    assert len(constraints()) == len(pinned())


@pytest.mark.parametrize("name", sorted(imported()))
def test_every_package_that_is_imported_is_declared(name):
    if name not in OPTIONAL | {"autograder", "tests"}:
        assert ARRIVES_WITH.get(name, name) in DEPENDENCIES, f"{imported()[name]} imports {name}"


def test_the_bootstrap_reads_the_same_requirements():
    assert bootstrap.needed(("lint", "test")) == PROJECT["dependencies"] + [
        line for extra in ("lint", "test") for line in PROJECT["optional-dependencies"][extra]
    ]


def test_the_environment_of_the_tests_meets_them():
    assert bootstrap.missing(bootstrap.needed(bootstrap.EXTRAS["test"])) == []


def test_an_installation_without_extras_brings_numpy_and_matplotlib_alone():
    assert {Requirement(line).name for line in PROJECT["dependencies"]} == {"numpy", "matplotlib"}


LIGHT = """
import importlib.machinery, sys

class Light(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.split(".")[0] in {absent} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Light
import matplotlib
import numpy as np
from autograder import check, lab

matplotlib.use("agg")

def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))

check(elu)
lab.plot_activation(elu)
"""


def test_a_student_checks_and_draws_without_any_extra():
    """Where PyTorch is not, checks go by what was recorded: python3 -m autograder record."""
    of_extras = {Requirement(line).name.replace("-", "_") for line in bootstrap.needed(bootstrap.EXTRAS["test"])}
    absent = (of_extras | set(ARRIVES_WITH)) - {"numpy", "matplotlib", "dateutil"}
    done = subprocess.run([sys.executable, "-c", LIGHT.format(absent=absent)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "elu: 6 of 6 points" in done.stdout
    assert "[figure]" in done.stdout


def test_every_data_file_of_the_package_is_packaged():
    patterns = {pattern.removeprefix("**/*") for pattern in PYPROJECT["tool"]["setuptools"]["package-data"]["*"]}
    ignored = {".py", ".pyc"}
    files = {path.suffix for path in (ROOT / "autograder").rglob("*") if path.is_file()}
    assert files - ignored <= patterns


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in (ROOT / "autograder").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_licence_names_the_file_with_the_licence_of_the_data():
    named = re.search(r"autograder/lab/\w+\.py", (ROOT / "LICENSE").read_text())[0]
    assert "licence" in (ROOT / named).read_text()


def test_the_hooks_of_pre_commit_fetch_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert {repository["repo"] for repository in hooks} == {"local"}
    assert {hook["language"] for repository in hooks for hook in repository["hooks"]} == {"system"}


@pytest.mark.parametrize(
    ("name", "text", "tidy"),
    [
        ("a.py", "x = 1  \n\ty\t\n\n\n", "x = 1\n\ty\n"),
        ("a.md", "no line break", "no line break\n"),
        ("__init__.py", "", ""),
        (
            "a.ipynb",
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
            '[{"cell_type": "raw", "id": "ab", "metadata": {}, "source": "two\\nlines"}]}',
            '{\n "cells": [\n  {\n   "cell_type": "raw",\n   "id": "ab",\n   "metadata": {},\n   "source": [\n'
            '    "two\\n",\n    "lines"\n   ]\n  }\n ],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n',
        ),
    ],
)
def test_the_tidy_hook_rewrites_a_file_once(tmp_path, name, text, tidy):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    runs = [subprocess.run([sys.executable, ROOT / ".ci" / "tidy.py", path], check=False).returncode for _ in "12"]
    assert path.read_text(encoding="utf-8") == tidy
    assert runs == [int(text != tidy), 0]


@pytest.mark.parametrize("name", [".venv/x", "submitted/a/b.ipynb", "gradebook.db", "demo/x", "my-course/x.ipynb"])
def test_working_folders_are_ignored_by_git(name):
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0


def test_the_workflow_runs_the_gate_with_every_python_from_the_oldest_on():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text())
    linux = workflow["jobs"]["linux"]
    minors = [int(version.removeprefix("3.")) for version in linux["strategy"]["matrix"]["python"]]
    assert minors == list(range(command_line.OLDEST[1], minors[-1] + 1))
    assert ".ci/run" in [step.get("run") for step in linux["steps"]]


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml")), ids=lambda path: path.stem
)
def test_a_template_for_issues_asks_for_something(path):
    template = yaml.safe_load(path.read_text())
    assert {"name", "description", "body"} <= set(template)
    ids = [field["id"] for field in template["body"]]
    assert len(set(ids)) == len(ids)
    assert any(field.get("validations", {}).get("required") for field in template["body"])


def test_the_container_has_what_the_tests_need():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text()
    container = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert {"bubblewrap", "chromium"} <= set(container["onCreateCommand"].split())
    assert "autograder.bootstrap" in container["postCreateCommand"]


def test_the_changelog_begins_with_the_version_of_the_package():
    newest = re.search(
        r"^## \[(.+?)\] - (Unreleased|\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert PROJECT["version"] == newest[1] + (".dev0" if newest[2] == "Unreleased" else "")


def test_the_script_of_the_checks_can_be_run():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False).returncode == 0


def test_the_name_of_a_test_has_at_most_70_characters():
    """What else there is to say is its docstring."""
    names = [
        name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    ]
    assert [name for name in names if len(name) > 70] == []


@pytest.mark.parametrize("path", sorted((ROOT / "autograder").rglob("*.py")), ids=lambda path: path.name)
def test_a_string_that_stands_alone_says_something_of_the_name_above(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    alone = [
        text.value.value
        for above, text in itertools.pairwise(body)
        if isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and not isinstance(above, ast.Assign | ast.AnnAssign)
    ]
    assert alone == []
