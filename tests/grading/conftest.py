"""The small course, released once; and a class of it, graded once, with every kind of submission."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.course import Chapter, Course, read
from autograder.grading.grade_chapter import Summary, grade_chapter
from autograder.grading.gradebook.nbgrader_config import read_settings
from autograder.grading.pages.feedback import write_feedback
from tests.grading import small_course
from tests.grading.small_course import ALPHA_FORGOTTEN, CHAPTER, RIGHT, SECTIONS, UNITS, cell, hand_in

ODD_NAMES = ("Zoë O'Neil", 'quotes " and $HOME', "a [1] & <b>x")
SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(2)>"
THEIR_OWN = "their-own"
LOOKS = f'<div class="{THEIR_OWN}" id="{THEIR_OWN}"><span class="{THEIR_OWN}">a</span></div>'
CONTROL = "\x00\x07\x1b[2Jbefore\u202eretfa\u2066\x1b]0;title\x07"
LINK = "[x](javascript:alert(3))"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Course:
    """The small course as released. Not to be changed: `course` is a copy of it."""
    return small_course.released_course(tmp_path_factory.mktemp("template") / "course")


@pytest.fixture
def course(template, tmp_path) -> Course:
    """A copy of the small course, released, without submissions."""
    return copy_of(template, tmp_path / "course")


def copy_of(course: Course, folder: Path) -> Course:
    """A copy of a course folder."""
    shutil.copytree(course.root, folder)
    return Course(folder)


@dataclass
class Graded:
    """A class that was graded. scratch: where the students' processes had their folders."""

    course: Course
    summary: Summary
    scratch: Path


@pytest.fixture(scope="session")
def graded(template, tmp_path_factory) -> Graded:
    """The class, graded by two processes at a time. Not to be changed: take a `copy_of` it."""
    course = copy_of(template, tmp_path_factory.mktemp("graded") / "course")
    scratch = tmp_path_factory.mktemp("scratch")
    hand_in_the_class(course)
    with temporary_files_in(scratch):
        summary = grade_chapter(Chapter(course, CHAPTER), jobs=2, devices=("cpu",))
    for student in summary.students:
        write_feedback(Chapter(course, CHAPTER), student, read_settings(course.root))
    return Graded(course, summary, scratch)


@contextlib.contextmanager
def temporary_files_in(folder: Path):
    """Let this process, and those it starts, make temporary files in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield


def hand_in_the_class(course: Course) -> None:
    """Every kind of submission."""
    hand_in(course, "ada", {})
    hand_in(course, "bob", {"elu": ALPHA_FORGOTTEN, "why": "Because."})
    hand_in(course, "cyd")
    hand_in(course, "dan", {}, sections=[UNITS])
    hand_in(course, "eve", hostile_answers(), extra=hostile_cells())
    small_course.folder_of(course, "fay")
    hand_in(course, "gus", {})
    (small_course.folder_of(course, "gus") / f"{UNITS}.ipynb").write_text("<html>Not found</html>")
    hand_in_from_elsewhere(course, "hal")
    for name in ODD_NAMES:
        hand_in(course, name, {})
    (small_course.folder_of(course, "bob") / "notes.txt").write_text("mine")


def hand_in_from_elsewhere(course: Course, student: str) -> None:
    """The right answers, from an editor that writes CRLF, a byte order mark and no metadata but nbgrader's."""
    hand_in(course, student, {})
    for section in SECTIONS:
        path = small_course.folder_of(course, student) / f"{section}.ipynb"
        content = read(path)
        content["metadata"] = {"kernelspec": {"name": "julia"}}
        for one in content["cells"]:
            one["source"] = one["source"].replace("\n", "\r\n").splitlines(keepends=True)
        path.write_bytes(b"\xef\xbb\xbf" + json.dumps(content, indent=1).replace("\n", "\r\n").encode())


def hostile_answers() -> dict[str, str]:
    """Answers that would be live in a careless page."""
    return {
        "elu": f"def elu(z, alpha=1.0):\n    raise ValueError({SCRIPT + IMAGE!r})",
        "relu": f"print({SCRIPT + IMAGE!r})\nprint('\\x1b[31mred\\x1b[0m \\ud800')\n{RIGHT['relu']}\n# {SCRIPT}",
        "double": f"raise RuntimeError({SCRIPT + IMAGE!r} + '\\ud800')",
        "why": f"Because {SCRIPT} {IMAGE} {LINK} ![p](attachment:p.png) <a href='javascript:alert(4)'>x</a>",
    }


def hostile_cells() -> list[tuple[str, dict]]:
    """Cells of a student's own that would be live in a careless page."""
    pasted = cell(
        "markdown",
        "own-1",
        f"{SCRIPT}{IMAGE}{LINK}\n\n![p](attachment:p.png)\n\n{LINK}\n\n<iframe src='javascript:1'></iframe>",
    )
    pasted["attachments"] = {
        "p.png": {"image/png": PIXEL, "text/html": SCRIPT},
        'q.png" onerror="alert(5)': {"image/png": f'x" onerror="alert(6)"{SCRIPT}'},
    }
    magic = cell("code", "own-3", f"%%javascript\nalert(7)\n{SCRIPT}")
    magic["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": SCRIPT}}]
    return [
        ("elu", pasted),
        ("elu_test", cell("raw", "own-2", SCRIPT + IMAGE + LOOKS)),
        ("relu_test", cell("markdown", "own-5", f"{LOOKS}\n\n```html\n{LOOKS}\n```\n\n# A heading")),
        ("relu_test", cell("code", "own-6", f"print({CONTROL!a})\nraise KeyError({CONTROL!a})")),
        ("relu", magic),
        ("relu_test", cell("code", "own-4", f"def f():\n    raise KeyError({SCRIPT!r})\nf()")),
    ]


def result_of(summary: Summary, student: str, section: str):
    """A student's result."""
    return summary.students[student][section]
