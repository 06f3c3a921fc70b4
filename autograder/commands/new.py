"""`python3 -m autograder new NOTEBOOK EXERCISE`: file, cells and first failing tests of a new exercise."""

from __future__ import annotations

import argparse
import json
import keyword
import re
from pathlib import Path
from typing import Any

from autograder.course import ROOT, Course, CourseError, write_atomically

SUMMARY = "make the file, the cells and the first failing tests of a new exercise"

EXERCISE_FILE = '''"""{name}: what it computes, in one line."""

import numpy as np

from autograder.exercises.cases import case
from autograder.exercises.model import Exercise

TEXTBOOK = """\\
def {name}({parameters}):
    raise NotImplementedError
"""

{name} = Exercise(
    TEXTBOOK,
    takes="{first}: (*)",
    pytorch="the call that it is compared with",
    source="paper and section, or page, that defines it",
)
requirement, wrong = {name}.requirement, {name}.wrong


@{name}.pytorch_reference
def reference({parameters}):
    raise NotImplementedError("write the PyTorch reference of {name}")


@requirement("values", points=4)
def values(sample):
    yield case("one number", {call})
    for _ in sample.repeat(public=2, hidden=5):
        yield case("random", {random_call})


@{name}.contract()
def contract(sample, shape):
    return {{{arguments}}}


# @wrong({{"what stands exactly once in TEXTBOOK": "what people write instead"}}, loses=[values])
# def what_is_wrong():
#     """What these numbers reveal, and what to look at."""
'''

VARIANTS_FILE = '''"""Correct solutions of `{name}`, written differently: at least three."""


def {name}_another_way({parameters}):
    raise NotImplementedError
'''

CARD = """### Exercise 0: `{name}({parameters})`

| | |
|---|---|
| **Input** | {inputs} |
| **Returns** | an array of the same shape |
| **Equation** | $$ |
| **Convention** | ... |
| **Compared with** | `torch` |
| **Time** | 5 minutes, 0 points |

<details><summary>Hint 1: a nudge</summary>

...
</details>"""

SOLUTION = '''def {name}({parameters}):
    """What it computes, in one line.

    {inputs}.
    Returns an array of the same shape.
    """
    ### BEGIN SOLUTION
    raise NotImplementedError
    ### END SOLUTION'''

TEST = 'check({name})\n### BEGIN HIDDEN TESTS\ncheck({name}, cases="hidden")\n### END HIDDEN TESTS'

