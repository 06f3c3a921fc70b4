"""A gradebook on a real PostgreSQL server, which the tests start for themselves where its programs are installed."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course import Chapter, Course, CourseError
from autograder.grading.grade_chapter import grade_chapter
from autograder.grading.gradebook.export import read_grades
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import open_gradebook
from autograder.grading.gradebook.release import make_release
from tests.grading.small_course import ALPHA_FORGOTTEN, CHAPTER, FULL, POINTS, UNITS, hand_in, make_course
from tests.support.nbgrader_command import run_here
from tests.support.speed import scaled

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))
PASSWORD = "s3cret/@x"
QUOTED = "s3cret%2F%40x"

pytestmark = pytest.mark.skipif(
    PROGRAMS is None or importlib.util.find_spec("psycopg2") is None,
    reason="PostgreSQL's server, or its driver psycopg2, is not installed",
)


def as_an_ordinary_user() -> Callable[[], None] | None:
    """A `preexec_fn`: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")

    def become() -> None:
        os.setgroups([])
        os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
        os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)

    return become


def run(name: str, *words: str) -> None:
    done = subprocess.run(
        [str(PROGRAMS / name), *words],
        preexec_fn=as_an_ordinary_user(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=scaled(120),
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server's database: a user with a password, and nobody without."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    data = str(folder / "data")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=20"
    words = [
        "-U",
        "teacher",
        "--pwfile",
        str(folder / "password"),
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
    ]
    try:
        run("initdb", "-D", data, *words)
        run("pg_ctl", "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start")
        yield f"postgresql+psycopg2://teacher:{QUOTED}@127.0.0.1:{port}/postgres"
    finally:
        with contextlib.suppress(AssertionError):
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def with_gradebook_at(root: Path, url: str) -> None:
    with open(root / "nbgrader_config.py", "a") as file:
        file.write(f"c = get_config()\nc.CourseDirectory.db_url = {url!r}\n")


@pytest.fixture(scope="module")
def course(server, tmp_path_factory) -> Course:
    """The small course with its gradebook on the server, graded."""
    course = make_course(tmp_path_factory.mktemp("postgresql") / "course")
    with_gradebook_at(course.root, server)
    chapter = Chapter(course, CHAPTER)
    make_release(chapter)
    hand_in(course, "Zoë O'Neil", {})
    summary = grade_chapter(chapter, jobs=1, devices=("cpu",))
    assert summary.gradebook == server.replace(QUOTED, "***")
    return course


def test_scores_are_there_and_in_no_file(course):
    with contextlib.closing(open_gradebook(course.root, read_settings(course.root))) as book:
        grades = read_grades(book, course)
        (student,), (chapter,) = grades.students, grades.assignments
        assert grades.of(chapter, student).score == FULL
        assert grades.unfinished() == [f"Zoë O'Neil, {CHAPTER}: 1_units: waits for a person"]
    assert not (course.root / "gradebook.db").exists()


def test_two_instructors_and_a_run_write_at_once_and_nothing_is_lost(course):
    chapter, names = Chapter(course, CHAPTER), [f"student {number}" for number in range(4)]
    for name in names:
        hand_in(course, name, {}, sections=[UNITS])
    grade_chapter(chapter, jobs=1, devices=("cpu",))
    for name in names:
        hand_in(course, name, {"elu": ALPHA_FORGOTTEN}, sections=[UNITS])
    done = threading.Event()
    points: dict[str, float] = {}
    comments: dict[str, str] = {}

    def give_points(book, name: str, number: int) -> None:
        book.find_grade("why", UNITS, CHAPTER, name).manual_score = points[name] = float(number % 4)

    def comment(book, name: str, number: int) -> None:
        book.find_comment("why", UNITS, CHAPTER, name).manual_comment = comments[name] = f"Comment {number}."

    def write(what) -> None:
        with contextlib.closing(open_gradebook(course.root, read_settings(course.root))) as book:
            number = 0
            while not done.is_set() or number < 10:
                for name in names:
                    number += 1
                    what(book, name, number)
                    book.db.commit()

    instructors = [threading.Thread(target=write, args=(what,)) for what in (give_points, comment)]
    for one in instructors:
        one.start()
    try:
        grade_chapter(chapter, jobs=1, devices=("cpu",))
    finally:
        done.set()
        for one in instructors:
            one.join()
    with contextlib.closing(open_gradebook(course.root, read_settings(course.root))) as book:
        for name in names:
            grade = book.find_grade("why", UNITS, CHAPTER, name)
            assert grade.manual_score == points[name]
            assert book.find_comment("why", UNITS, CHAPTER, name).manual_comment == comments[name]
            assert 0 < book.find_grade("elu_test", UNITS, CHAPTER, name).auto_score < POINTS["elu"]
            book.remove_student(name)
            shutil.rmtree(course.root / "submitted" / name)


def test_nbgrader_upgrades_it_for_a_user_whose_password_has_signs(course):
    run_here(course.root, "db", "upgrade")


TROUBLES = {
    "another password": (lambda url: url.replace(QUOTED, "wrong-s3cret"), "its server refuses the user"),
    "another database": (lambda url: url.replace("/postgres", "/grades"), "Make the database on its server"),
    "another port": (lambda url: url.rpartition(":")[0] + ":9/postgres", "cannot be reached"),
}


@pytest.mark.parametrize(("change", "told"), TROUBLES.values(), ids=TROUBLES)
def test_what_is_wrong_is_told_without_the_password(server, tmp_path, change, told):
    with_gradebook_at(tmp_path, change(server))
    with pytest.raises(CourseError, match=told) as caught:
        open_gradebook(tmp_path, read_settings(tmp_path))
    assert "s3cret" not in str(caught.value) and "***" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_gradebook_that_another_program_has_locked_is_told(server, tmp_path):
    import psycopg2

    with_gradebook_at(tmp_path, f"{server}?options=-c%20lock_timeout%3D100")
    address = server.replace("+psycopg2", "")
    with contextlib.closing(psycopg2.connect(address)) as other, other.cursor() as cursor:
        cursor.execute("create table if not exists course (id varchar(128) primary key); lock table course")
        with pytest.raises(CourseError, match="in use by another program"):
            open_gradebook(tmp_path, read_settings(tmp_path))
