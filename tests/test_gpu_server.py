"""A GPU server has PyTorch, NumPy and pytest: what is to run there needs nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.course import ROOT

ONLY = """
import importlib.machinery, sys

class Bare(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.split(".")[0] in {absent} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Bare
"""
ABSENT = (
    *("jupyterlab", "nbgrader", "nbformat", "nbconvert", "IPython", "ipykernel", "matplotlib", "hypothesis"),
    *("playwright", "xdist", "bleach", "tqdm", "sqlalchemy", "traitlets", "jinja2"),
)


def on_a_bare_server(source: str) -> subprocess.CompletedProcess:
    """Run some code where only NumPy, PyTorch and pytest can be imported."""
    command = [sys.executable, "-c", ONLY.format(absent=ABSENT) + source]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def test_the_gpu_tests_are_collected_there_and_nothing_else_is():
    done = on_a_bare_server("import pytest\nraise SystemExit(pytest.main(['-m', 'gpu', '--collect-only', '-q']))")
    assert done.returncode == 0, done.stdout + done.stderr
    collected = [line for line in done.stdout.split("\n") if "::" in line]
    assert len(collected) > 200
    assert all(line.startswith("tests/gpu/") for line in collected)


@pytest.mark.parametrize("words", [["verify", "relu", "--devices", "cpu"]])
def test_verify_runs_there_without_installing_anything(words):
    done = on_a_bare_server(f"from autograder.__main__ import main\nraise SystemExit(main({words!r}))")
    assert done.returncode == 0, done.stderr
    assert "1 kernel, 2 comparisons." in done.stdout
