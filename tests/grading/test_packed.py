"""`python3 -m autograder feedback`: the pages as the gradebook is now, and the zip for handing back."""

from __future__ import annotations

import zipfile

import pytest

from autograder.__main__ import main
from autograder.course import Chapter
from autograder.grading.pages.packed import write_zip
from tests.grading.conftest import ODD_NAMES, copy_of
from tests.grading.recorded import book
from tests.grading.small_course import CHAPTER, GRADIENTS, UNITS

MOODLES = "Ada Lovelace_1234"


@pytest.fixture(scope="module")
def done(graded, tmp_path_factory):
    """A copy of the graded class, and the zip of its pages."""
    folder = tmp_path_factory.mktemp("packed")
    course = copy_of(graded.course, folder / "course")
    assert (
        main(["feedback", CHAPTER, "--jobs", "1", "--zip", str(folder / "all.zip"), "--course", str(course.root)]) == 0
    )
    return course, folder / "all.zip"


def test_the_zip_has_a_folder_for_each_student_with_all_pages(done, graded):
    with zipfile.ZipFile(done[1]) as archive:
        names = set(archive.namelist())
        ada = archive.read(f"ada/{CHAPTER}/{UNITS}.html").decode()
    assert {name.split("/")[0] for name in names} == set(graded.summary.students)
    for student in ("ada", *ODD_NAMES):
        assert {f"{student}/{CHAPTER}/{page}.html" for page in ("index", UNITS, GRADIENTS)} <= names
    assert {name for name in names if name.startswith("fay/")} == {f"fay/{CHAPTER}/index.html"}
    assert "1_units" in ada


def test_nothing_but_pages_is_in_the_zip(done):
    with zipfile.ZipFile(done[1]) as archive:
        assert {name.rpartition(".")[2] for name in archive.namelist()} == {"html"}


def test_a_zip_that_is_there_is_not_overwritten(done, capsys):
    course, path = done
    before = path.read_bytes()
    assert main(["feedback", CHAPTER, "--jobs", "1", "--zip", str(path), "--course", str(course.root)]) == 1
    assert "is there already: choose another name" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_for_moodle_the_folders_are_as_moodle_names_them(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    chapter = Chapter(course, CHAPTER)
    (course.root / "feedback" / "ada").rename(course.root / "feedback" / MOODLES)
    assert write_zip(chapter, [MOODLES], tmp_path / "moodle.zip", moodle=True) == 1
    with zipfile.ZipFile(tmp_path / "moodle.zip") as archive:
        folders = {name.rpartition("/")[0] for name in archive.namelist()}
    assert folders == {f"{MOODLES}_assignsubmission_file_"}


def test_for_moodle_a_student_of_the_roster_is_called_as_in_its_zip(graded, tmp_path):
    course = copy_of(graded.course, tmp_path / "course")
    notebook = (course.root / "submitted" / "ada" / CHAPTER / f"{UNITS}.ipynb").read_text()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"Ada Lovelace_1234_assignsubmission_file_/{UNITS}.ipynb", notebook)
    with book(course) as found:
        found.update_or_create_student("ada", first_name="Ada", last_name="Lovelace")
    main(["collect", str(tmp_path / "all.zip"), CHAPTER, "--course", str(course.root)])
    assert write_zip(Chapter(course, CHAPTER), ["ada"], tmp_path / "moodle.zip", moodle=True) == 1
    with zipfile.ZipFile(tmp_path / "moodle.zip") as archive:
        assert {name.rpartition("/")[0] for name in archive.namelist()} == {f"{MOODLES}_assignsubmission_file_"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--zip", "x.zip", "--moodle"], "Moodle knows students by folders such as"),
        (["--moodle"], "--moodle is about the folders of a zip"),
        (["--student", "nobody"], "There is no submission of 'nobody'"),
        (["--jobs", "0"], "--jobs must be 1 or more."),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(done, capsys, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    assert main(["feedback", CHAPTER, "--jobs", "1", *words, "--course", str(done[0].root)]) == 1
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_before_anything_is_graded_it_says_what_to_run(course, capsys):
    (course.root / "submitted" / "ada" / CHAPTER).mkdir(parents=True)
    assert main(["feedback", CHAPTER, "--course", str(course.root)]) == 1
    assert f"run  python3 -m autograder grade {CHAPTER}" in capsys.readouterr().err
