"""When something was handed in, and when it is due: in every spelling the same moment, or none and a sentence."""

from __future__ import annotations

import codecs
import os

import pytest
from nbgrader.coursedir import CourseDirectory

from autograder.grading.gradebook.moments import copy_timestamp, parse_utc, teach_nbgrader, timestamp_of
from autograder.grading.gradebook.moments import timestamp_problem as problem
from tests.grading.recorded import book, due
from tests.grading.small_course import CHAPTER

NOON = "2026-11-01 12:00:00 UTC"
SPELLINGS = [
    NOON,
    f"{NOON}\n",
    "2026-11-01 12:00:00",
    "2026-11-01T12:00:00Z",
    "2026-11-01 07:00:00 -0500",
    "2026-11-01 17:30:00 +05:30",
    "2026-11-01T13:00:00+01:00[Europe/Berlin]",
    "2026-11-01 13:00:00 Europe/Berlin",
    "2026-11-01 07:00:00 America/New_York",
    "2026-11-01 04:00:00 PST",
    "2026-11-01 05:00:00 PDT",
    "2026-11-01 13:00:00 CET",
    "2026-11-01 13:00:00 UTC+1",
    "Sun, 01 Nov 2026 07:00:00 EST",
    "Sun Nov 01 2026 13:00:00 GMT+0100 (Central European Standard Time)",
]


def stamp(folder, content: bytes) -> None:
    (folder / "timestamp.txt").write_bytes(content)


@pytest.mark.parametrize("text", SPELLINGS)
def test_the_same_moment_is_read_from_every_spelling(tmp_path, text):
    stamp(tmp_path, text.encode())
    assert timestamp_of(tmp_path) == NOON
    assert problem(tmp_path) == ""


@pytest.mark.parametrize(
    "content",
    [codecs.BOM_UTF8 + NOON.encode(), codecs.BOM_UTF16_LE + NOON.encode("utf-16-le"), NOON.encode("utf-16")],
    ids=["UTF-8", "UTF-16", "UTF-16 as Python writes it"],
)
def test_a_mark_of_byte_order_does_no_harm(tmp_path, content):
    stamp(tmp_path, content)
    assert timestamp_of(tmp_path) == NOON


UNREADABLE = {
    b"": "it is empty",
    b"yesterday": "'yesterday' is no date",
    b"12:00": "no full date",
    b"1.2.2026 12:00": "more than one",
    b"2026-11-01 12:00 IST": "'IST' is unknown",
    b"2026-11-01 12:00 Mars/Base": "no time zone 'Mars/Base'",
    b"0001-01-01 00:00 +0500": "no date",
    b"\xff\xfe\x00": "no text",
    b"9" * 1000: "is no date",
    b"[" * 1000: "is no date",
    bytes(1000): "no text of one line",
}


@pytest.mark.parametrize(("content", "reason"), UNREADABLE.items(), ids=map(repr, range(len(UNREADABLE))))
def test_a_time_stamp_that_cannot_be_read_is_none_and_told(tmp_path, content, reason):
    stamp(tmp_path, content)
    assert timestamp_of(tmp_path) is None
    assert problem(tmp_path).startswith("timestamp.txt cannot be read: ")
    assert reason in problem(tmp_path)
    assert problem(tmp_path).isprintable()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path)])
def test_a_time_stamp_that_is_no_file_is_none_and_told(tmp_path, make):
    make(tmp_path / "timestamp.txt")
    assert timestamp_of(tmp_path) is None
    assert problem(tmp_path)


def test_there_need_not_be_a_time_stamp(tmp_path):
    assert timestamp_of(tmp_path) is None
    assert problem(tmp_path) == ""


def test_a_copy_is_word_for_word(tmp_path):
    (tmp_path / "copy").mkdir()
    stamp(tmp_path, b"2026-11-01 07:00:00.120000 EST\n")
    copy_timestamp(tmp_path, tmp_path / "copy")
    assert (tmp_path / "copy" / "timestamp.txt").read_bytes() == b"2026-11-01 07:00:00.120000 EST\n"


@pytest.mark.parametrize(
    "content", [b"2026-11-01 07:00:00 -0500", codecs.BOM_UTF8 + NOON.encode(), b"2026-11-01 04:00 PST"]
)
def test_nbgraders_commands_read_the_same(tmp_path, content):
    teach_nbgrader()
    stamp(tmp_path, content)
    assert CourseDirectory().get_existing_timestamp(str(tmp_path)) == parse_utc(NOON)


def test_nbgraders_commands_do_without_a_time_stamp_that_cannot_be_read(tmp_path):
    teach_nbgrader()
    stamp(tmp_path, b"yesterday")
    assert CourseDirectory().get_existing_timestamp(str(tmp_path)) is None


def test_a_due_date_is_read_the_same(course):
    teach_nbgrader()
    due(course, "2026-11-01 07:00:00 -0500")
    with book(course) as gradebook:
        assert gradebook.find_assignment(CHAPTER).duedate == parse_utc(NOON)
