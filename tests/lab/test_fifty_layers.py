"""The network of fifty layers: its repairs, run with the student's functions, and the scoreboard that keeps them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from autograder import lab
from autograder.exercises import catalogue
from autograder.lab import style
from autograder.lab.fifty_layers import dashboard, network
from autograder.lab.fifty_layers.network import train
from autograder.lab.fifty_layers.recipe import FIRST, Recipe
from autograder.lab.fifty_layers.scoreboard import REPAIRS, repair_made_with, scoreboard_file, scores
from autograder.lab.handwritten_digits import mnist, mnist_images, mnist_test
from autograder.lab.students import UnusableResult
from autograder.lab.training import QUICK
from autograder.solutions import solution
from tests.support.thorough import THOROUGH

each_repair = pytest.mark.parametrize("key", REPAIRS)


def own(key: str) -> dict:
    """The model solutions of the exercises that a repair is made with."""
    return {name: solution(name) for name in REPAIRS[key].functions}


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """A few steps only, in a folder of its own."""
    monkeypatch.setenv(QUICK, "1")
    monkeypatch.setattr(dashboard, "_runs", {})
    monkeypatch.chdir(tmp_path)


# ---------------------------------------------------------------- the data


def test_mnist_is_split_without_an_image_in_two_parts():
    x, y, x_validation, y_validation = mnist()
    x_test, y_test = mnist_test()
    assert [len(part) for part in (x, y, x_validation, y_validation, x_test, y_test)] == [8000, 8000, *[1000] * 4]
    assert len(np.unique(np.concatenate([x, x_validation, x_test]), axis=0)) == 10000
    assert abs(float(x.mean())) < 1e-3 and abs(float(x.std()) - 1) < 1e-3


def test_mnist_has_every_digit_and_hands_out_copies():
    images, labels = mnist_images()
    assert images.shape == (10000, 28, 28) and images.dtype == np.uint8
    assert np.bincount(labels).min() > 800
    mnist()[0][:] = 0
    assert mnist()[0].any()


# ---------------------------------------------------------------- the repairs


@each_repair
def test_a_repair_is_made_with_exercises_and_found_by_their_names(key):
    repair = REPAIRS[key]
    assert set(repair.functions) <= set(catalogue())
    assert repair_made_with(own(key)) == key
    assert repair_made_with({name: None for name in repair.functions if name not in repair.only}) == key


@each_repair
def test_with_the_solutions_a_network_learns_as_with_pytorch(key, quick):
    """Every function of a repair is called, with the arguments that its exercise takes."""
    called = set()

    def noticed(name):
        function = solution(name)

        def wrapped(*arguments):
            called.add(name)
            return function(*arguments)

        return wrapped

    repair = REPAIRS[key]
    mine = train(repair.recipe, {name: noticed(name) for name in repair.functions})
    given = train(repair.recipe)
    assert called == set(repair.functions)
    np.testing.assert_allclose(mine.losses[:2], given.losses[:2], rtol=1e-3)


@each_repair
def test_the_seed_alone_decides_how_a_network_starts(key, quick):
    recipe = REPAIRS[key].recipe
    losses = [train(recipe, seed=seed).losses for seed in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("key", REPAIRS if THOROUGH else ("initialization", "selu"))
def test_the_accuracies_are_those_that_the_scoreboard_tells(key, monkeypatch):
    monkeypatch.delenv(QUICK, raising=False)
    low, high = REPAIRS[key].accuracy
    for seed in range(3) if THOROUGH else (0,):
        assert low <= train(REPAIRS[key].recipe, seed=seed).accuracy <= high


def test_as_one_writes_it_first_the_network_reads_nothing(monkeypatch):
    monkeypatch.delenv(QUICK, raising=False)
    run = train(FIRST)
    assert run.accuracy < 0.15 and abs(run.losses[-1] - np.log(10)) < 0.1
    assert run.first.gradient[0] < 1e-15 * run.first.gradient[-1]


# ---------------------------------------------------------------- the dashboard


@pytest.fixture
def figures(monkeypatch):
    """What is drawn, by its alternative text."""
    shown = []
    monkeypatch.setattr(style, "show", lambda figure, alt, place=None: shown.append((style.as_png(figure), alt)))
    return shown


@pytest.mark.parametrize("key", ["as found", "clipping"])
def test_the_opening_draws_the_network_as_it_is(key, quick, figures, capsys):
    lab.opening(key)
    [(png, alt)] = figures
    assert png.startswith(b"\x89PNG") and "as it is: 3 steps" in alt
    assert "Guessing reads 10 %." in capsys.readouterr().out


@each_repair
def test_a_dashboard_draws_the_network_with_the_repair(key, quick, figures, capsys):
    lab.dashboard(**own(key))
    assert "with your repair" in figures[-1][1]
    assert REPAIRS[key].title in capsys.readouterr().out


def test_a_dashboard_keeps_its_row_beside_the_others(quick, figures, monkeypatch):
    monkeypatch.delenv(QUICK)
    monkeypatch.setattr(network, "STEPS", 3)
    scoreboard_file().write_text('{"selu": 0.5, "gone": 1, "momentum": "?"}')
    lab.dashboard(**own("initialization"))
    kept = json.loads(scoreboard_file().read_text())
    assert kept["selu"] == 0.5 and 0 <= kept["initialization"] <= 1 and set(kept) == {"selu", "initialization"}
    lab.dashboard(**own("initialization"), change={"learning_rate": 0.5})
    assert json.loads(scoreboard_file().read_text()) == kept


@pytest.mark.parametrize("text", ["", "[1]", "nonsense", '{"selu": null}'])
def test_a_scoreboard_that_cannot_be_read_counts_as_nothing(text, quick):
    scoreboard_file().write_text(text)
    assert scores() == {}


def test_the_scoreboard_stands_beside_the_folders_of_the_chapters(tmp_path, monkeypatch):
    (tmp_path / "1_training_problems").mkdir()
    monkeypatch.chdir(tmp_path / "1_training_problems")
    assert scoreboard_file() == tmp_path / "scoreboard.json"


def test_other_functions_and_choices_are_answered_with_a_sentence(quick, capsys):
    lab.dashboard(elephant=len)
    assert "No repair of the network is made with elephant" in capsys.readouterr().out
    lab.dashboard(**own("initialization"), change={"colour": 1})
    assert "you change colour" in capsys.readouterr().out


def test_a_function_that_is_missing_or_useless_is_named(quick, capsys):
    def selu(z):
        raise NotImplementedError

    lab.dashboard(selu=selu, selu_backward=solution("selu_backward"))
    assert "your own selu" in capsys.readouterr().out
    lab.dashboard(selu=lambda z: z[0], selu_backward=solution("selu_backward"))
    assert "instead of" in capsys.readouterr().out
    with pytest.raises(UnusableResult):
        train(Recipe(step="adam_step"), {"adam_step": lambda *arguments: None})


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([2.3, 1.0, 3.1], []),
        ([2.3, 9.0, 1.0], []),
        ([2.3, 9.0, 4e7], ["outside from step 2 on,\nat 4e+07 in the end"]),
        ([5.0, np.inf, np.nan], ["outside from step 1 on,\nnot a number in the end"]),
    ],
    ids=["inside", "back again", "far above", "not a number"],
)
def test_a_loss_that_has_left_its_panel_is_told_in_words(losses, words):
    _, axes = style.new_figure()
    dashboard._say_where_the_loss_is(axes, losses)
    assert [text.get_text() for text in axes.texts] == words
