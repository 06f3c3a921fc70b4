"""Builds the site: the pages, and JupyterLite with the notebooks and the package as students get them."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from autograder.course import ROOT, Course, CourseError, read
from autograder.exercises import catalogue
from autograder.grading.handout import NAME, files_beside, package_files, released
from autograder.lab import in_numpy
from autograder.lab.function_toolbox import NEEDED
from autograder.site.pages import notebook_page, start_page
from autograder.site.wheels import wheel_of_installed, write_wheel

KERNEL = "@jupyterlite/pyodide-kernel-extension"
MARK = "made-by-autograder-site"
PRELOADED = ("micropip", "sqlite3", "ssl", "ipython", "numpy", "matplotlib")
"""Packages of Pyodide's that are loaded while Python starts."""
PURE = ("comm",)
"""Packages that the kernel needs and that Pyodide may not have."""
OVERRIDES = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
"""Settings of JupyterLab's: the browser's own search finds every cell, not only those on the screen."""
TO_ROOT = "../../../../"
"""From the script that starts Python to the root of JupyterLite, which has the wheels in `wheels/`."""


def build_site(course: Course, folder: Path, pyodide: Path | None = None) -> None:
    """Build the site of what is released into a folder, which is made anew. pyodide: one's own copy of Pyodide.

    Raises CourseError where that folder holds something else, or something that is needed is missing.
    """
    _expect(folder, pyodide)
    names = released(course)
    notebooks = {name: read(course.root / "release" / f"{name}.ipynb") for name in names}
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("python3 -m autograder site makes this folder anew each time.\n")
    (folder / ".nojekyll").touch()
    (folder / "index.html").write_text(start_page(notebooks), encoding="utf-8")
    for name, notebook in notebooks.items():
        page = folder / "read" / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(notebook_page(notebook, name), encoding="utf-8")
    _build_lite(course, names, folder / "lite", pyodide)


def _expect(folder: Path, pyodide: Path | None) -> None:
    if importlib.util.find_spec("jupyterlite_core") is None:
        raise CourseError("JupyterLite is not installed here:  pip install -e '.[site]'")
    if folder.exists() and not (folder / MARK).is_file() and (folder.is_file() or any(folder.iterdir())):
        raise CourseError(f"{folder} holds something else: name a new folder, or an empty one, with --to.")
    if pyodide is not None and not (pyodide / "pyodide.js").is_file():
        raise CourseError(f"There is no pyodide.js in {pyodide}: name the folder of an unpacked Pyodide.")


def _build_lite(course: Course, names: list[str], target: Path, pyodide: Path | None) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        contents = work / "contents"
        for name in names:
            place = contents / f"{name}.ipynb"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(course.root / "release" / f"{name}.ipynb", place)
        for name, path in files_beside(course, names).items():
            (contents / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, contents / name)
        (work / "wheels").mkdir()
        wheels = [course_wheel(course, names, work / "wheels")]
        wheels += [wheel_of_installed(work / "wheels", name) for name in PURE]
        (work / "jupyter-lite.json").write_text(json.dumps(_settings(wheels, pyodide), indent=1), encoding="utf-8")
        (work / "overrides.json").write_text(json.dumps(OVERRIDES), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work)]
        command += ["--output-dir", str(target), "--contents", str(contents), "--apps", "notebooks", "--apps", "tree"]
        command += [
            "--apps",
            "lab",
            "--no-sourcemaps",
            "--no-libarchive",
            "--ignore-sys-prefix",
            "federated_extensions",
        ]
        command += [f"--LiteBuildConfig.federated_extensions={_kernel_extension()}"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True)
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise CourseError(f"JupyterLite could not be built:\n{last}")
        shutil.copytree(work / "wheels", target / "wheels")
    if pyodide is not None:
        shutil.copytree(pyodide, target / "pyodide")


def _kernel_extension() -> Path:
    return Path(sys.prefix) / "share" / "jupyter" / "labextensions" / KERNEL


def _settings(wheels: list[Path], pyodide: Path | None) -> dict[str, Any]:
    kernel: dict[str, Any] = {
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": [*PRELOADED, *(f"{TO_ROOT}wheels/{wheel.name}" for wheel in wheels)]},
    }
    if pyodide is not None:
        kernel["pyodideUrl"] = "./pyodide/pyodide.js"
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Training deep neural networks",
            "litePluginSettings": {f"{KERNEL}:kernel": kernel},
        },
    }


def course_wheel(course: Course, names: list[str], folder: Path) -> Path:
    """Write the wheel of the package as students get it, with what experiments compute by NumPy."""
    files = package_files(course, names)
    own = ROOT / "autograder" / "lab" / "in_numpy.py"
    files[own.relative_to(ROOT).as_posix()] = own.read_bytes()
    texts = {name: catalogue()[name].textbook for name in dict.fromkeys((*in_numpy.USED, *NEEDED))}
    files[in_numpy.TEXTS.relative_to(ROOT).as_posix()] = json.dumps(texts, indent=1).encode()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return write_wheel(folder, NAME, project["version"], files)
