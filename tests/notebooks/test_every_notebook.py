"""What holds for every notebook of the course, as the instructor has it and as students get it."""

from __future__ import annotations

import os
import re
import runpy
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.course import (
    ROOT,
    Course,
    checked_names,
    grading_of,
    is_check_cell,
    read,
    solution_cells,
    text_of,
    without_solution_marks,
)
from autograder.exercises import of_notebook
from autograder.grading.intake.figures import LINK
from autograder.lab.training import QUICK
from tests.support.thorough import THOROUGH

COURSE = Course()
SECONDS = 600
MARKS = ("### BEGIN SOLUTION", "### END SOLUTION", "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")

ONLY_NUMPY = "Use NumPy and Python's own modules only: grading has nothing else, and `check` goes by the same rules."
"""Stands in every notebook, and in the README for students."""

each_notebook = pytest.mark.parametrize("notebook", COURSE.notebooks())


def released(notebook: str) -> dict:
    return read(ROOT / "release" / f"{notebook}.ipynb")


def written_questions(cells: list[dict]) -> list[dict]:
    return [cell for cell in cells if cell["cell_type"] == "markdown" and grading_of(cell).get("grade")]


def figures(notebook: str) -> list[re.Match]:
    """The figures of Assets/ that a notebook shows: each a cell of its own."""
    found = [LINK.match(text_of(cell)) for cell in read(COURSE.source_of(notebook))["cells"]]
    return [match for match in found if match]


@each_notebook
def test_it_shows_a_figure_of_assets_with_an_alternative_text(notebook):
    assert figures(notebook)
    for figure in figures(notebook):
        assert len(figure["alt"]) > 60
        assert (COURSE.source_of(notebook).parent / figure["file"]).is_file()


@each_notebook
def test_the_released_notebook_carries_its_pictures_with_it(notebook):
    texts = [text_of(cell) for cell in released(notebook)["cells"]]
    carried = [text for text in texts if text.startswith("![") and "](data:image/png;base64," in text]
    assert len(carried) == len(figures(notebook))
    assert not any("](../" in text for text in texts)


def test_every_figure_that_is_drawn_is_shown_somewhere():
    shown = {Path(figure["file"]).name for notebook in COURSE.notebooks() for figure in figures(notebook)}
    assert shown == set(runpy.run_path(str(ROOT / "Assets" / "draw_figures.py"))["FIGURES"])


@each_notebook
def test_it_is_a_valid_notebook(notebook):
    nbformat.validate(nbformat.read(COURSE.source_of(notebook), as_version=4))


@each_notebook
def test_it_is_in_the_layout_that_nbformat_writes(notebook):
    """A changed word is then a changed line, whichever editor wrote the file."""
    text = COURSE.source_of(notebook).read_text(encoding="utf-8")
    assert text == nbformat.writes(nbformat.reads(text, as_version=4)) + "\n"


