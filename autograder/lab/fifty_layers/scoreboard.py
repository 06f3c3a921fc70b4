"""The rows of the scoreboard: what each notebook repairs, and the file that keeps the student's accuracies."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.course import write_atomically
from autograder.lab.fifty_layers.network import train
from autograder.lab.fifty_layers.recipe import FIRST, Recipe, Repair
from autograder.lab.students import UnusableResult
from autograder.lab.training import QUICK

GLOROT = Recipe("glorot_normal", "tanh", learning_rate=0.03)
RELU = Recipe("he_normal", "relu", learning_rate=0.01)
LEAKY = replace(RELU, activation="leaky_relu")
SELU = Recipe("lecun_normal", "selu", learning_rate=0.01)
"""The best network of chapter 1 without batch normalization: the faster optimizers and what follows start from it."""
TOO_FAST = replace(SELU, learning_rate=0.1)
NORMALIZED = Recipe("he_normal", "elu", batch_norm=True, learning_rate=0.1)
SLOW = replace(SELU, learning_rate=0.001)
MOMENTUM = replace(SLOW, step="momentum_step")
ADAM = replace(SELU, step="adam_step", learning_rate=0.0003)
ADAM_TOO_FAST = replace(ADAM, learning_rate=0.001)

REPAIRS: dict[str, Repair] = {
    "as found": Repair(
        "as one writes it first",
        ("mlp_forward", "mlp_gradients", "layer_norms"),
        FIRST,
        FIRST,
        (0.09, 0.14),
        "The images are the same to the last layer, and no gradient comes back: nothing is learned.",
        only=("layer_norms",),
    ),
    "initialization": Repair(
        "initialization: Glorot, tanh",
        ("glorot_normal",),
        GLOROT,
        FIRST,
        (0.3, 0.62),
        "Nothing but the standard deviation of the first weights has changed.",
    ),
    "relu": Repair(
        "activation: ReLU with He",
        ("relu", "relu_backward"),
        RELU,
        replace(GLOROT, activation="sigmoid"),
        (0.13, 0.36),
        "ReLU revives the sigmoid network, but at fifty layers tanh near its linear part does better: each ReLU layer "
        "makes the images more alike.",
    ),
    "leaky ReLU": Repair(
        "activation: leaky ReLU",
        ("leaky_relu", "leaky_relu_backward"),
        LEAKY,
        RELU,
        (0.13, 0.6),
        "A leak of a quarter keeps the images apart longer than ReLU does.",
    ),
    "selu": Repair(
        "activation: SELU with LeCun",
        ("selu", "selu_backward"),
        SELU,
        GLOROT,
        (0.62, 0.84),
        "Mean and variance stay at 0 and 1 without help, through fifty layers.",
    ),
    "batch normalization": Repair(
        "batch normalization",
        ("batch_norm_train", "batch_norm_evaluate", "batch_norm_backward"),
        NORMALIZED,
        replace(NORMALIZED, batch_norm=False),
        (0.7, 0.9),
        "A rate ten times as large does no harm any more; each step takes two to three times as long.",
    ),
    "clipping": Repair(
        "gradient clipping",
        ("clip_by_global_norm",),
        replace(TOO_FAST, max_norm=1.0),
        TOO_FAST,
        (0.6, 0.86),
        "With a rate that is ten times too large, nearly every step is clipped, and the network learns all the same.",
    ),
    "momentum": Repair(
        "momentum",
        ("momentum_step",),
        MOMENTUM,
        SLOW,
        (0.66, 0.88),
        "Momentum 0.9 takes the network about as far as plain descent with ten times the rate.",
    ),
    "Nesterov": Repair(
        "Nesterov's momentum",
        ("nesterov_step",),
        replace(MOMENTUM, step="nesterov_step"),
        MOMENTUM,
        (0.66, 0.88),
        "Other starts move both numbers by more than this: one run of 200 steps does not rank the two.",
    ),
    "RMSProp": Repair(
        "RMSProp",
        ("rmsprop_step",),
        replace(SELU, step="rmsprop_step", learning_rate=0.0003),
        SLOW,
        (0.5, 0.9),
        "Each weight gets a step of its own size, so the rate means the same in all fifty layers.",
    ),
    "Adam": Repair(
        "Adam",
        ("adam_step",),
        ADAM,
        SLOW,
        (0.6, 0.88),
        "Momentum and a step size for each weight together; at three times this rate it does far worse.",
    ),
    "Nadam": Repair(
        "Nadam",
        ("nadam_step",),
        replace(ADAM, step="nadam_step"),
        ADAM,
        (0.6, 0.88),
        "As good as Adam, within the spread of the seeds.",
    ),
    "schedule": Repair(
        "1cycle schedule, with Adam",
        ("one_cycle_schedule",),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule"),
        ADAM_TOO_FAST,
        (0.6, 0.9),
        "The same largest rate: reached slowly and left again, it does no harm.",
    ),
    "L2": Repair(
        "L2 penalty",
        ("l2_gradient",),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule", l2=1e-4),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule"),
        (0.5, 0.9),
        "No repair: in 200 steps each image is seen once or twice, and nothing has been learned by heart yet.",
    ),
    "dropout": Repair(
        "dropout",
        ("dropout", "dropout_backward"),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule", dropout=0.02),
        replace(ADAM_TOO_FAST, schedule="one_cycle_schedule"),
        (0.2, 0.75),
        "No repair: nothing has been learned by heart yet, and the noise of fifty layers adds up.",
    ),
    "all together": Repair(
        "all together",
        (
            "he_normal",
            "elu",
            "elu_backward",
            "batch_norm_train",
            "batch_norm_evaluate",
            "batch_norm_backward",
            "adam_step",
            "one_cycle_schedule",
        ),
        replace(NORMALIZED, step="adam_step", learning_rate=0.003, schedule="one_cycle_schedule"),
        FIRST,
        (0.6, 0.95),
        "Fifty layers learn, from the first step to the last.",
    ),
}
"""Key -> row, in the order of the course."""


def measured(key: str, seeds: range = range(3)) -> tuple[float, float]:
    """The lowest and the highest accuracy of a repair over some seeds: what an author enters as its range."""
    found = [train(REPAIRS[key].recipe, seed=seed).accuracy for seed in seeds]
    return min(found), max(found)


def repair_made_with(names: Mapping[str, Any]) -> str:
    """The key of the repair that is made with these exercises. Raises UnusableResult where there is none."""
    for key, repair in REPAIRS.items():
        if set(repair.functions) - set(repair.only) <= set(names) <= set(repair.functions):
            return key
    known = "; ".join(", ".join(repair.functions) for repair in REPAIRS.values())
    raise UnusableResult(
        f"No repair of the network is made with {', '.join(names) or 'nothing'}. Give your functions by name, as in "
        f"lab.dashboard(he_normal=he_normal). There are repairs with: {known}."
    )


def scoreboard_file() -> Path:
    """The student's scoreboard: in the folder of the course, beside those of the chapters, or else in this one."""
    here = Path.cwd()
    return (here.parent if here.name[:2] in {f"{chapter}_" for chapter in range(1, 10)} else here) / "scoreboard.json"


def scores() -> dict[str, float]:
    """The student's accuracies by repair. What cannot be read counts as nothing."""
    try:
        found = json.loads(scoreboard_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: float(found[key]) for key in REPAIRS if isinstance(found.get(key), (int, float))}


def keep(key: str, accuracy: float) -> None:
    """Write an accuracy into the student's scoreboard. A folder that cannot be written to is left alone."""
    if os.environ.get(QUICK):
        return
    try:
        text = json.dumps({**scores(), key: round(accuracy, 4)}, indent=1)
        write_atomically(scoreboard_file(), text + "\n")
    except OSError:
        print("This folder cannot be written to, so your row of the scoreboard is not kept.")
