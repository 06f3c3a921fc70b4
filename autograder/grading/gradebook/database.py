"""Where nbgrader's gradebook is, and sentences about why it cannot be used. Any database of SQLAlchemy will do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, inspect
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from autograder.course import CourseError

LOCK_SECONDS = 60
"""How long SQLite waits for another program that is using the gradebook, unless the address says otherwise."""
PACKAGES = {"psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
"""Drivers whose package has another name."""

OLD_SCHEMA = "was made by an older nbgrader. Run  nbgrader db upgrade  here: it keeps a copy of the old one."
SETTING = "c.CourseDirectory.db_url in nbgrader_config.py"

SYMPTOMS = (
    (("no such column", "undefinedcolumn", "unknown column"), OLD_SCHEMA),
    (
        ("locked", "lock timeout", "deadlock"),
        "is in use by another program (Formgrader, or another command). Run the same command again when that is done.",
    ),
    (
        ("not a database", "malformed"),
        "is no gradebook, or a damaged one: {reason}. Name another, or move it away and run the command again: scores "
        "are recorded anew from the kept verdicts; only points that a person gave are lost.",
    ),
    (("unable to open",), "cannot be opened: {reason}. Is its folder there, and may you write in it?"),
    (("readonly", "read-only"), "is read-only. Make it writable, or work on a copy of the folder."),
    (("disk is full", "no space left"), "cannot be written: the disk is full."),
    (
        ("password", "authentication", "access denied", "role ", "pg_hba"),
        "cannot be used: its server refuses the user ({reason}). User and password are in {setting}.",
    ),
    (
        ("database ", "unknown database"),
        "cannot be used: {reason}. Make the database on its server, or name another in {setting}.",
    ),
    (("permission denied",), "may not be used by this user of its server: {reason}."),
    (
        ("connection", "connect", "server", "host", "timeout"),
        "cannot be reached: {reason}. Is its server running, and is the address in {setting} right?",
    ),
)
"""What the databases' messages hold in lower case, the first that fits counts, and what is said of it."""


def sqlite_url(file: Path) -> str:
    """Return the address of a file for SQLAlchemy, quoted where it has characters such as `?`."""
    plain = f"sqlite:///{file}"
    if make_url(plain) == URL.create("sqlite", database=str(file)):
        return plain
    return URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)


def place_of(db_url: str) -> str:
    """Say where a gradebook is: the file, or the address of the server without its password."""
    try:
        url = make_url(db_url)
    except ArgumentError:
        return f"of {SETTING}"
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.set(query={}).render_as_string(hide_password=True)


def wait_for_locks() -> None:
    """Let every SQLite connection of this process wait for a lock, whoever opens it."""
    if not event.contains(Engine, "do_connect", _wait_longer):
        event.listen(Engine, "do_connect", _wait_longer)


def _wait_longer(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> None:
    if dialect.name == "sqlite":
        options.setdefault("timeout", LOCK_SECONDS)


def expect_writable(db_url: str) -> None:
    """Raise CourseError for a SQLite gradebook that may only be read. Raises ArgumentError for what is no address."""
    url = make_url(db_url)
    file = url.database if url.get_backend_name() == "sqlite" else None
    if file and os.path.isfile(file) and not os.access(file, os.W_OK):
        raise CourseError(f"The gradebook {file} is read-only. Make it writable, or work on a copy of the folder.")


def expect_readable(db_url: str) -> None:
    """Read which tables a gradebook has. Raises SQLAlchemy's errors where it cannot be reached or is none."""
    engine = create_engine(db_url)
    try:
        inspect(engine).get_table_names()
    finally:
        engine.dispose()


def expect_todays_schema(db_url: str) -> None:
    """Raise CourseError, naming the remedy, where a gradebook lacks columns that today's nbgrader has.

    To be called before nbgrader opens it, which would add tables to an old one.
    """
    from nbgrader.api import Base

    engine = create_engine(db_url)
    try:
        there, known = inspect(engine), Base.metadata.tables
        for table in there.get_table_names():
            wanted = {column.name for column in known[table].columns} if table in known else set()
            if not wanted <= {column["name"] for column in there.get_columns(table)}:
                raise CourseError(f"The gradebook {place_of(db_url)} {OLD_SCHEMA}")
    finally:
        engine.dispose()


def trouble(error: Exception, db_url: str) -> str:
    """Say in a sentence or two why a gradebook cannot be used and what to do; never its password.

    error: SQLAlchemy's, or an ImportError.
    """
    gradebook = f"The gradebook {place_of(db_url)}"
    if isinstance(error, ImportError):
        package = PACKAGES.get(error.name or "", error.name)
        return f"{gradebook} needs a driver that is not installed: {sys.executable} -m pip install {package}"
    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return (
            f"{SETTING} is not the address of a database. Examples: sqlite:////home/me/grades.db, "
            "postgresql+psycopg2://user:password@host/name"
        )
    original = getattr(error, "orig", None) or error
    reason = _without_password(_first_line(str(original)), db_url)
    signs = f"{type(original).__name__} {reason}".lower()
    for symptoms, sentence in SYMPTOMS:
        if any(symptom in signs for symptom in symptoms):
            return f"{gradebook} {sentence.format(reason=reason, setting=SETTING)}"
    return f"{gradebook} cannot be used: {reason}."


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0].strip().rstrip(".")


def _without_password(text: str, db_url: str) -> str:
    password = make_url(db_url).password
    return text.replace(str(password), "***") if password else text
