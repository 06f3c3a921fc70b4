"""The gradebook in any place: what is said where it cannot be used, and that no password is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from autograder.course import CourseError
from autograder.grading.gradebook.database import place_of, sqlite_url, trouble, wait_for_locks
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.gradebook.record import open_gradebook
from tests.support.nbgrader_command import run_here

SERVER = "postgresql+psycopg2://teacher:s3cret%40x@db.example.org:5433/grades"
SHOWN = "postgresql+psycopg2://teacher:***@db.example.org:5433/grades"


@pytest.mark.parametrize("name", ["a b", "what now?", "100%", "%41", "a#b", "Übung & x+y=z", "[2026]"])
def test_the_address_of_a_file_is_that_of_no_other(tmp_path, name):
    file = tmp_path / name / "gradebook.db"
    assert make_url(sqlite_url(file)).database == str(file)
    assert place_of(sqlite_url(file)) == str(file)


def test_an_ordinary_address_is_as_nbgrader_has_it_itself(tmp_path):
    """`nbgrader db upgrade` takes what follows the slashes for the name of the file."""
    assert sqlite_url(tmp_path / "gradebook.db") == f"sqlite:///{tmp_path}/gradebook.db"


def test_a_password_is_not_shown():
    assert place_of(SERVER) == SHOWN
    assert "s3cret" not in place_of("postgresql://db.example.org/grades?user=teacher&password=s3cret")
    assert "s3cret" not in place_of("nonsense s3cret")


def failed(reason: str) -> OperationalError:
    return OperationalError("select 1", {}, Exception(reason))


MISSING = ModuleNotFoundError("No module named 'psycopg2'", name="psycopg2")
TROUBLES = {
    "no driver": (MISSING, f"The gradebook {SHOWN} needs a driver that is not installed: "),
    "no address": (ArgumentError("Could not parse"), "db_url in nbgrader_config.py is not the address of a database"),
    "no server": (
        failed(
            'connection to server at "db.example.org" (10.0.0.1), port 5433 failed: Connection refused\n'
            "\tIs the server running on that host and accepting TCP/IP connections?\n"
        ),
        f'The gradebook {SHOWN} cannot be reached: connection to server at "db.example.org" (10.0.0.1), port 5433 '
        "failed: Connection refused. Is its server running, and is the address in ",
    ),
    "no host": (
        failed('could not translate host name "db" to address: Name or service not known'),
        "cannot be reached",
    ),
    "refused": (
        failed('connection to server at "x" failed: FATAL:  password authentication failed for user "teacher"'),
        "its server refuses the user",
    ),
    "no user": (failed('connection failed: FATAL:  role "teacher" does not exist'), "its server refuses the user"),
    "no database": (
        failed('connection to server at "x" failed: FATAL:  database "grades" does not exist'),
        "Make the database on its server",
    ),
    "no permission": (failed("permission denied for table grade"), "may not be used by this user"),
    "in use": (failed("database is locked"), "is in use by another program"),
    "no folder": (failed("unable to open database file"), "Is its folder there, and may you write in it?"),
    "read-only": (failed("attempt to write a readonly database"), "is read-only"),
    "another file": (failed("file is not a database"), "move it away and run the command again"),
    "an older nbgrader": (failed("no such column: student.lms_user_id"), "nbgrader db upgrade"),
    "anything else": (failed("s3cret@x spilled"), f"The gradebook {SHOWN} cannot be used: *** spilled."),
}


@pytest.mark.parametrize(("error", "told"), TROUBLES.values(), ids=TROUBLES)
def test_why_it_cannot_be_used_is_told_in_a_sentence_without_the_password(error, told):
    sentence = trouble(error, SERVER)
    assert told in sentence
    assert "s3cret" not in sentence and "\n" not in sentence


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////nowhere/at/all/gradebook.db", "cannot be opened"),
        ("ada", "not the address of a database"),
        ("klingon://h/x", "not the address of a database"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(tmp_path, url, told):
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.db_url = {url!r}\n")
    with pytest.raises(CourseError, match=told):
        open_gradebook(tmp_path, read_settings(tmp_path))


def test_connections_wait_for_a_lock_unless_the_address_says_otherwise(tmp_path):
    wait_for_locks()
    wait_for_locks()
    for query, milliseconds in (("", 60_000), ("?timeout=2", 2_000)):
        engine = create_engine(f"sqlite:///{tmp_path}/a.db{query}")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("pragma busy_timeout").scalar() == milliseconds
        engine.dispose()


def test_a_gradebook_that_another_program_uses_is_told(tmp_path):
    file = tmp_path / "gradebook.db"
    (tmp_path / "nbgrader_config.py").write_text(f"c.CourseDirectory.db_url = 'sqlite:///{file}?timeout=0.1'\n")
    open_gradebook(tmp_path, read_settings(tmp_path)).close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(CourseError, match="in use by another program"):
            open_gradebook(tmp_path, read_settings(tmp_path))


@pytest.mark.parametrize("name", ["gradebook.db", "100% what?.db"])
def test_a_gradebook_of_an_older_nbgrader_is_told_and_upgraded_by_nbgrader(course, name):
    """The names in it stay."""
    (course.root / "gradebook.db").rename(course.root / name)
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write(f"c.CourseDirectory.db_url = {sqlite_url(course.root / name)!r}\n")
    with closing(sqlite3.connect(course.root / name)) as book:
        book.execute("insert into student (id, first_name) values ('ada', 'Ada')")
        book.execute("alter table student drop column lms_user_id")
        book.execute("update alembic_version set version_num = '167914646830'")
        book.commit()
    with pytest.raises(CourseError, match=r"older nbgrader.*nbgrader db upgrade"):
        open_gradebook(course.root, read_settings(course.root))
    run_here(course.root, "db", "upgrade")
    with closing(open_gradebook(course.root, read_settings(course.root))) as book:
        assert [(one.id, one.first_name, one.lms_user_id) for one in book.students] == [("ada", "Ada", None)]
    assert len(list(course.root.glob(f"{name}*"))) == 2