@each_notebook
def test_its_outputs_are_cleared(notebook):
    for cell in read(COURSE.source_of(notebook))["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@each_notebook
def test_its_cell_ids_are_readable_and_unique(notebook):
    ids = [cell["id"] for cell in read(COURSE.source_of(notebook))["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9_-]{2,64}", name) for name in ids)
    assert not any(re.fullmatch(r"[0-9a-f]{8,}", name) for name in ids)


@each_notebook
def test_its_grade_ids_are_unique(notebook):
    names = [grading_of(cell)["grade_id"] for cell in read(COURSE.source_of(notebook))["cells"] if grading_of(cell)]
    assert len(set(names)) == len(names)


@each_notebook
def test_it_teaches_three_to_seven_kernels_and_checks_each_of_them_once(notebook):
    exercises = [exercise.name for exercise in of_notebook(notebook)]
    cells = [cell for cell in read(COURSE.source_of(notebook))["cells"] if is_check_cell(cell)]
    assert 3 <= len(exercises) <= 7
    assert [name for cell in cells for name in checked_names(text_of(cell))] == exercises


@each_notebook
def test_each_exercise_has_a_card_with_hints_and_minutes(notebook):
    """The card also says what the function is compared with."""
    cells = read(COURSE.source_of(notebook))["cells"]
    for exercise in of_notebook(notebook):
        (at,) = [i for i, cell in enumerate(cells) if grading_of(cell).get("grade_id") == exercise.name]
        card = text_of(cells[at - 1])
        assert cells[at - 1]["cell_type"] == "markdown"
        assert f"{exercise.name}(" in card
        assert card.count("<details>") == card.count("</details>") >= 3
        assert "Compared with" in card
        assert re.search(r"\b\d+ min", card)


@each_notebook
def test_it_says_before_the_first_exercise_that_grading_has_numpy_only(notebook):
    cells = read(COURSE.source_of(notebook))["cells"]
    texts = [" ".join(text_of(cell).split()) for cell in cells if cell["cell_type"] == "markdown"]
    [where] = [text for text in texts if ONLY_NUMPY in text]
    assert "How to work" in where
    assert texts.index(where) < next(number for number, text in enumerate(texts) if text.startswith("### Exercise "))


@each_notebook
def test_it_asks_a_written_question_with_a_model_answer(notebook):
    cells = written_questions(read(COURSE.source_of(notebook))["cells"])
    assert cells
    assert all(len(text_of(cell)) > 200 for cell in cells)


@each_notebook
def test_solutions_stand_only_in_solution_cells(notebook):
    source = read(COURSE.source_of(notebook))
    for cell in source["cells"]:
        if cell not in solution_cells(source):
            assert "BEGIN SOLUTION" not in text_of(cell)
        else:
            assert "BEGIN SOLUTION" in text_of(cell)


@each_notebook
def test_the_release_holds_no_solution_no_hidden_test_and_no_model_answer(notebook):
    cells = released(notebook)["cells"]
    text = "\n".join(map(text_of, cells))
    assert not any(mark in text for mark in MARKS)
    assert not any('cases="hidden"' in text_of(cell) for cell in cells if cell["cell_type"] == "code")
    source = read(COURSE.source_of(notebook))
    for cell in solution_cells(source):
        region = re.search(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text_of(cell), re.DOTALL).group(1)
        assert region.strip() not in text
    for cell in written_questions(source["cells"]):
        assert text_of(cell).strip()[:80] not in text


@each_notebook
def test_each_released_stub_keeps_signature_and_docstring(notebook):
    for cell in solution_cells(released(notebook)):
        source = text_of(cell)
        assert "raise NotImplementedError" in source
        assert '"""' in source
        compile(source, notebook, "exec")


@each_notebook
def test_a_cell_that_fails_does_not_stop_run_all_cells(notebook):
    code = [cell for cell in released(notebook)["cells"] if cell["cell_type"] == "code"]
    assert "raises-exception" not in code[0]["metadata"].get("tags", [])
    for cell in code[1:]:
        answer = grading_of(cell).get("solution")
        assert answer or cell["metadata"]["tags"] == ["raises-exception"]


@each_notebook
def test_no_plotting_code_stands_in_it(notebook):
    for cell in read(COURSE.source_of(notebook))["cells"]:
        if cell["cell_type"] == "code":
            assert "plt." not in text_of(cell) and "matplotlib" not in text_of(cell)


@each_notebook
def test_it_imports_numpy_and_the_course_and_nothing_else(notebook):
    code = [text_of(cell) for cell in read(COURSE.source_of(notebook))["cells"] if cell["cell_type"] == "code"]
    imports = {line.strip() for source in code for line in source.split("\n") if re.match(r"\s*(import|from)\s", line)}
    course = {"import numpy as np", "from autograder import check, lab", "from autograder import check"}
    assert imports <= {*course, "import torch"}


@each_notebook
def test_pytorch_is_imported_in_a_cell_of_its_own_behind_all_exercises(notebook):
    """The cell that does the same in PyTorch: grading has none, and nothing that is graded may need it."""
    cells = read(COURSE.source_of(notebook))["cells"]
    of_pytorch = [i for i, cell in enumerate(cells) if "import torch" in text_of(cell) and cell["cell_type"] == "code"]
    last_check = max(i for i, cell in enumerate(cells) if is_check_cell(cell))
    assert all(i > last_check for i in of_pytorch)


@cache
def executed(notebook: str) -> nbformat.NotebookNode:
    """The notebook, run from a clean kernel with its solutions, its experiments in full in a thorough run only."""
    nb = nbformat.read(COURSE.source_of(notebook), as_version=4)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.source = without_solution_marks(cell.source)
    environment = dict(os.environ) if THOROUGH else {**os.environ, QUICK: "1"}
    client = NotebookClient(nb, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}})
    client.execute(env=environment)
    return nb


def html_outputs(notebook: str) -> list[str]:
    return [
        output["data"]["text/html"]
        for cell in executed(notebook).cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]


@each_notebook
def test_it_runs_with_its_solutions_and_every_check_passes(notebook):
    verdicts = [html for html in html_outputs(notebook) if 'class="verdict"' in html]
    assert len(verdicts) == 2 * len(of_notebook(notebook))
    assert all(">passed<" in html and "Remark" not in html for html in verdicts)


@each_notebook
def test_nothing_it_does_writes_to_stderr(notebook):
    for cell in executed(notebook).cells:
        assert [output for output in cell.get("outputs", []) if output.get("name") == "stderr"] == []


class Images(HTMLParser):
    """The attributes of the images in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict] = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs))


@each_notebook
def test_every_figure_has_an_alternative_text_that_says_what_it_shows(notebook):
    parser = Images()
    for html in html_outputs(notebook):
        parser.feed(html)
    assert len(parser.found) >= 2
    assert all(len(image.get("alt", "")) > 40 for image in parser.found)