NEXT = """
Next:
  1. Write the solution into source/{notebook}.ipynb (its last cells; move them where they belong), and the same
     function, without docstring, into TEXTBOOK of {file}.
  2. There, write the PyTorch reference, the cases of each requirement, and at least five mistakes; three variants into
     {variants}.
  3. python3 -m autograder test tests/exercises -k {name}     which fails until they are right
  4. python3 -m autograder facts && python3 -m autograder release     points and numbers, and the students' notebook
  5. python3 -m autograder verify --write     the certificate
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The notebook, the exercise and its parameters."""
    parser.add_argument("notebook", help="the notebook it belongs to, such as 2_faster_optimizers/4_adam")
    parser.add_argument("exercise", help="the name of the function that students write")
    parser.add_argument(
        "--parameters", default="x", metavar="NAMES", help='its parameters, such as "theta, gradient, learning_rate"'
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the files and say what to do next."""
    course = Course()
    name, parameters = arguments.exercise, _parameters(arguments.parameters)
    _require_new(course, arguments.notebook, name)
    folder = _folder_of(arguments.notebook)
    file, variants = folder / f"{name}.py", ROOT / "tests" / "variants" / folder.name / f"{name}.py"
    words = _words(name, parameters)
    _write(file, EXERCISE_FILE.format(**words))
    _add_to_order(folder / "__init__.py", name)
    _write(variants, VARIANTS_FILE.format(**words))
    package = variants.with_name("__init__.py")
    if not package.exists():
        _write(package, f'"""Correct solutions of `{arguments.notebook}`, written differently."""\n')
    _add_cells(course.source_of(arguments.notebook), words)
    for path in (file, variants, course.source_of(arguments.notebook)):
        print(path.relative_to(ROOT))
    files = {"file": file.relative_to(ROOT), "variants": variants.relative_to(ROOT)}
    print(NEXT.format(name=name, notebook=arguments.notebook, **files))
    return 0


def _parameters(text: str) -> list[str]:
    """The names in "theta, gradient". Raises CourseError for what are no names."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if not _is_name(name):
            raise CourseError(f"{name!r} cannot be the name of a parameter.")
    if len(set(names)) < len(names):
        raise CourseError(f"Two parameters have the same name: {text}.")
    return names


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _require_new(course: Course, notebook: str, name: str) -> None:
    """Raise CourseError for a notebook that is not there, and for an exercise that is, or that no function can be."""
    from autograder.exercises import catalogue

    if notebook not in course.notebooks():
        known = ", ".join(course.notebooks())
        raise CourseError(f"There is no notebook {notebook!r}. The notebooks are: {known}.")
    if not _is_name(name):
        raise CourseError(f"{name!r} cannot be the name of a function.")
    if name in catalogue():
        raise CourseError(f"There is an exercise {name!r} already, in {catalogue()[name].notebook}.")


def _folder_of(notebook: str) -> Path:
    """The folder of a notebook's exercises; a new one where it has none yet."""
    from autograder.exercises import folder_of

    known = folder_of(notebook)
    if known is not None:
        return known
    title = re.sub(r"^\d+[a-z]?_", "", notebook.rpartition("/")[2])
    folder = ROOT / "autograder" / "exercises" / title
    _write(folder / "__init__.py", f'"""Exercises of `{notebook}`."""\n\nNOTEBOOK = "{notebook}"\nORDER = ()\n')
    return folder


def _words(name: str, parameters: list[str]) -> dict[str, str]:
    return {
        "name": name,
        "parameters": ", ".join(parameters),
        "first": ", ".join(parameters),
        "call": ", ".join(f"{parameter}=np.array([1.5])" for parameter in parameters),
        "random_call": ", ".join(f"{parameter}=sample.normal(2, 3)" for parameter in parameters),
        "arguments": ", ".join(f'"{parameter}": sample.normal(*shape)' for parameter in parameters),
        "inputs": ", ".join(f"`{parameter}`" for parameter in parameters) + ": arrays of one shape",
    }


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises CourseError where it is."""
    if path.exists():
        raise CourseError(f"{path} is there already: nothing was written over it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _add_to_order(path: Path, name: str) -> None:
    """Add an exercise at the end of its folder's ORDER. Raises CourseError where there is none."""
    text = path.read_text(encoding="utf-8")
    found = re.search(r"^ORDER = \((.*?)\)$", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise CourseError(f"{path} has no ORDER: add one, a tuple of the names of its exercises.")
    names = [*re.findall(r'"(\w+)"', found.group(1)), name]
    order = "ORDER = (\n" + "".join(f'    "{one}",\n' for one in names) + ")"
    write_atomically(path, text[: found.start()] + order + text[found.end() :])


def _add_cells(path: Path, words: dict[str, str]) -> None:
    """Add card, solution and test at the end of an instructor's notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    prefix = words["name"].replace("_", "-")
    notebook["cells"] += [
        _cell("markdown", f"{prefix}-card", CARD.format(**words)),
        _cell("code", f"{prefix}-solution", SOLUTION.format(**words), grade_id=words["name"], solution=True),
        _cell("code", f"{prefix}-test", TEST.format(**words), grade_id=f"{words['name']}_test", grade=True, points=0),
    ]
    write_atomically(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def _cell(kind: str, cell_id: str, source: str, **marks: Any) -> dict[str, Any]:
    """A cell, with nbgrader's metadata where it has marks."""
    lines = source.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": kind, "id": cell_id, "metadata": {}, "source": lines}
    if kind == "code":
        known = {"schema_version": 3, "grade": False, "solution": False, "task": False}
        known |= {"locked": bool(marks.get("grade")), **marks}
        cell |= {"execution_count": None, "outputs": [], "metadata": {"nbgrader": dict(sorted(known.items()))}}
    return dict(sorted(cell.items()))
