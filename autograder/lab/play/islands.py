"""Islands around wrong labels in a decision boundary, and how they sink as lambda grows."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.lab.activations import logistic
from autograder.lab.experiment import experiment
from autograder.lab.play import scene
from autograder.lab.play.controls import Slider
from autograder.lab.play.moving import Picture, show
from autograder.lab.play.scene import Axis, Panel, Scene
from autograder.lab.students import on_a_list

POINTS, WRONG, FRESH, SIDE = 60, 8, 300, 44
EDGE = 1.6
ROUNDS, LONGEST = 5, 40.0
STRENGTHS = np.geomspace(1e-5, 0.1, 11)[::-1]
CONTROLS = (
    Slider("strength", "λ", 1e-5, 0.1, 1e-4, log=True),
    Slider("width", "width of a bump", 0.12, 0.8, 0.3, log=True),
)


@experiment
def play_islands(l2_gradient: Callable) -> None:
    """A classifier on 60 bumps, trained with your l2_gradient on labels of which 8 are wrong: drag lambda."""
    pull = on_a_list(l2_gradient)
    rng = np.random.default_rng(3)
    x, fresh = rng.uniform(-EDGE, EDGE, (POINTS, 2)), rng.uniform(-EDGE, EDGE, (FRESH, 2))
    truth, fresh_truth = _above(x), _above(fresh)
    wrong = rng.permutation(POINTS)[:WRONG]
    labels = truth.copy()
    labels[wrong] = ~labels[wrong]
    side = np.linspace(-EDGE, EDGE, SIDE)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)

    @lru_cache(maxsize=32)
    def trained(width: float) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
        """The weights for each of STRENGTHS, and the bumps of the points, of fresh points and of the map."""
        here, there, everywhere = (bumps(points, x, width) for points in (x, fresh, grid))
        weights, found = np.zeros(POINTS), []
        for strength in STRENGTHS:
            weights = fit(pull, here, labels, float(strength), weights)
            found.append(weights)
        return found, here, there, everywhere

    def draw(values: dict[str, Any]) -> Scene:
        found, here, there, everywhere = trained(values["width"])
        nearest = found[int(np.abs(np.log(STRENGTHS / values["strength"])).argmin())]
        weights = fit(pull, here, labels, values["strength"], nearest)
        shares = np.array([_shares(w, here, there, labels, wrong, fresh_truth) for w in found])
        now = _shares(weights, here, there, labels, wrong, fresh_truth)
        chance = logistic(everywhere @ weights).reshape(SIDE, SIDE)
        return _scene(chance, x, labels, wrong, shares, now, values)

    show(Picture("Islands around wrong labels", CONTROLS, draw, [l2_gradient]))


def _above(points: np.ndarray) -> np.ndarray:
    return points[:, 1] > 0.7 * np.sin(2.2 * points[:, 0])


def bumps(points: np.ndarray, centres: np.ndarray, width: float) -> np.ndarray:
    """How near each point is to each centre, 1 at the centre itself."""
    distance = ((points[:, None] - centres) ** 2).sum(axis=-1)
    return np.exp(-distance / (2 * width**2))


def fit(pull: Callable, features: np.ndarray, labels: np.ndarray, strength: float, weights: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression with the penalty whose gradient is the student's, by Newton's method."""
    for _ in range(ROUNDS):
        p = logistic(features @ weights)
        slope = features.T @ (p - labels) / len(labels) + pull([weights], strength)[0]
        bend = (features * (p * (1 - p))[:, None]).T @ features / len(labels)
        bend[np.diag_indices(len(bend))] += 2 * strength + 1e-9
        step = np.linalg.solve(bend, slope)
        weights = weights - step * min(1.0, LONGEST / max(float(np.linalg.norm(step)), 1e-12))
    return weights


def _shares(
    weights: np.ndarray, here: np.ndarray, there: np.ndarray, labels: np.ndarray, wrong: np.ndarray, fresh: np.ndarray
) -> tuple[float, float]:
    """The share of the wrong labels that are reproduced, and of the fresh points that are right."""
    answers = here @ weights > 0
    return float((answers == labels)[wrong].mean()), float(((there @ weights > 0) == fresh).mean())


def _scene(
    chance: np.ndarray,
    x: np.ndarray,
    labels: np.ndarray,
    wrong: np.ndarray,
    shares: np.ndarray,
    now: tuple[float, float],
    values: dict[str, Any],
) -> Scene:
    says = (
        f"λ = {values['strength']:.2g}, bumps {values['width']:.2g} wide: {now[0] * WRONG:.0f} of {WRONG} "
        f"wrong labels are "
        f"memorized, and {now[1]:.0%} of {FRESH} new points are right."
    )
    alt = (
        f"Left: the plane in two colors, divided by a wavy line, with {POINTS} points, and islands of the "
        f"other color "
        "around those whose label is wrong. Right: against λ, the share of wrong labels that are memorized, "
        "which falls, "
        "and the share of new points that are right."
    )
    left = Panel(
        "Crosses have a wrong label",
        Axis("x₁", -EDGE, EDGE),
        Axis("x₂", -EDGE, EDGE),
        _points(chance, x, labels, wrong),
        height=380,
        square=True,
    )
    right = Panel(
        "Drag λ",
        Axis("λ", 1e-5, 0.1, log=True),
        Axis("share", 0.0, 1.04),
        [
            scene.line(STRENGTHS, shares[:, 0], "red", "wrong labels memorized", marker="s", dash=1),
            scene.line(STRENGTHS, shares[:, 1], "blue", "new points right", marker="o"),
            scene.across(values["strength"], "ink", upright=True),
            scene.handle("strength of the penalty", values["strength"], 0.05, ("strength", ""), "ink"),
        ],
        height=380,
        weight=0.9,
    )
    return Scene([left, right], says, alt)


def _points(chance: np.ndarray, x: np.ndarray, labels: np.ndarray, wrong: np.ndarray) -> list[scene.Mark]:
    right = np.ones(len(x), dtype=bool)
    right[wrong] = False
    both = (-EDGE, EDGE)
    marks = [scene.image(0.12 + 0.76 * chance, both, both, "balance")]
    for label, colour, marker, name in ((True, "red", "s", "above"), (False, "blue", "o", "below")):
        good, bad = right & (labels == label), ~right & (labels == label)
        marks.append(scene.points(x[good], "ink", marker=marker, size=7))
        marks.append(scene.points(x[good], colour, f"label {name}", marker=marker, size=5))
        marks.append(scene.points(x[bad], "ink", marker=marker, size=11))
        marks.append(scene.points(x[bad], "paper", marker="X", size=7))
    line = 0.7 * np.sin(2.2 * np.linspace(*both, 61))
    marks.append(scene.line(np.linspace(*both, 61), line, "ink", "the truth", dash=1, width=1.2))
    return marks
