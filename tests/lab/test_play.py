"""Pictures that move: drawn with any values of their controls, and with functions that are missing, wrong or slow."""

from __future__ import annotations

import importlib
import json
import threading

import numpy as np
import pytest

from autograder import lab
from autograder.course import Course, read, text_of
from autograder.lab import experiment
from autograder.lab.play import in_time, moving, scene
from autograder.lab.play.controls import Button, Choice, Drawn, Slider
from autograder.lab.play.controls import read as read_controls
from autograder.lab.play.still import as_figure
from autograder.lab.style import as_png
from autograder.plaindata import ending
from tests.solutions import solution
from tests.support.speed import wait_until

PICTURES = {
    "play_momentum": ("momentum_step",),
    "play_initialization": ("he_normal",),
    "play_edge_of_chaos": ("mlp_forward",),
    "play_batch_norm": ("batch_norm_train", "batch_norm_evaluate", "batch_norm_backward"),
    "play_selu": ("selu",),
    "play_clipping": ("clip_by_value", "clip_by_global_norm"),
    "play_schedule": ("power_schedule", "exponential_schedule", "one_cycle_schedule"),
    "play_penalties": ("l2_gradient", "soft_threshold"),
    "play_islands": ("l2_gradient",),
    "play_dropout": ("dropout",),
}
LARGEST_BYTES = 80_000

each_picture = pytest.mark.parametrize("name", PICTURES)


@pytest.fixture(autouse=True)
def unjudged(monkeypatch):
    """What `experiment` says of functions that do not pass is tested elsewhere, and takes its time."""
    monkeypatch.setattr(experiment, "caveat", lambda functions: "")


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """However busy the machine is, a scene has the time that it takes."""
    monkeypatch.setattr(in_time, "SECONDS", 600.0)


@pytest.fixture
def picture_of(monkeypatch):
    """Call an experiment, and get the picture that it would show."""

    def run(name, functions):
        shown = []
        monkeypatch.setattr(importlib.import_module(f"autograder.lab.{lab.homes()[name]}"), "show", shown.append)
        getattr(lab, name)(*functions)
        return shown[0]

    return run


@pytest.fixture
def solved(picture_of):
    """The picture of a name, with the solutions."""
    return lambda name: picture_of(name, [solution(function) for function in PICTURES[name]])


def others(control):
    """Values of a control other than its first."""
    if isinstance(control, Slider):
        return [value for value in (control.low, control.high) if value != control.value]
    if isinstance(control, Choice):
        return [option for option in control.options if option != control.value]
    return [control.value + 1] if isinstance(control, Button) else [[control.high] * len(control.value)]


def test_these_are_all_pictures_that_move():
    assert {name for name in dir(lab) if name.startswith("play_")} == set(PICTURES)


@each_picture
def test_whatever_is_moved_the_picture_follows(name, solved):
    picture = solved(name)
    first = json.dumps(picture.draw().plain(), allow_nan=False)
    assert len(first) < LARGEST_BYTES
    for control in picture.controls:
        for value in others(control):
            drawn = json.dumps(picture.draw({control.name: value}).plain(), allow_nan=False)
            assert drawn != first, (control.name, value)


@each_picture
def test_its_still_is_a_figure_and_its_words_say_what_is_seen(name, solved):
    found = solved(name).draw()
    assert len(found.alt) > 100 and len(found.says) > 60
    assert as_png(as_figure(found)).startswith(b"\x89PNG")
    assert all(panel.title for panel in found.panels)


def test_outside_of_a_notebook_the_words_of_a_picture_are_printed(capsys):
    lab.play_selu(solution("selu"))
    assert capsys.readouterr().out.startswith("[figure] ")


@each_picture
def test_a_function_that_is_not_written_is_named(name, capsys):
    def stub(*arguments):
        raise NotImplementedError

    stub.__name__ = PICTURES[name][-1]
    getattr(lab, name)(*[solution(function) for function in PICTURES[name][:-1]], stub)
    assert f"your own {stub.__name__}. Write that first" in capsys.readouterr().out


@each_picture
def test_a_function_that_returns_nothing_is_told_in_a_sentence(name, capsys):
    def wrong(*arguments):
        return None

    wrong.__name__ = PICTURES[name][0]
    getattr(lab, name)(wrong, *[solution(function) for function in PICTURES[name][1:]])
    out = capsys.readouterr().out
    assert f"our {wrong.__name__}" in out and "[figure]" not in out


