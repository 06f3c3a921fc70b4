"""Packages that a course allows beside NumPy: there in the sandbox, with what they need, and no others."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.sandbox import StudentProcess, chosen
from autograder.sandbox.packages import files_of, with_requirements
from tests.support.confinement import why_there_is_no_sandbox
from tests.support.speed import PATIENT

ALLOWED = ("jinja2", "markupsafe")
"""The second, which the first needs, has a compiled part."""


@pytest.fixture(params=["none", "bubblewrap"])
def run(request):
    """Runs a cell where the two packages are allowed, or none."""
    if request.param == "bubblewrap" and why_there_is_no_sandbox():
        pytest.skip(why_there_is_no_sandbox())

    def run_in(packages: tuple[str, ...], source: str):
        limits = dataclasses.replace(PATIENT, packages=packages)
        with StudentProcess(chosen(request.param), limits) as process:
            return process.run("cell", source)

    return run_in


def test_what_a_package_needs_comes_with_it():
    assert with_requirements(["jinja2"]) == ALLOWED
    assert with_requirements(["numpy"]) == ()


def test_a_package_that_is_not_installed_is_named():
    with pytest.raises(ModuleNotFoundError, match="'no_such_package' is not installed here"):
        with_requirements(["no_such_package"])


def test_the_files_of_a_package_are_its_code_and_what_says_its_version():
    names = [path.name for path in files_of("jinja2")]
    assert names[0] == "jinja2"
    assert any(name.endswith(".dist-info") for name in names)


def test_an_allowed_package_works_with_its_compiled_parts_and_its_version(run):
    source = (
        "import jinja2, markupsafe._speedups, importlib.metadata\n"
        "assert importlib.metadata.version('jinja2')\n"
        "len(jinja2.Template('{{ a }}').render(a='12345'))"
    )
    outcome = run(ALLOWED, source)
    assert (outcome.error, outcome.value) == (None, 5.0)


@pytest.mark.parametrize(("packages", "name"), [((), "jinja2"), (ALLOWED, "torch"), (ALLOWED, "bleach"), ((), "ssl")])
def test_others_are_refused_in_a_sentence(run, packages, name):
    expected = f"ModuleNotFoundError: {name} is not available while grading: the exercises are in NumPy"
    assert run(packages, f"import {name}").error == expected


def test_a_plotting_package_that_is_allowed_is_the_real_one(run):
    assert run((), "import tqdm\ntqdm.__name__ == 'tqdm' and len(list(tqdm.tqdm([1, 2])))").value == 2.0
    assert run((), "import tqdm\ntqdm.__version__").error
    allowed = with_requirements(["tqdm"])
    assert run(allowed, "import tqdm\nassert tqdm.__version__\nlen(list(tqdm.tqdm([1, 2], disable=True)))").value == 2.0
