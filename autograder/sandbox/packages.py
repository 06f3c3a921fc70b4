"""The packages that a course allows beside NumPy: what they need in turn, and the files that they consist of."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path

REQUIREMENT = re.compile(r"[\w.-]+")
ALWAYS_THERE = ("numpy",)


def with_requirements(names: Iterable[str]) -> tuple[str, ...]:
    """Add to packages, by the names that are imported, those that they need, and so on.

    Raises ModuleNotFoundError for one that is not installed here.
    """
    found: dict[str, None] = {}
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in found or name in ALWAYS_THERE:
            continue
        if _spec(name) is None:
            raise ModuleNotFoundError(f"the package {name!r} is not installed here", name=name)
        found[name] = None
        todo += [needed for needed in _needed_by(name) if _spec(needed) is not None]
    return tuple(sorted(found))


def files_of(name: str) -> list[Path]:
    """Return the files and folders of an installed package: its code, its libraries, and what says its version."""
    spec = _spec(name)
    assert spec is not None, f"{name} is installed"
    code = Path(spec.submodule_search_locations[0]) if spec.submodule_search_locations else Path(spec.origin or "")
    libraries = [code.parent / f"{project}.libs" for project in {name, *_projects_of(name)}]
    notes = [Path(str(file.locate())).parent for project in _projects_of(name) for file in _metadata_files(project)]
    return [path for path in (code, *libraries, *notes) if path.exists()]


def _spec(name: str):
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


@functools.cache
def _projects() -> dict[str, list[str]]:
    """Name that is imported -> the projects that install it."""
    return {name: list(projects) for name, projects in importlib.metadata.packages_distributions().items()}


def _projects_of(name: str) -> list[str]:
    return _projects().get(name, [])


def _needed_by(name: str) -> list[str]:
    """Return the packages that a package's projects require, extras left out, by the names that are imported."""
    lines = [line for project in _projects_of(name) for line in importlib.metadata.requires(project) or []]
    required = {
        _plain(match.group()) for line in lines if "extra ==" not in line and (match := REQUIREMENT.match(line))
    }
    return [imported for imported, projects in _projects().items() if required & set(map(_plain, projects))]


def _plain(project: str) -> str:
    """Spell a project's name as all its spellings may be compared."""
    return re.sub(r"[-_.]+", "-", project).lower()


def _metadata_files(project: str) -> list[importlib.metadata.PackagePath]:
    return [file for file in importlib.metadata.files(project) or [] if file.name == "METADATA"][:1]
