"""Who handed in a chapter: whose folder can be graded, and what is said of the others."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.commands.grade import table
from autograder.course import Chapter, Course, CourseError
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.nbgrader_config import configured, read_settings
from autograder.grading.intake.submission import handed_in
from autograder.grading.intake.submitted_folder import other_files, passed_over, submitted
from tests.grading.conftest import copy_of
from tests.grading.small_course import CHAPTER, UNITS, folder_of, hand_in


def test_hidden_folders_links_and_files_are_no_students(course):
    hand_in(course, "ada")
    for name in (".git", ".ipynb_checkpoints"):
        (course.root / "submitted" / name / CHAPTER).mkdir(parents=True)
    (course.root / "submitted" / "link").symlink_to(course.root / "submitted" / "ada")
    (course.root / "submitted" / "cyd").mkdir()
    (course.root / "submitted" / "cyd" / CHAPTER).symlink_to(course.root / "submitted" / "ada" / CHAPTER)
    (course.root / "submitted" / "dan").mkdir()
    (course.root / "submitted" / "dan" / CHAPTER).write_text("a file")
    (course.root / "submitted" / "list.csv").write_text("ada")
    assert submitted(Chapter(course, CHAPTER)) == ["ada"]


def test_no_submission_is_told(course):
    with pytest.raises(CourseError, match="There are no submissions for 1_small"):
        submitted(Chapter(course, CHAPTER))
    hand_in(course, "ada")
    with pytest.raises(CourseError, match="no submission of 'bob'"):
        submitted(Chapter(course, CHAPTER), "bob")


@contextlib.contextmanager
def as_ordinary_user() -> Iterator[None]:
    """As somebody to whom a folder can be closed: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(12345)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_course(template) -> Iterator[Course]:
    """A copy of the small course where everybody may go."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        course = copy_of(template, Path(folder) / "course")
        hand_in(course, "ada")
        hand_in(course, "bob")
        yield course
        for path in (course.root / "submitted" / "ada", course.root / "submitted" / "ada" / CHAPTER):
            path.chmod(0o755)


def test_a_chapter_folder_that_cannot_be_read_is_set_aside_and_told(open_course):
    folder = folder_of(open_course, "ada")
    folder.chmod(0)
    with as_ordinary_user():
        assert submitted(Chapter(open_course, CHAPTER)) == ["ada", "bob"]
        content = handed_in(folder / f"{UNITS}.ipynb")
        told = other_files(Chapter(open_course, CHAPTER), "ada")
    assert "cannot be opened" in str(content)
    assert told == ["the folder, which cannot be read (Permission denied)"]


def test_a_students_folder_that_cannot_be_read_is_passed_over_and_told(open_course):
    (open_course.root / "submitted" / "ada").chmod(0)
    with as_ordinary_user():
        assert submitted(Chapter(open_course, CHAPTER)) == ["bob"]
        assert passed_over(Chapter(open_course, CHAPTER)) == {"ada": "the folder cannot be opened (Permission denied)"}


REPLACED = "\N{REPLACEMENT CHARACTER}"
IMPOSSIBLE = {
    "not UTF-8": (b"a\xff", f"a{REPLACED}", "cannot be written"),
    "a sequence for the terminal": (b"a\x1b[2Jb", f"a{REPLACED}[2Jb", "cannot be written"),
    "a line of its own": (b"a\nnot graded: b", f"a{REPLACED}not graded: b", "cannot be written"),
    "hidden": (b".ada", ".ada", "begins with a dot"),
    "the name of the file with the seed": (b"seed", "seed", "no student can have this name"),
}
"""Names of students that cannot be, how they are shown, and why."""


def hand_in_as(course: Course, name: bytes) -> None:
    """Hand in what ada did under any name."""
    submissions = os.path.join(os.fsencode(course.root), b"submitted")
    shutil.copytree(os.path.join(submissions, b"ada"), os.path.join(submissions, name))


def test_students_with_impossible_names_are_passed_over(course):
    """The others go on."""
    hand_in(course, "ada", sections=[UNITS])
    for name, _, _ in IMPOSSIBLE.values():
        hand_in_as(course, name)
    summary = grade_chapter(Chapter(course, CHAPTER), devices=("cpu",), jobs=1)
    assert list(summary.students) == ["ada"]
    text = table(summary)
    assert text.encode()
    for _, shown, reason in IMPOSSIBLE.values():
        assert reason in summary.passed_over[shown]
        assert f"not graded: {shown}: " in text


@pytest.mark.parametrize("impossible", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_where_no_name_is_possible_the_reason_is_told(course, impossible):
    name, _, reason = impossible
    hand_in(course, "ada", sections=[UNITS])
    hand_in_as(course, name)
    shutil.rmtree(course.root / "submitted" / "ada")
    with pytest.raises(CourseError, match=reason):
        submitted(Chapter(course, CHAPTER))


def test_what_comes_along_with_every_submission_is_not_listed(course):
    """What a student put there is, also under the name of a module that the course gave out."""
    hand_in(course, "ada", sections=[UNITS])
    folder, source = folder_of(course, "ada"), course.source / CHAPTER
    for name in ("timestamp.txt", "submission_secret.txt", ".DS_Store", "._a.ipynb", "Thumbs.db", "DESKTOP.INI"):
        (folder / name).write_text("x")
    for name in ("__MACOSX", ".ipynb_checkpoints", "__pycache__", "feedback"):
        (folder / name).mkdir()
    for name in ("data.csv", "same.py", "changed.py"):
        (source / name).write_text("1")
        (folder / name).write_text("1")
    (folder / "changed.py").write_text("2")
    (folder / "own.csv").write_text("1")
    assert other_files(Chapter(course, CHAPTER), "ada") == ["changed.py", "own.csv"]


CONFIGURED = """
c.CourseDirectory.submitted_directory = "handed in"
c.CourseDirectory.autograded_directory = "judged"
c.CourseDirectory.feedback_directory = "pages"
c.CourseDirectory.student_id_exclude = "bob, cyd"
"""


def test_other_folders_and_students_left_out_are_as_nbgrader_has_them(course):
    for student in ("ada", "bob"):
        hand_in(course, student, sections=[UNITS])
    (course.root / "submitted").rename(course.root / "handed in")
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write(CONFIGURED)
    settings = read_settings(course.root)
    chapter = Chapter(configured(settings), CHAPTER)
    assert submitted(chapter) == ["ada"]
    assert list(passed_over(chapter)) == ["bob"]
    assert "student_id_exclude" in passed_over(chapter)["bob"]
    places = [chapter.folder_of("ada", step).relative_to(course.root).parts[0] for step in ("autograded", "feedback")]
    assert places == ["judged", "pages"]
    with pytest.raises(CourseError, match=r"no submission of 'bob' .*student_id_exclude"):
        submitted(chapter, "bob")


def test_every_command_has_the_folders_that_are_configured(course, capsys):
    hand_in(course, "ada", sections=[UNITS])
    (course.root / "submitted").rename(course.root / "handed in")
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write(CONFIGURED)
    for command in (["grade", "--jobs", "1", "--devices", "cpu"], ["feedback"], ["report"]):
        assert main([*command, CHAPTER, "--course", str(course.root)]) == 0, capsys.readouterr().err
    assert (course.root / "pages" / "ada" / CHAPTER / "index.html").is_file()
    assert not (course.root / "feedback").exists()
    assert "../pages/ada/" in (course.root / "reports" / f"{CHAPTER}.html").read_text()


@pytest.mark.parametrize("setting", ["source_directory = 'a'", "directory_structure = '{nbgrader_step}/{student_id}'"])
def test_folders_that_the_judge_cannot_take_are_told(course, setting):
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write(f"c.CourseDirectory.{setting}\n")
    with pytest.raises(CourseError, match="this course needs"):
        configured(read_settings(course.root))


def test_the_names_of_other_files_are_few_and_can_be_printed(course):
    hand_in(course, "ada", sections=[UNITS])
    folder = os.fsencode(folder_of(course, "ada"))
    for name in (b"0\x1b]0;x\x07", b"1\xff", *(f"file {number}".encode() for number in range(40))):
        Path(os.fsdecode(os.path.join(folder, name))).write_text("")
    told = other_files(Chapter(course, CHAPTER), "ada")
    assert len(told) == 11
    assert told[-1] == "32 more"
    assert all(name.isprintable() for name in told)
