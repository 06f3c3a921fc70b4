"""A simulated class: notebooks as students hand them in, with the scores that they deserve.

Most students are made from the catalogue: perfect, blank, or with known mistakes typed into the released notebook. A
handful is written by hand (`demo_answers`), in the styles that people have.
"""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from autograder.course import (
    Cell,
    Chapter,
    Course,
    CourseError,
    Notebook,
    grading_of,
    read,
    text_of,
    without_solution_marks,
)
from autograder.exercises import of_notebook
from autograder.exercises.model import Exercise, Mistake
from autograder.grading.demo import demo_answers

NAMES = (
    "ada",
    "alan",
    "barbara",
    "charles",
    "donald",
    "edsger",
    "emmy",
    "frances",
    "geoffrey",
    "grace",
    "hedy",
    "ivan",
    "john",
    "karen",
    "katherine",
    "kurt",
    "leslie",
    "margaret",
    "niklaus",
    "norbert",
    "radia",
    "sofia",
    "tim",
    "vera",
    "yann",
)


@dataclass
class Student:
    """A simulated student.

    answers: section -> grade_id of a solution cell -> the source in it; missing ones stay as released.
    extra: section -> cells added by the student, as (after which grade_id, source).
    deserved: section -> kernel -> points.
    """

    name: str
    kind: Literal["perfect", "blank", "mistakes", "handwritten"]
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    extra: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    deserved: dict[str, dict[str, float]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def deserves(self, section: str) -> float:
        """The points that this student's notebook deserves."""
        return sum(self.deserved.get(section, {}).values())


def simulated_class(chapter: Chapter, count: int, seed: int = 1) -> list[Student]:
    """`count` students of a chapter, always the same ones for the same seed.

    The first are one of each kind and the handwritten ones; the rest make one to three mistakes in each notebook.
    """
    chance = random.Random(seed)
    makers = [_perfect, _blank, *map(_handwritten, demo_answers.STUDENTS)]
    students = []
    for number in range(count):
        make = makers[number] if number < len(makers) else _with_mistakes
        students.append(make(_name(number), chapter, chance))
    return students


def _name(number: int) -> str:
    round_, index = divmod(number, len(NAMES))
    return NAMES[index] + (str(round_ + 1) if round_ else "")


# ---------------------------------------------------------------- answers


def solutions(course: Course, notebook: str) -> dict[str, str]:
    """Return the instructor's answers by grade_id, as a student would have typed them."""
    cells = read(course.source_of(notebook))["cells"]
    return {
        grading_of(cell)["grade_id"]: without_solution_marks(text_of(cell))
        for cell in cells
        if cell["cell_type"] == "code" and grading_of(cell).get("solution") and not grading_of(cell).get("grade")
    }


def points_with(exercise: Exercise, mistake: Mistake) -> float:
    """What is left of a kernel's points with a mistake: all but the requirements that it names."""
    return sum(requirement.points for requirement in exercise.requirements if requirement.name not in mistake.loses)


def _full(notebook: str) -> dict[str, float]:
    return {exercise.name: exercise.points for exercise in of_notebook(notebook)}


# ---------------------------------------------------------------- kinds of students


def _perfect(name: str, chapter: Chapter, chance: random.Random) -> Student:
    student = Student(name, "perfect")
    for section in chapter.sections():
        student.answers[section] = solutions(chapter.course, chapter.notebook(section))
        student.deserved[section] = _full(chapter.notebook(section))
    return student


def _blank(name: str, chapter: Chapter, chance: random.Random) -> Student:
    return Student(name, "blank", deserved={section: {} for section in chapter.sections()})


def _with_mistakes(name: str, chapter: Chapter, chance: random.Random) -> Student:
    student = _perfect(name, chapter, chance)
    student.kind = "mistakes"
    for section in chapter.sections():
        exercises = of_notebook(chapter.notebook(section))
        for exercise in chance.sample(exercises, min(len(exercises), chance.randint(1, 3))):
            mistake = chance.choice(exercise.mistakes)
            student.answers[section][exercise.name] = mistake.source
            student.deserved[section][exercise.name] = points_with(exercise, mistake)
            student.mistakes.append(f"{exercise.name}: {mistake.name}")
    return student


def _handwritten(written: demo_answers.Handwritten) -> Callable[[str, Chapter, random.Random], Student]:
    """Return a function that makes a student with handwritten answers; cells without an answer stay as released."""

    def make(name: str, chapter: Chapter, chance: random.Random) -> Student:
        student = Student(name, "handwritten", mistakes=list(written.mistakes))
        for section in chapter.sections():
            exercises = {exercise.name: exercise for exercise in of_notebook(chapter.notebook(section))}
            given = {exercise: source for exercise, source in written.answers.items() if exercise in exercises}
            student.answers[section] = given
            student.extra[section] = [(after, source) for after, source in written.extra if after in exercises]
            student.deserved[section] = {
                exercise: written.deserved.get(exercise, exercises[exercise].points) for exercise in given
            }
        return student

    return make


# ---------------------------------------------------------------- on disk


def hand_in(chapter: Chapter, students: list[Student]) -> None:
    """Write every student's notebooks into submitted/, from the released ones."""
    for student in students:
        folder = chapter.folder_of(student.name, "submitted")
        folder.mkdir(parents=True, exist_ok=True)
        for section in chapter.sections():
            released = read(chapter.course.root / "release" / chapter.name / f"{section}.ipynb")
            written = fill_in(released, student.answers.get(section, {}), student.extra.get(section, []))
            (folder / f"{section}.ipynb").write_text(json.dumps(written, indent=1), encoding="utf-8")


def fill_in(released: Notebook, answers: dict[str, str], extra: list[tuple[str, str]]) -> Notebook:
    """Return a released notebook with answers typed into its solution cells and cells added after some of them."""
    notebook = copy.deepcopy(released)
    cells = []
    for cell in notebook["cells"]:
        name = grading_of(cell).get("grade_id", "")
        if name in answers:
            cell["source"] = answers[name]
        cells.append(cell)
        cells += [_code_cell(source, f"mine-{name}-{n}") for n, (after, source) in enumerate(extra) if after == name]
    notebook["cells"] = cells
    return notebook


def _code_cell(source: str, name: str) -> Cell:
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": source}


MARK = ".demo-course"


def scratch_course(folder: Path, source: Course) -> Course:
    """Make a course folder for the demo, with a copy of source/ and its figures, and its own nbgrader_config.py.

    Replaces the folder of an earlier demo. Raises CourseError for a folder that holds anything else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise CourseError(f"{folder} is there already and was not made by the demo: choose another with --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by `python3 -m autograder demo`; replaced by the next one.\n")
    shutil.copytree(source.source, folder / "source", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    if (source.root / "Assets").is_dir():
        shutil.copytree(source.root / "Assets", folder / "Assets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "nbgrader_config.py").write_text(_config_text(source.root), encoding="utf-8")
    return Course(folder)


def _config_text(repository: Path) -> str:
    return (
        '"""nbgrader\'s configuration of the demo course."""\n\nimport sys\nfrom pathlib import Path\n\n'
        f"sys.path.insert(0, {str(repository)!r})\n\n"
        "from autograder.grading.gradebook.nbgrader_config import configure  # noqa: E402\n\n"
        "configure(get_config(), Path(__file__).resolve().parent)  # noqa: F821\n"
    )
