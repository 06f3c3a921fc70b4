"""Packs what an instructor gives to students: the released notebooks and what they need to run, without solutions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.course import FIRST_PAGE, ROOT, Course, CourseError, read, text_of
from autograder.exercises import catalogue
from autograder.grading.files import expect_new_file, new_zip
from autograder.grading.handout_exercises import exercise_files
from autograder.grading.intake.submitted_folder import lying_beside
from autograder.lab import homes
from autograder.lab.function_toolbox import NEEDED, toolbox

FILES = ("pyproject.toml", "constraints.txt", "environment.yml", "LICENSE")
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")
INSTRUCTORS = (
    "autograder/certificates",
    "autograder/diagnosis_trial",
    "autograder/exercises",
    "autograder/facts.py",
    "autograder/grading",
    "autograder/judge/recording.py",
    "autograder/judge/separation.py",
    "autograder/lab/in_numpy",
    "autograder/sandbox",
    "autograder/site",
    "autograder/solutions.py",
)
"""Parts of the package that stay with the instructor; the exercises travel in another form."""
STUDENTS_COMMANDS = ("__init__.py", "lab.py", "progress.py", "watch.py")
STUDENTS_SECTIONS = ("The notebooks", "Students in a class", "Licence")
EXAMPLE = "course.zip"
NAME = "training-deep-networks"
PICTURE = re.compile(r"!\[[^\]]*\]\((Assets/[^)]+)\)")
CHECKED = re.compile(r"\bcheck\((\w+)|\bexercise=[\"'](\w+)")
LAB_NAME = re.compile(r"\blab\.(\w+)")
TABLE_ROW = re.compile(r"^\| (\S+) \| (\S+) \| `.*\n", re.MULTILINE)


def write_handout(course: Course, path: Path, notebooks: Iterable[str] | None = None) -> int:
    """Write the zip, replacing nothing. Returns how many files are in it.

    notebooks: those that it holds, "<chapter>/<section>"; all that are released and assigned if None.

    Raises CourseError where the file is there already, or where there is nothing released.
    """
    expect_new_file(path, EXAMPLE)
    contents = _contents(course, released(course) if notebooks is None else list(notebooks))
    with new_zip(path, EXAMPLE) as archive:
        for name, content in contents.items():
            archive.writestr(f"{NAME}/{name}", content)
    return len(contents)


def released(course: Course) -> list[str]:
    """Return the notebooks that lie in release/ and are assigned, in order. Raises CourseError where there are none."""
    assigned = course.assigned_chapters()
    files = sorted((course.root / "release").glob("*/*.ipynb"))
    found = [f"{file.parent.name}/{file.stem}" for file in files if file.parent.name in assigned]
    if not found:
        raise CourseError(f"There are no notebooks in {course.root / 'release'}: run  {course.command('release')}")
    return found


def files_beside(course: Course, notebooks: Iterable[str]) -> dict[str, Path]:
    """Return the files that lie beside notebooks in release/ and belong to them: modules, data. By path below it."""
    release = course.root / "release"
    folders = sorted({release / notebook.partition("/")[0] for notebook in notebooks})
    return {path.relative_to(release).as_posix(): path for folder in folders for path in lying_beside(folder)}


def _contents(course: Course, notebooks: list[str]) -> dict[str, bytes]:
    """Return every file of the handout by its path. What is not the course's own comes from the package's folder."""
    files = {f"release/{notebook}.ipynb": course.root / "release" / f"{notebook}.ipynb" for notebook in notebooks}
    first_page = course.root / "release" / FIRST_PAGE
    files |= {f"release/{FIRST_PAGE}": first_page} if first_page.is_file() else {}
    texts = "\n".join(text_of(cell) for file in files.values() for cell in read(file)["cells"])
    readme = students_readme((ROOT / "README.md").read_text("utf-8"), notebooks)
    paths = [ROOT / name for name in (*FILES, *PICTURE.findall(readme))]
    files |= {path.relative_to(ROOT).as_posix(): path for path in paths if path.is_file()}
    files |= {f"release/{name}": path for name, path in files_beside(course, notebooks).items()}
    found = {name: file.read_bytes() for name, file in files.items()}
    return {**found, **_package_files(texts), "README.md": readme.encode()}


def package_files(course: Course, notebooks: Iterable[str]) -> dict[str, bytes]:
    """Return the package as students of some notebooks get it, by path."""
    files = [course.root / "release" / f"{notebook}.ipynb" for notebook in notebooks]
    return _package_files("\n".join(text_of(cell) for file in files for cell in read(file)["cells"]))


def _package_files(texts: str) -> dict[str, bytes]:
    found = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _package(texts) if path.is_file()}
    exercises = exercise_files(_with_exercises(texts))
    return {**found, **{f"autograder/exercises/{name}": content for name, content in exercises.items()}}


def _package(texts: str) -> Iterator[Path]:
    """Yield the files of the package that students need. texts: what stands in their notebooks."""
    used = {homes().get(name) for name in LAB_NAME.findall(texts)}
    of_notebooks = {exercise.notebook.split("/")[1].partition("_")[2] for exercise in catalogue().values()}
    for path in sorted((ROOT / "autograder").rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if any(part in LEFT_OUT for part in path.parts) or name.startswith(INSTRUCTORS):
            continue
        if path.parent.name == "commands" and path.name not in STUDENTS_COMMANDS:
            continue
        if path.parent.name == "lab" and path.stem in of_notebooks - used:
            continue
        yield path


def _with_exercises(texts: str) -> list[str]:
    """Return the notebooks of the catalogue whose exercises are checked, or needed by a toolbox, in their order."""
    names = {name for found in CHECKED.findall(texts) for name in found}
    if toolbox.__name__ in LAB_NAME.findall(texts):
        names |= set(NEEDED)
    return list(dict.fromkeys(exercise.notebook for name, exercise in catalogue().items() if name in names))


def students_readme(readme: str, notebooks: Iterable[str]) -> str:
    """Return the README without the sections for instructors and contributors, and with these notebooks alone."""
    title, *sections = readme.split("\n## ")
    kept = [section for section in sections if section.startswith(STUDENTS_SECTIONS)]
    chosen = set(notebooks)
    return TABLE_ROW.sub(lambda row: row[0] if f"{row[1]}/{row[2]}" in chosen else "", "\n## ".join([title, *kept]))
