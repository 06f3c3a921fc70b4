"""Moments as people and programs write them, read as UTC: when something was handed in, and when it is due."""

from __future__ import annotations

import datetime
import logging
import re
import time
from pathlib import Path

from autograder.course import write_atomically
from autograder.grading.intake.submission import BYTE_ORDER_MARKS, SetAside, handed_in, read_bytes
from autograder.judge.formatting import UNPRINTABLE

TIMESTAMP = "timestamp.txt"
"""The file in a submission's folder that says when it was handed in."""
HOUR_SECONDS = 3600
LONGEST_TIMESTAMP_BYTES = 200
HOURS = {
    **{"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "MET": 1, "CEST": 2, "MESZ": 2},
    **{"MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10},
    **{"AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4},
    **{"CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10},
}
"""Hours east of UTC of zones with a short name. A name that means several, such as IST, is not here."""
NAMED_ZONE = re.compile(r"\s*\[?\b([A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)\]?$")
"""Such as "Europe/Berlin", at the end, possibly in brackets."""
WORDS_IN_BRACKETS = re.compile(r"\s*\((?=\w+ )[^)]*\)$|[()]")
"""The name of a zone that JavaScript puts behind its hours, and brackets around a short name."""
UTC_BEFORE_SIGN = re.compile(r"\b(UTC|GMT)\s*(?=[+-]\d)", re.IGNORECASE)
"""In "UTC+1", which dateutil takes for an hour west."""
YEAR_FIRST = re.compile(r"\d{4}")
DEFAULTS = datetime.datetime(2000, 1, 1), datetime.datetime(2001, 2, 2)


class NoMoment(ValueError):
    """A text that means no moment, or more than one. The message says why."""


def parse_utc(moment: str | datetime.datetime | None) -> datetime.datetime | None:
    """Read a moment, and return it in UTC and without a zone, as nbgrader keeps it. Without a zone it is UTC already.

    Raises NoMoment for what is no date, one without a year, one that means two days ("1.2.2026"), or an unknown zone.
    """
    try:
        if isinstance(moment, str):
            moment = _parsed(moment.strip().removeprefix("\ufeff").strip())
        if moment is not None and moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
        return moment
    except OverflowError:
        raise NoMoment(f"{str(moment)[:60]!r} is no date") from None


def _parsed(text: str) -> datetime.datetime:
    from dateutil.parser import ParserError, parse
    from dateutil.tz import gettz

    zone, text = None, WORDS_IN_BRACKETS.sub("", text)
    if named := NAMED_ZONE.search(text):
        text, zone = text[: named.start()], gettz(named[1])
        if zone is None:
            raise NoMoment(f"there is no time zone {named[1]!r}")
    spelled = UTC_BEFORE_SIGN.sub("", text).upper()
    ways = (False,) if YEAR_FIRST.match(text) else (False, True)
    try:
        found = {parse(spelled, default=default, dayfirst=way, tzinfos=_zone) for default in DEFAULTS for way in ways}
    except ParserError:
        raise NoMoment(f"{text[:60]!r} is no date") from None
    if len({moment.replace(tzinfo=None) for moment in found}) > 1:
        raise NoMoment(f"{text[:60]!r} is no full date, or means more than one: write 2026-12-31 18:00:00 +0100")
    moment = found.pop()
    return moment.replace(tzinfo=zone) if zone is not None and moment.tzinfo is None else moment


def _zone(name: str | None, seconds: float | None) -> datetime.tzinfo | None:
    """Find the zone of a name or of seconds east of UTC, as dateutil read them. This machine's own names go first."""
    if seconds is None:
        if name is None:
            return None
        known = {zone: HOUR_SECONDS * hours for zone, hours in HOURS.items()}
        known |= {time.tzname[1].upper(): -time.altzone, time.tzname[0].upper(): -time.timezone}
        if name not in known:
            raise NoMoment(f"the time zone {name!r} is unknown: write its hours, as in +0100")
        seconds = known[name]
    return datetime.timezone(datetime.timedelta(seconds=seconds))


# ---------------------------------------------------------------- timestamp.txt


def timestamp_of(folder: Path) -> str | None:
    """Read from nbgrader's timestamp.txt when a submission was handed in, in UTC; None where that cannot be read."""
    try:
        moment = _moment_in(folder)
    except ValueError:
        return None
    return None if moment is None else f"{moment} UTC"


def timestamp_problem(folder: Path) -> str:
    """Say why timestamp.txt cannot be read, or ""; there need not be one."""
    try:
        _moment_in(folder)
    except ValueError as error:
        return f"timestamp.txt cannot be read: {str(error)[:200]}"
    return ""


def _moment_in(folder: Path) -> datetime.datetime | None:
    """Read the moment; None where there is no file. Raises ValueError where there is one that cannot be read."""
    content = handed_in(folder / TIMESTAMP)
    if content is None:
        return None
    if isinstance(content, SetAside):
        raise ValueError(str(content))
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8-sig")
    try:
        text = content[:LONGEST_TIMESTAMP_BYTES].decode(encoding).strip()
    except UnicodeDecodeError:
        raise ValueError("it is no text") from None
    if not text.isprintable():
        raise ValueError("it is no text of one line")
    if not text:
        raise ValueError("it is empty")
    return parse_utc(text)


def copy_timestamp(source: Path, folder: Path) -> None:
    """Copy a timestamp.txt that can be read, word for word: nbgrader's exchange knows a submission by its text."""
    moment = timestamp_of(source)
    if moment is not None:
        text = read_bytes(source / TIMESTAMP).decode("utf-8", "replace")
        write_atomically(folder / TIMESTAMP, moment if UNPRINTABLE in text else text)


def teach_nbgrader() -> None:
    """Let nbgrader's commands read moments as `grade` does: by itself it takes "-0500" for 500 seconds, "PST" for UTC,
    and stops at a mark of byte order."""
    import nbgrader.utils
    from nbgrader.coursedir import CourseDirectory

    def get_existing_timestamp(self: CourseDirectory, dest_path: str) -> datetime.datetime | None:
        if problem := timestamp_problem(Path(dest_path)):
            self.log.log(logging.WARNING, "%s: %s", dest_path, problem)
        return parse_utc(timestamp_of(Path(dest_path)))

    nbgrader.utils.parse_utc = parse_utc
    CourseDirectory.get_existing_timestamp = get_existing_timestamp
