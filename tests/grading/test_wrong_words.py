"""What an instructor may get wrong: every command ends with a sentence that says what to do, and loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.grading.files import new_zip
from tests.grading.conftest import copy_of
from tests.grading.small_course import CHAPTER, UNITS

COMMANDS_WITH_A_CHAPTER = ("grade", "report", "feedback", "rework", "export")


@pytest.fixture(scope="module")
def untouched(graded, tmp_path_factory):
    """A graded course for what changes nothing."""
    return copy_of(graded.course, tmp_path_factory.mktemp("untouched") / "course")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(course, capsys, monkeypatch, *words: str) -> str:
    """What a command says on stderr when it ends in the course's folder with status 1."""
    monkeypatch.chdir(course.root)
    capsys.readouterr()
    assert main([*words, "--course", str(course.root)]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said and ".writing-" not in said
    return said


@pytest.mark.parametrize("command", COMMANDS_WITH_A_CHAPTER)
@pytest.mark.parametrize(
    ("name", "sentence"),
    [("1_smal", f"Did you mean '{CHAPTER}'?"), (f"{CHAPTER}/{UNITS}", f"It takes a whole chapter: '{CHAPTER}'.")],
)
def test_a_chapter_by_a_wrong_name(untouched, capsys, monkeypatch, command, name, sentence):
    assert sentence in told(untouched, capsys, monkeypatch, command, name)


@pytest.mark.parametrize(
    "words", [("grade", CHAPTER), ("report", CHAPTER), ("export",), ("release",), ("rework", CHAPTER)]
)
@pytest.mark.parametrize("folder", ["nowhere", "release", "gradebook.db"])
def test_a_folder_that_is_no_course(untouched, capsys, monkeypatch, words, folder):
    monkeypatch.chdir(untouched.root)
    assert main([*words, "--course", folder]) == 1
    assert "There is no course in " in capsys.readouterr().err


WORDS = {
    ("export", "--student", "nobody"): "There is no student 'nobody' in the gradebook. `nbgrader db student list`",
    ("export", "--student", "adda"): "Did you mean 'ada'?",
    ("export", "--to", "missing/x.csv"): "There is no folder missing: make it, or give another name",
    ("export", "--to", "source"): "source is a folder: give the name of a file, such as source/grades-wide.csv",
    ("export", "--to", "nbgrader_config.py/x.csv"): "nbgrader_config.py is a file: there is no place for x.csv",
    ("export", "--to", "gradebook.db"): "gradebook.db is there and is no table of grades: choose another name",
    ("export", "--to", "/dev/null"): "/dev/null is no ordinary file",
    ("feedback", CHAPTER, "--zip", "source"): "source is a folder: give the name of a file",
    ("feedback", CHAPTER, "--zip", "missing/x.zip"): "There is no folder missing",
    ("feedback", CHAPTER, "--zip", "gradebook.db"): "gradebook.db is there already",
    ("feedback", CHAPTER, "--zip", "x.zip", "--moodle"): "Moodle knows students by folders such as",
    ("feedback", CHAPTER, "--student", "adda"): "There is no submission of 'adda'",
    ("release", "--handout", "missing/x.zip"): "There is no folder missing",
    ("release", "--handout", "source"): "source is a folder: give the name of a file",
    ("release", UNITS): f"Did you mean '{CHAPTER}/{UNITS}'?",
    ("collect", "missing.zip", CHAPTER): "There is no file missing.zip.",
    ("collect", "source", CHAPTER): "source is a folder, where a file is needed",
    ("collect", "nbgrader_config.py", CHAPTER): "nbgrader_config.py is no zip file that can be read",
    ("collect", CHAPTER, "all.zip"): "The zip comes before the chapter",
}


@pytest.mark.parametrize(("words", "sentence"), WORDS.items(), ids=map(" ".join, WORDS))
def test_a_wrong_word_is_told_before_anything_is_done(untouched, capsys, monkeypatch, words, sentence):
    before = files(untouched.root)
    assert sentence in told(untouched, capsys, monkeypatch, *words)
    assert files(untouched.root) == before


def text_in(name: str, text: str | bytes) -> Callable[[Path], object]:
    """Put a file of this content in the place of whatever is there."""

    def prepare(root: Path) -> None:
        shutil.rmtree(root / name, ignore_errors=True)
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    return prepare


def folder_in(name: str) -> Callable[[Path], object]:
    def prepare(root: Path) -> None:
        (root / name).unlink(missing_ok=True)
        (root / name).mkdir(parents=True)

    return prepare


def without(name: str) -> Callable[[Path], object]:
    return lambda root: shutil.rmtree(root / name) if (root / name).is_dir() else (root / name).unlink()


def configured(line: str) -> Callable[[Path], object]:
    def prepare(root: Path) -> None:
        with open(root / "nbgrader_config.py", "a") as file:
            file.write(f"\n{line}\n")

    return prepare


FEEDBACK = ("feedback", CHAPTER, "--jobs", "1")
SOURCE = f"source/{CHAPTER}/{UNITS}.ipynb"
PLACES = {
    "reports is a file": (("report", CHAPTER), text_in("reports", "x"), "there is a file where a folder is needed"),
    "the report is a folder": (("report", CHAPTER), folder_in(f"reports/{CHAPTER}.html"), "is a folder, where a file"),
    "release is a file": (("release",), text_in("release", "x"), "there is a file where a folder is needed"),
    "an own file in release": (("release",), text_in(f"release/{CHAPTER}/own.csv", "x"), "would lose it: own.csv"),
    "feedback is a file": (FEEDBACK, text_in("feedback", "x"), "The pages of ada could not be written"),
    "no gradebook": (FEEDBACK, without("gradebook.db"), "ada: there are no scores in the gradebook"),
    "no autograded": (FEEDBACK, without("autograded"), f"ada: autograded/ lacks {UNITS}"),
    "no gradebook to export": (("export",), without("gradebook.db"), "There is nothing to export"),
    "the gradebook is a folder": (("export",), folder_in("gradebook.db"), "cannot be opened"),
    "the gradebook is a text": (("rework", CHAPTER), text_in("gradebook.db", "x" * 999), "is no gradebook"),
    "a source that is no notebook": (("rework", CHAPTER), text_in(SOURCE, "{"), f"{UNITS}.ipynb cannot be read"),
    "a source that is no text": (("release",), text_in(SOURCE, b"\xff\xfe\x00"), f"{UNITS}.ipynb cannot be read"),
    "assigned.txt is no text": (("release",), text_in("assigned.txt", b"\xff\xfe"), "assigned.txt is no text in UTF-8"),
    "assigned.txt names nothing": (("release",), text_in("assigned.txt", "# none\n"), "assigned.txt names nothing"),
    "assigned.txt is misspelt": (("grade", CHAPTER), text_in("assigned.txt", "1_smal"), f"Did you mean '{CHAPTER}'?"),
    "a setting with a slip": (("report", CHAPTER), configured("c = ("), "nbgrader_config.py cannot be used (line "),
    "a setting that fails": (("report", CHAPTER), configured("1 / 0"), "ZeroDivisionError: division by zero"),
    "a setting of another type": (
        ("grade", CHAPTER),
        configured("c.CourseDirectory.submitted_directory = 3"),
        "nbgrader_config.py: The 'submitted_directory' trait",
    ),
    "a database that is not there": (
        ("export",),
        configured("c.CourseDirectory.db_url = 'sqlite:////nowhere/at/all.db'"),
        "The gradebook /nowhere/at/all.db cannot be opened",
    ),
}


@pytest.mark.parametrize(("words", "prepare", "sentence"), PLACES.values(), ids=PLACES)
def test_a_place_that_is_not_as_it_should_be(graded, tmp_path, capsys, monkeypatch, words, prepare, sentence):
    course = copy_of(graded.course, tmp_path / "course")
    prepare(course.root)
    before = files(course.root / "submitted") | files(course.root / "feedback")
    assert sentence in told(course, capsys, monkeypatch, *words)
    assert files(course.root / "submitted") | files(course.root / "feedback") == before


def test_a_zip_that_is_interrupted_leaves_nothing_behind(tmp_path):
    def write() -> None:
        with new_zip(tmp_path / "x.zip", "x.zip") as archive:
            archive.writestr("a", "b")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert not list(tmp_path.iterdir())


def test_an_export_takes_the_place_of_an_earlier_one(untouched, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for form in ("wide", "canvas", "moodle", "long"):
        assert main(["export", "--format", form, "--to", "x.csv", "--course", str(untouched.root)]) == 0
    (tmp_path / "roster.csv").write_text("id,first_name,last_name,email\nada,Ada,Lovelace,a@b\n")
    assert "is no table of grades" in told(
        untouched, capsys, monkeypatch, "export", "--to", str(tmp_path / "roster.csv")
    )
