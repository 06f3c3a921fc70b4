"""`bench`: what the sandbox costs."""

from __future__ import annotations

import pytest

from autograder.__main__ import main
from tests.support.confinement import why_there_is_no_sandbox


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr("autograder.bootstrap.ensure", lambda name: None)


@pytest.mark.skipif(bool(why_there_is_no_sandbox()), reason="there is no sandbox on this machine to measure")
def test_it_prints_a_row_for_each_and_their_ratio(capsys):
    assert main(["bench", "--starts", "1", "--calls", "3"]) == 0
    rows = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()[1:4]}
    assert list(rows) == ["none", "bubblewrap", "ratio"]
    start, call, end = (float(b) / float(a) for a, b in zip(rows["none"], rows["bubblewrap"], strict=True))
    assert [float(one) for one in rows["ratio"]] == pytest.approx([start, call, end], rel=0.1, abs=0.02)


def test_without_a_sandbox_it_says_so(capsys, monkeypatch):
    from autograder.sandbox import NoSandbox

    def none(name):
        if name == "bubblewrap":
            raise NoSandbox("There is no sandbox here.")

    monkeypatch.setattr("autograder.grading.scoring.grading_config.chosen", none)
    assert main(["bench"]) == 1
    assert capsys.readouterr().err == "There is no sandbox here.\n"


def test_nonsense_is_a_sentence(capsys):
    assert main(["bench", "--starts", "0"]) == 1
    assert capsys.readouterr().err == "--starts and --calls must be 1 or more.\n"
