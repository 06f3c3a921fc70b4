"""nbgrader's own commands on the gradebook, where they would end in a traceback, or not do what a course needs."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.course import CourseError
from autograder.grading.gradebook.database import PACKAGES, expect_readable, place_of, trouble
from autograder.grading.gradebook.moments import NoMoment

COMMANDS = "nbgrader.apps.dbapp"
NBGRADERS_LOG, ROLLED_BACK = "tornado.application", "Rolling back session"
"""Where nbgrader's gradebook writes a traceback of an error that it raises, too; and how that begins."""
FROM_DATABASE = "Error) "
"""Stands in an InvalidEntry of nbgrader's that is an error of the database's driver."""
_failed_at: list[str] = []
"""The address of the database that failed last."""


def teach_commands(config: Config) -> None:
    """Let nbgrader's commands end with a sentence where the gradebook cannot be used, whatever database it is; and,
    where they are running, upgrade one at any address, and remove a student whole. config: nbgrader's."""
    if not event.contains(Engine, "handle_error", _remember):
        event.listen(Engine, "handle_error", _remember)
        logging.getLogger(NBGRADERS_LOG).addFilter(_is_not_raised_anyway)
    if not isinstance(sys.excepthook, _Sentences):
        sys.excepthook = _Sentences(sys.excepthook)
    sys.excepthook.config = config
    if COMMANDS in sys.modules:
        import nbgrader.dbutil
        from nbgrader.apps import dbapp

        nbgrader.dbutil.write_alembic_ini = _write_alembic_ini
        dbapp.DbUpgradeApp.start = _upgrade
        if dbapp.DbStudentRemoveApp.start is not _remove:
            _remove.nbgraders = dbapp.DbStudentRemoveApp.start  # type: ignore[attr-defined]
            dbapp.DbStudentRemoveApp.start = _remove


# ---------------------------------------------------------------- sentences


class _Sentences:
    """Stands in the place of `sys.excepthook`: a sentence for what a person can mend, the traceback for all else."""

    def __init__(self, otherwise: Any) -> None:
        self.otherwise = otherwise
        self.config = Config()

    def __call__(self, kind: type, error: BaseException, trace: types.TracebackType | None) -> None:
        sentence = "" if os.environ.get("AUTOGRADER_DEBUG") else sentence_for(error, self.config)
        if sentence:
            sys.stderr.write(f"{sentence}\n")
        else:
            self.otherwise(kind, error, trace)


def sentence_for(error: BaseException, config: Config) -> str:
    """Say what is wrong with the gradebook, or with the course; "" of any other error. config: nbgrader's."""
    from nbgrader.api import InvalidEntry

    if isinstance(error, CourseError):
        return str(error)
    if isinstance(error, NoMoment):
        return f"{error}. A moment is written like this: 2026-12-31 18:00:00 +0100"
    if isinstance(error, KeyboardInterrupt):
        return "Stopped. Run the same command again to go on."
    no_driver = isinstance(error, ModuleNotFoundError) and error.name in (*PACKAGES, "psycopg", "pymysql", "oracledb")
    refused = isinstance(error, InvalidEntry) and FROM_DATABASE in str(error)
    if not (no_driver or refused or isinstance(error, SQLAlchemyError)):
        return ""
    address = config.CourseDirectory.get("db_url", "")
    place = _failed_at[-1] if _failed_at and not no_driver else str(address)
    return trouble(error, place) if isinstance(error, Exception) else ""


def _is_not_raised_anyway(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(ROLLED_BACK)


def _remember(context: Any) -> None:
    if context.engine is not None:
        _failed_at[:] = [context.engine.url.render_as_string(hide_password=False)]


# ---------------------------------------------------------------- db upgrade


def _write_alembic_ini(alembic_ini: str = "alembic.ini", db_url: str = "sqlite:///gradebook.db") -> None:
    """Write nbgrader's file for alembic, in which a % of the address is a %%."""
    from nbgrader import dbutil

    template = Path(dbutil.ALEMBIC_INI_TEMPLATE_PATH).read_text(encoding="utf-8")
    text = template.format(alembic_dir=dbutil.ALEMBIC_DIR, db_url=db_url.replace("%", "%%"))
    Path(alembic_ini).write_text(text, encoding="utf-8")


def _upgrade(self: Any) -> None:
    """Upgrade a gradebook; a copy of one that is a file is kept beside it."""
    from nbgrader.apps.dbapp import DbUpgradeApp
    from nbgrader.dbutil import upgrade

    super(DbUpgradeApp, self).start()
    address = self.coursedir.db_url
    copy = _copy(address, self)
    expect_readable(address)
    self.log.info("Upgrading %s", place_of(address))
    try:
        upgrade(address)
    except subprocess.CalledProcessError:
        kept = f" What it was before is kept in {copy}." if copy else ""
        raise CourseError(
            f"The gradebook {place_of(address)} could not be upgraded, for the reason above.{kept}"
        ) from None


def _copy(address: str, command: Any) -> str:
    """Copy a gradebook that is a file; a new one is made where there is none. Returns the copy's name, or ""."""
    from nbgrader.api import Gradebook

    url = make_url(address)
    if url.get_backend_name() != "sqlite" or not url.database:
        return ""
    if not os.path.exists(url.database):
        Gradebook(address, command.course_id, command.authenticator).close()
    copy = f"{url.database}{time.strftime('.%Y-%m-%d-%H%M%S')}"
    command.log.info("Backing up %s => %s", url.database, copy)
    shutil.copy(url.database, copy)
    return copy


# ---------------------------------------------------------------- db student remove


def _remove(self: Any) -> None:
    """Remove a student from the gradebook, and from where it is graded what they handed in, which would bring them
    back, with what was made of it."""
    _remove.nbgraders(self)  # type: ignore[attr-defined]
    coursedir, student = self.coursedir, self.extra_args[0]
    root = Path(coursedir.root)
    place = root / "downloaded" / "removed" / f"{student}{time.strftime('.%Y-%m-%d-%H%M%S')}"
    for step in (coursedir.submitted_directory, coursedir.autograded_directory, coursedir.feedback_directory):
        folder = root / step / student
        if folder.is_dir() and not folder.is_symlink() and folder.parent == root / step:
            place.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, place / Path(step).name)
            self.log.info("%s is in %s now: no grading takes it from there", folder, place)
