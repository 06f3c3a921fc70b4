"""How far a student is: remembered beside the work, shown as a table, and never in the way of a check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder import student_progress
from autograder.__main__ import main
from autograder.exercises import catalogue, of_notebook
from autograder.judge import judge
from autograder.plaindata.call import call
from autograder.solutions import solution
from autograder.student_progress import FILE, as_html, as_text, course_folder, progress, read, remember, whats_next

NOTEBOOK = catalogue()["elu"].notebook
CHAPTER, SECTION = NOTEBOOK.split("/")
NAMES = [exercise.name for exercise in of_notebook(NOTEBOOK)]


def verdict(name: str, *, right: bool = True):
    """What a check of the solution finds, or of a function that is not written."""

    def unwritten(*arguments):
        raise NotImplementedError

    function = solution(name) if right else unwritten
    return judge(catalogue()[name], lambda arguments: call(function, arguments), devices=("cpu",))


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A student's copy with one notebook, in whose folder a kernel runs."""
    (tmp_path / CHAPTER).mkdir()
    (tmp_path / f"{NOTEBOOK}.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / CHAPTER)
    monkeypatch.setattr(student_progress, "_in_a_notebook", lambda: True)
    return tmp_path


def test_what_a_check_gave_is_kept_in_the_folder_of_the_course(folder):
    remember(verdict("elu"))
    remember(verdict("selu", right=False))
    found = read(folder)
    assert found["elu"].passed and found["elu"].points == catalogue()["elu"].points
    assert not found["selu"].passed
    assert sorted(path.name for path in folder.iterdir()) == [CHAPTER, FILE]


def test_the_last_check_counts(folder):
    remember(verdict("elu"))
    remember(verdict("elu", right=False))
    assert not read(folder)["elu"].passed


def test_outside_of_a_notebook_nothing_is_kept(folder, monkeypatch):
    monkeypatch.setattr(student_progress, "_in_a_notebook", lambda: False)
    remember(verdict("elu"))
    assert not (folder / FILE).exists()


def test_a_folder_that_cannot_be_written_to_is_left_alone(folder, monkeypatch):
    def refuse(*arguments, **named):
        raise PermissionError

    monkeypatch.setattr(student_progress, "write_atomically", refuse)
    remember(verdict("elu"))
    assert read(folder) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"elu": 1}',
        '{"elu": {"points": 1}}',
        '{"elu": {"points": "x", "max_points": 5}}',
        '{"no such": {}}',
    ],
)
def test_a_file_that_cannot_be_read_counts_for_nothing(folder, text):
    (folder / FILE).write_text(text)
    assert read(folder) == {}
    assert SECTION in as_text(folder)


def test_a_pass_says_what_comes_next(folder):
    remember(verdict("elu"))
    assert whats_next("elu") == f"1 of {len(NAMES)} exercises of {SECTION} pass. Next: {NAMES[1]}"


def test_a_notebook_under_another_name_gets_no_sentence(folder):
    remember(verdict("elu"))
    (folder / f"{NOTEBOOK}.ipynb").rename(folder / CHAPTER / "mine.ipynb")
    (folder / f"{catalogue()['relu'].notebook}.ipynb").write_text("{}")
    assert whats_next("elu") == ""


def test_the_last_exercise_of_all_says_so(folder):
    done = {name: {"points": catalogue()[name].points, "max_points": catalogue()[name].points} for name in NAMES}
    (folder / FILE).write_text(json.dumps(done))
    assert whats_next("elu").endswith("that is all of them. You are through.")


def test_the_table_has_the_notebooks_that_are_there_with_links(folder):
    remember(verdict("elu"))
    table = as_html(folder)
    assert f'<a href="{NOTEBOOK}.ipynb">' in table
    assert f"1 of {len(NAMES)}" in table and f"<code>{NAMES[1]}</code>" in table
    assert "1_momentum" not in table
    assert repr(progress()) == as_text(folder)


def test_the_command_prints_the_table(folder, capsys):
    remember(verdict("elu"))
    assert main(["progress", "--folder", str(folder)]) == 0
    assert f"next: {NAMES[1]}" in capsys.readouterr().out


def test_the_command_names_the_way_to_a_copy_where_there_is_none(tmp_path, capsys):
    assert main(["progress", "--folder", str(tmp_path / "none")]) != 0
    assert "python3 -m autograder lab" in capsys.readouterr().err


def test_a_folder_without_notebooks_is_none_of_the_courses(tmp_path):
    assert course_folder(tmp_path) is None
