"""nbgrader's own commands on the gradebook: sentences, addresses with signs in them, a student who left."""

from __future__ import annotations

import configparser
import subprocess
import sys

import pytest
from nbgrader.api import InvalidEntry
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from autograder.course import CourseError
from autograder.grading.gradebook.moments import parse_utc
from autograder.grading.gradebook.nbgrader_commands import sentence_for, teach_commands
from tests.grading.recorded import book, record
from tests.grading.small_course import gradebook
from tests.support.nbgrader_command import run_here

CONFIG = Config({"CourseDirectory": {"db_url": "mysql://ada:s3cret@127.0.0.1/grades"}})


def test_what_a_person_can_mend_is_told_in_a_sentence():
    with pytest.raises(ValueError) as caught:
        parse_utc("next week")
    assert sentence_for(caught.value, CONFIG).startswith("'next week' is no date. A moment is written like this: 20")
    assert sentence_for(CourseError("No."), CONFIG) == "No."
    missing = sentence_for(ModuleNotFoundError("no", name="MySQLdb"), CONFIG)
    assert missing.endswith("-m pip install mysqlclient") and "s3cret" not in missing
    assert sentence_for(KeyboardInterrupt(), CONFIG).startswith("Stopped.")
    for other in (ZeroDivisionError(), ModuleNotFoundError("no", name="torch"), InvalidEntry("no such kind of cell")):
        assert sentence_for(other, CONFIG) == ""


def test_a_database_that_failed_is_named_whatever_the_configuration_says(tmp_path):
    teach_commands(Config())
    with pytest.raises(OperationalError) as caught:
        create_engine(f"sqlite:///{tmp_path}/missing/book.db").connect()
    assert f"The gradebook {tmp_path}/missing/book.db cannot be opened" in sentence_for(caught.value, CONFIG)


def test_what_nbgrader_wraps_is_told_and_its_traceback_is_not(course, capsys):
    with book(course) as found:
        found.db.connection().exec_driver_sql("pragma query_only = on")
        with pytest.raises(InvalidEntry) as caught:
            found.add_student("ada")
        found.db.connection().exec_driver_sql("pragma query_only = off")
    assert "gradebook.db is read-only" in sentence_for(caught.value, CONFIG)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("words", [("db", "student", "list"), ("export",)])
def test_a_command_that_cannot_open_the_gradebook_ends_with_a_sentence(course, words):
    (course.root / "gradebook.db").write_text("no database" * 100)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=course.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "is no gradebook, or a damaged one" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sign_in_an_address_reaches_alembic_as_it_is(tmp_path):
    import nbgrader.apps.dbapp  # noqa: F401
    from nbgrader import dbutil

    teach_commands(Config())
    dbutil.write_alembic_ini(str(tmp_path / "alembic.ini"), "postgresql://ada:p%40ss@db/grades")
    parser = configparser.ConfigParser()
    parser.read(tmp_path / "alembic.ini")
    assert parser["alembic"]["sqlalchemy.url"] == "postgresql://ada:p%40ss@db/grades"


def test_a_student_who_was_removed_does_not_come_back(course):
    for student in ("ada", "bob"):
        record(course, student)
    run_here(course.root, "db", "student", "remove", "bob", "--force")
    assert {name for name, *_ in gradebook(course)} == {"ada"}
    for step in ("submitted", "autograded"):
        assert [path.name for path in (course.root / step).iterdir()] == ["ada"]
    (kept,) = (course.root / "downloaded" / "removed").iterdir()
    assert kept.name.startswith("bob.")
    assert {path.relative_to(kept).parts[0] for path in kept.rglob("*.ipynb")} == {"submitted", "autograded"}


def test_a_student_of_the_roster_alone_can_be_removed(course):
    with book(course) as found:
        found.add_student("cyd")
    run_here(course.root, "db", "student", "remove", "cyd")
    assert not (course.root / "downloaded").exists()
