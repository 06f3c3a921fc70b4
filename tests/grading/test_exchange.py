"""nbgrader's exchange, all the way round: handed out, handed in, graded, and given back to whom it belongs."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from autograder.course import Chapter, Course
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.exchange import LONGEST_SECRET_BYTES, hand_back, hand_on
from autograder.grading.gradebook.nbgrader_config import COURSE_ID, read_settings
from autograder.grading.pages.feedback import write_feedback
from tests.grading.small_course import CHAPTER, POINTS, UNITS, answered, hand_in, write
from tests.support.nbgrader_command import run_here

ME = pwd.getpwuid(os.getuid()).pw_name


class Exchange:
    """A course, a student, and the exchange between them. Pages that the student fetched: by when it was handed in."""

    def __init__(self, course: Course, student: Path) -> None:
        self.course, self.student, self.chapter = course, student, Chapter(course, CHAPTER)
        student.mkdir()
        (student / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.Exchange.root = {str(course.root / 'exchange')!r}\n"
            f"c.CourseDirectory.course_id = {COURSE_ID!r}\n"
        )

    def at_the_students(self, *words: str) -> None:
        run_here(self.student, *words)

    def at_the_course(self, *words: str) -> None:
        run_here(self.course.root, *words)

    def answer(self, **answers: str) -> None:
        """The student answers, and hands in."""
        write(self.student / CHAPTER / f"{UNITS}.ipynb", answered(self.course, UNITS, answers))
        self.at_the_students("submit", CHAPTER)

    def submit(self, **answers: str) -> None:
        """The student answers, and hands in; the course collects it."""
        self.answer(**answers)
        self.at_the_course("collect", CHAPTER, "--update")

    def give(self, points: float) -> None:
        """A person grades the written answer."""
        from nbgrader.api import Gradebook

        with Gradebook(read_settings(self.course.root).CourseDirectory.db_url) as book:
            grade = book.find_grade("why", UNITS, CHAPTER, ME)
            grade.manual_score, grade.needs_manual_grade = points, False
            book.db.commit()

    def fetched(self) -> list[str]:
        """What the student fetches and reads on the page, the first submission's first."""
        self.at_the_course("release_feedback", CHAPTER)
        self.at_the_students("fetch_feedback", CHAPTER)
        return self.pages()

    def pages(self) -> list[str]:
        """The pages that the student has, the first submission's first."""
        pages = sorted((self.student / CHAPTER / "feedback").glob(f"*/{UNITS}.html"))
        return [page.read_text(encoding="utf-8") for page in pages]


@pytest.fixture
def exchange(course, tmp_path) -> Exchange:
    return Exchange(course, tmp_path / "student")


RELU = "def relu(z):\n    return np.maximum(z, 0)"


def test_feedback_goes_back_through_the_exchange_twice(exchange, capsys):
    """The first time it was graded by `grade`, the second time by nbgrader's own commands. Another student, who handed
    in some other way, stops nobody."""
    exchange.at_the_course("release_assignment", CHAPTER)
    exchange.at_the_students("list")
    exchange.at_the_students("fetch_assignment", CHAPTER)
    exchange.submit(relu=RELU, why="Because.")
    hand_in(exchange.course, "by e-mail", {}, sections=[UNITS])

    grade_chapter(exchange.chapter, jobs=1, devices=("cpu",))
    exchange.give(1.5)
    for student in (ME, "by e-mail"):
        write_feedback(exchange.chapter, student, read_settings(exchange.course.root))
    (first,) = exchange.fetched()
    assert f"of {POINTS['relu']}" in first
    assert "Because." in first and "1.5" in first

    exchange.submit(relu=RELU, why="Because of the slope.")
    exchange.at_the_course("autograde", CHAPTER)
    exchange.give(2.5)
    exchange.at_the_course("generate_feedback", CHAPTER, "--force")
    before, second = exchange.fetched()
    assert before == first
    assert "Because of the slope." in second and "2.5" in second


@pytest.fixture
def folders(tmp_path) -> tuple[Path, Path]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    return tmp_path / "a", tmp_path / "b"


def test_what_the_exchange_needs_goes_from_folder_to_folder(folders):
    """What a later submission lacks does not stay from the one before."""
    source, target = folders
    (source / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (source / "submission_secret.txt").write_text("s3cret")
    hand_on(source, target)
    assert (target / "submission_secret.txt").read_text() == "s3cret"
    assert (target / "timestamp.txt").read_text().startswith("2026-03-01 12:00:00")
    (source / "submission_secret.txt").unlink()
    hand_on(source, target)
    assert [path.name for path in target.iterdir()] == ["timestamp.txt"]


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.mkdir(),
        lambda path: path.write_bytes(b"\xff\xfe"),
        lambda path: path.write_bytes(b"x" * (LONGEST_SECRET_BYTES + 1)),
    ],
    ids=["a link", "a folder", "no text", "long"],
)
def test_a_secret_that_is_none_is_left_where_it_is(folders, make):
    source, target = folders
    make(source / "submission_secret.txt")
    hand_on(source, target)
    assert list(target.iterdir()) == []


def test_pages_of_a_chapter_with_signs_in_its_name_are_given_back(course):
    place = course.root / "feedback" / "ada [2]" / "6_extra (optional) a|b"
    place.mkdir(parents=True)
    for name in ("1_units.html", "submission_secret.txt", "timestamp.txt"):
        (place / name).write_text("x")
    run_here(course.root, "release_feedback", place.name)
    assert len(list((course.root / "exchange" / COURSE_ID / "feedback").glob("*.html"))) == 1


def test_without_an_exchange_nothing_stands_beside_the_pages(course):
    hand_back(Chapter(course, CHAPTER), "ada", read_settings(course.root))
    assert not (course.root / "feedback").exists()