@each_picture
def test_a_function_that_fails_while_one_plays_is_told(name, picture_of):
    failing = False

    def last(*arguments, **options):
        if failing:
            raise ZeroDivisionError("by nothing")
        return right(*arguments, **options)

    right = solution(PICTURES[name][0])
    last.__name__ = PICTURES[name][0]
    picture = picture_of(name, [last, *[solution(function) for function in PICTURES[name][1:]]])
    assert "scene" in moving.answer(picture, {})
    failing = True
    moved = {control.name: others(control)[0] for control in picture.controls if not isinstance(control, Choice)}
    told = [moving.answer(picture, {**moved, **choice}) for choice in ways(picture)]
    problems = [each["problem"] for each in told if "problem" in each]
    assert any(f"Your {last.__name__} raised, in line" in problem and "by nothing" in problem for problem in problems)


def ways(picture):
    """All settings of a picture's choices."""
    choices = [control for control in picture.controls if isinstance(control, Choice)]
    return [{control.name: option} for control in choices for option in control.options] or [{}]


# ---------------------------------------------------------------- time


def endless():
    while True:
        pass


def test_a_function_that_does_not_end_is_ended_and_named():
    with pytest.raises(in_time.UnusableResult, match=r"Your endless is not done after 0\.3 s"):
        in_time.in_time(endless, [endless], seconds=0.3)


def test_a_function_that_cannot_be_ended_does_not_hold_up_the_picture(monkeypatch):
    monkeypatch.setattr(ending, "ATTEMPTS_TO_END", 1)
    set_free = threading.Event()
    with pytest.raises(in_time.UnusableResult, match="This picture is not done"):
        in_time.in_time(lambda: set_free.wait(600), [], seconds=0.1)
    set_free.set()
    assert wait_until(lambda: not ending.is_one_still_running())


def test_what_a_function_prints_while_it_is_drawn_is_dropped(capsys):
    assert in_time.in_time(lambda: print("step 1") or 3, []) == 3
    assert capsys.readouterr().out == ""


# ---------------------------------------------------------------- what the page sends


def test_what_is_no_value_of_a_control_leaves_it_as_it_was():
    controls = (
        Slider("a", "a", 0.0, 1.0, 0.5),
        Slider("n", "n", 0, 10, 5, whole=True),
        Choice("c", "c", ("x", "y"), "x"),
        Button("b", "b"),
        Drawn("d", "d", 0.0, 1.0, (0.1, 0.2)),
    )
    first = {"a": 0.5, "n": 5, "c": "x", "b": 0, "d": (0.1, 0.2)}
    for nonsense in (None, "text", [1], {}, float("nan"), True, -1e300):
        sent = dict.fromkeys(first, nonsense)
        found = read_controls(controls, sent)
        assert 0 <= found["a"] <= 1 and 0 <= found["n"] <= 10
        assert {**found, "a": 0.5, "n": 5} == first
    assert read_controls(controls, {"a": 7, "n": 2.6, "c": "y", "b": 3, "d": [5, -5]}) == {
        "a": 1.0,
        "n": 3,
        "c": "y",
        "b": 3,
        "d": (1.0, 0.0),
    }
    assert read_controls(controls, "nothing") == first


def test_numbers_are_rounded_and_what_is_no_number_is_left_out():
    assert scene.plain([1 / 3, 0, -12345.678, np.nan, np.inf, 2e-9]) == [0.33333, 0.0, -12346.0, None, None, 2e-9]


# ---------------------------------------------------------------- in the notebooks


@each_picture
def test_it_stands_in_a_notebook_below_a_question_or_a_challenge(name):
    found = []
    for notebook in Course().notebooks():
        cells = read(Course().source_of(notebook))["cells"]
        for number, cell in enumerate(cells):
            if cell["cell_type"] == "code" and f"lab.{name}(" in text_of(cell):
                found.append((text_of(cells[number - 1]), text_of(cell)))
    [(above, call)] = found
    assert call == f"lab.{name}({', '.join(PICTURES[name])})"
    assert above.startswith("### Play: ") and ("?" in above or "Find" in above)


def test_without_threads_a_picture_is_drawn_or_ends_in_time(monkeypatch):
    monkeypatch.setattr(in_time, "has_threads", lambda: False)
    monkeypatch.setattr(threading.Thread, "start", None)

    def endless():
        while True:
            pass

    assert in_time.in_time(lambda: print("step 1") or 3, []) == 3
    with pytest.raises(in_time.UnusableResult, match=r"Your endless is not done after 0\.3 s"):
        in_time.in_time(endless, [endless], seconds=0.3)


def test_an_interrupt_ends_what_a_picture_was_computing(monkeypatch):
    ended = threading.Event()

    def endless():
        try:
            while True:
                pass
        finally:
            ended.set()

    def interrupted(thread, seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(in_time._Work, "wait", interrupted)
    monkeypatch.setattr(ending, "ATTEMPTS_TO_END", 1_000)
    with pytest.raises(KeyboardInterrupt):
        in_time.in_time(endless, [endless])
    assert ended.is_set()
