"""`python3 -m autograder points`."""

from __future__ import annotations

from autograder.__main__ import main


def test_the_points_of_an_exercise_are_told_by_kind(capsys):
    assert main(["points", "adam_step", "relu_backward"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["adam_step", "9", "8", "0", "1"] in lines
    assert ["relu_backward", "5", "4", "0.5", "0.5"] in lines
    assert lines[-1] == ["all", "14", "12", "0.5", "1.5"]


def test_the_requirements_are_listed_on_request(capsys):
    main(["points", "relu_backward", "--requirements"])
    told = capsys.readouterr().out
    assert "0.5  z exactly 0 (edges)" in told
    assert "told in a remark: an infinite or broken dout" in told


def test_an_exercise_that_is_not_there_is_named(capsys):
    assert main(["points", "reluu"]) == 1
    assert "There is no exercise 'reluu'" in capsys.readouterr().err
