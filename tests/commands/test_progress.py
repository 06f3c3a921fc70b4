"""What is shown of a run's progress where there is no terminal."""

from __future__ import annotations

import io

from autograder.commands import _progress
from autograder.commands._progress import ProgressShown, told
from autograder.grading.grade_chapter import Progress


def test_a_line_says_how_fast_it_goes_and_how_long_it_takes():
    progress = Progress(1_000, done=300, kept=100, running=["ada/1_relu"], set_aside=["bob/2_elu"])
    line = told(progress, 50.0)
    assert "300 of 1,000 notebooks, 100 of them judged before, 4 a second, 2 min 55 s left" in line
    assert line.endswith("; running: ada/1_relu; set aside: bob/2_elu")
    assert "running" not in told(Progress(2, done=2, running=["ada/1_relu"]), 50.0)
    many = told(Progress(9, set_aside=list("abcde")), 1.0)
    assert many.endswith("0 of 9 notebooks; set aside: e, d, c and 2 more")


def test_a_log_file_gets_a_line_now_and_then_and_one_at_the_end(monkeypatch):
    monkeypatch.setattr(_progress, "SECONDS_BETWEEN_LINES", -1.0)
    file = io.StringIO()
    with ProgressShown(file) as shown:
        for done in range(3):
            shown.show(Progress(2, done))
    lines = file.getvalue().splitlines()
    assert len(lines) == 3 and "\r" not in file.getvalue()
    assert "2 of 2 notebooks" in lines[-1] and "done in" in lines[-1]


def test_the_end_is_told_where_the_last_line_was_of_something_before_it(monkeypatch):
    file = io.StringIO()
    with ProgressShown(file) as shown:
        monkeypatch.setattr(_progress, "SECONDS_BETWEEN_LINES", -1.0)
        shown.show(Progress(2, 1))
        monkeypatch.setattr(_progress, "SECONDS_BETWEEN_LINES", 60.0)
        shown.show(Progress(2, 2))
    assert "2 of 2 notebooks" in file.getvalue().splitlines()[-1]


def test_a_short_run_leaves_no_line_in_a_log_file():
    file = io.StringIO()
    with ProgressShown(file) as shown:
        shown.show(Progress(1, 1))
    assert file.getvalue() == ""
