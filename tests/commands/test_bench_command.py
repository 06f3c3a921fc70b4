"""`bench`: the same class through plain nbgrader and through this course."""

from __future__ import annotations

import math

import pytest

from autograder.__main__ import main
from autograder.commands import bench

WAYS = ("plain nbgrader", "one worker, no sandbox", "one worker, sandbox")


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr("autograder.bootstrap.ensure", lambda name: None)


def measured(wall: float, cpu: float) -> dict:
    parts = {"start": 0.1 * cpu, "calls": 0.3 * cpu, "judge": 0.3 * cpu, "record": 0.1 * cpu, "feedback": 0.2 * cpu}
    return {"notebooks": 4, "wall": wall, "cpu": cpu, "peak": 100 * 2**20, "parts": parts}


def test_the_table_has_medians_and_their_ratios_to_plain_nbgrader():
    found = {WAYS[0]: [measured(8, 4), measured(12, 8), measured(400, 12)], WAYS[1]: [measured(1, 1), measured(3, 2)]}
    lines = bench._table(found).splitlines()[1:]
    first, second = (line.removeprefix(way).split() for way, line in zip(found, lines, strict=True))
    assert [float(one) for one in first[:4]] == pytest.approx([4 / 12, 1, 2, 1], rel=0.01)
    assert [float(one) for one in second[:4]] == pytest.approx([2, 6, 0.375, 16 / 3], rel=0.01)
    assert first[4:] == ["100", "MB"]


def test_the_parts_of_a_notebook_are_all_of_its_seconds():
    row = bench._parts({WAYS[2]: [measured(1, 2)]}).splitlines()[-1].removeprefix(WAYS[2]).split()
    assert math.isclose(sum(map(float, row)), 2 / 4, abs_tol=0.003)


def test_nonsense_is_a_sentence(capsys):
    assert main(["bench", "--rounds", "0"]) == 1
    assert capsys.readouterr().err.startswith("--students, --plain, --rounds and --growth must be 1 or more")
