"""Dropout at work: what it does to a unit, to training on few digits, to feature maps, and as a source of doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.lab import style
from autograder.lab.activations import selu
from autograder.lab.experiment import experiment
from autograder.lab.handwritten_digits import SPLIT_SEED, VALIDATION, digits, images
from autograder.lab.networks import Networks, bounded_cross_entropy, softmax, weights_by_seed
from autograder.lab.students import UnusableResult, arrays, guess, unusable
from autograder.lab.training import Momentum, minibatches

PASSES = 50
"""Passes with dropout for one prediction of `mc_dropout`."""


def require(dropout: Callable | None = None, backward: Callable | None = None) -> None:
    """Raise UnusableResult unless these functions work on a small array, in training and in evaluation."""
    x = np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 2, 3)
    u = np.linspace(0, 0.99, 12).reshape(2, 2, 3)
    for training in (True, False):
        if dropout is not None:
            arrays(dropout, (x, u, 0.3, training), x.shape, x.shape)
        if backward is not None:
            arrays(backward, (x, u >= 0.3, 0.3, training), x.shape)


def show_picture(axes: Any, picture: np.ndarray, **options: Any) -> None:
    """A small image without ticks and grid. options: those of `imshow`."""
    axes.imshow(picture, **options)
    axes.set(xticks=[], yticks=[])
    axes.grid(False)


# ---------------------------------------------------------------- networks with dropout behind every hidden layer


class WithDropout(Networks):
    """ReLU networks of one shape with a student's dropout, trained side by side with momentum.

    Images and labels have a first axis for the network. dropped: for every hidden layer, whether dropout follows it.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        seeds: Sequence[int],
        dropout: Callable | None,
        backward: Callable,
        p: float,
        dropped: Sequence[bool],
    ) -> None:
        super().__init__(weights_by_seed(seeds, sizes))
        self.dropout, self.backward, self.p, self.dropped = dropout, backward, p, dropped
        self.momentum = Momentum(self.parameters)
        self.rng = np.random.default_rng(1000)

    def activate(self, layer: int, z: np.ndarray, mode: str) -> tuple[np.ndarray, tuple]:
        """ReLU, then dropout."""
        a, memory = super().activate(layer, z, mode)
        if self.dropout is None or not self.dropped[layer]:
            return a, (None, memory)
        u = self.rng.random(z.shape, np.float32) if mode == "training" else np.zeros(z.shape, np.float32)
        a, kept = self.dropout(a, u, self.p, mode == "training")
        return np.asarray(a, np.float32), (np.asarray(kept, bool), memory)

    def activate_backward(self, layer: int, dout: np.ndarray, memory: tuple) -> tuple[np.ndarray, list[np.ndarray]]:
        """The gradient of z."""
        kept, of_relu = memory
        if kept is not None:
            dout = np.asarray(self.backward(dout, kept, self.p, True), np.float32)
        return super().activate_backward(layer, dout, of_relu)

    def train(self, x: np.ndarray, labels: np.ndarray, epochs: int, rate: float, batch: int = 30) -> None:
        """Train for some epochs; a further call goes on."""
        rng = np.random.default_rng(self.rng.integers(2**31))
        for _ in range(epochs):
            for rows in minibatches(rng, x.shape[1], batch, rest=True):
                self.momentum.step(self.gradients(x[:, rows], labels[:, rows])[1], rate)

    def judge(self, x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Accuracy and mean cross-entropy of every network, in evaluation."""
        return self.accuracy(x, labels), bounded_cross_entropy(self.scores(x), labels)


def few_digits(seeds: Sequence[int], count: int = 150, wrong: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every seed `count` training images and labels of its own; a share `wrong` of the labels is changed.

    Returns images, labels, and which labels were changed.
    """
    x, y, _, _ = digits("float32")
    found = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        chosen = rng.permutation(len(x))[:count]
        changed = rng.permutation(count) < wrong * count
        found.append((x[chosen], (y[chosen] + changed * rng.integers(1, 10, count)) % 10, changed))
    images, labels, changes = (np.stack(part) for part in zip(*found, strict=True))
    return images, labels, changes


def validation(count: int) -> tuple[np.ndarray, np.ndarray]:
    """The validation images and labels, repeated for `count` networks."""
    _, _, x, y = digits("float32")
    return np.broadcast_to(x, (count, *x.shape)), np.broadcast_to(y, (count, len(y)))


# ---------------------------------------------------------------- one layer


@experiment
def training_against_evaluation(dropout: Callable, *, p: float = 0.3, prediction: float | None = None) -> None:
    """What 40 units behind dropout receive for 30 digits: mean over 400 masks against evaluation, with your dropout and
    without its scaling.

    prediction: the slope without scaling.
    """
    prediction = guess(prediction)
    require(dropout)
    rng = np.random.default_rng(0)
    _, _, x, _ = digits()
    a = np.maximum(x[:30] @ rng.normal(0, np.sqrt(2 / 64), (64, 200)), 0)
    weights = rng.normal(0, np.sqrt(2 / 200), (200, 40))
    shape = (400, *a.shape)
    u = rng.random(shape)
    yours = arrays(dropout, (np.broadcast_to(a, shape), u, p, True), shape, shape)[0].mean(axis=0) @ weights
    plain = (a * (u >= p).mean(axis=0)) @ weights
    z = arrays(dropout, (a, u[0], p, False), a.shape, a.shape)[0] @ weights
    figure, axes = style.new_figure(width=5.6, height=4.0)
    ends = np.array([z.min(), z.max()])
    said = []
    for values, name, colour, marker in (
        (plain, "dropped, not scaled", style.RED, "s"),
        (yours, "your dropout", style.BLUE, "o"),
    ):
        slope = float((z * values).sum() / (z * z).sum())
        label = f"{name}: slope {slope:.2f}"
        look = {"color": colour, "marker": marker, "linestyle": "none", "markersize": 3, "alpha": 0.4}
        axes.plot(z.ravel(), values.ravel(), label=label, **look)
        axes.plot(ends, slope * ends, color=colour, linewidth=1.2)
        said.append(label)
    if prediction is not None:
        axes.plot(ends, prediction * ends, color=style.BLACK, linestyle="--", label=f"your prediction: {prediction:g}")
    axes.set(xlabel="z in evaluation", ylabel="mean of z in training")
    axes.set_title(f"Input of 40 units behind dropout with p = {p:g}")
    axes.legend(loc="upper left")
    style.show(
        figure,
        "Scatter plot of what units receive in training, averaged over 400 masks, against what they receive in "
        f"evaluation. The points lie along two straight lines. {'; '.join(said)}.",
    )


@experiment
def noise_of_a_unit(dropout: Callable, dropout_moments: Callable, *, ps: Sequence[float] = (0.2, 0.5, 0.8)) -> None:
    """What one unit behind dropout receives for one digit under 4000 masks, and the normal curve with your moments."""
    require(dropout)
    rng = np.random.default_rng(3)
    _, _, x, _ = digits()
    a = np.maximum(x[:1] @ rng.normal(0, np.sqrt(2 / 64), (64, 100)), 0)
    weights, bias = rng.normal(0, np.sqrt(2 / 100), (1, 100)), np.zeros(1)
    figure, panels = style.new_figure(columns=len(ps), width=8.8, height=3.0, sharex=True)
    masks, said = 4000, []
    for axes, p, colour in zip(panels, ps, style.COLOURS, strict=False):
        mean, variance = (float(part[0, 0]) for part in arrays(dropout_moments, (a, weights, bias, p), (1, 1), (1, 1)))
        if variance <= 0:
            raise unusable("dropout_moments", "gives a variance that is not positive")
        shape = (masks, a.shape[1])
        z = arrays(dropout, (np.broadcast_to(a, shape), rng.random(shape), p, True), shape, shape)[0] @ weights[0]
        axes.hist(z, bins=40, density=True, color=colour, alpha=0.4)
        deviation = np.sqrt(variance)
        grid = np.linspace(mean - 4 * deviation, mean + 4 * deviation, 200)
        curve = np.exp(-(((grid - mean) / deviation) ** 2) / 2) / (deviation * np.sqrt(2 * np.pi))
        axes.plot(grid, curve, color=colour)
        axes.axvline(float((a @ weights.T).item()), color=style.BLACK, linestyle="--", linewidth=1.2)
        axes.set(xlabel="z", title=f"p = {p:g}: deviation {z.std():.2f}\nyours: {deviation:.2f}")
        said.append(
            f"p = {p:g}: mean {z.mean():.2f} and deviation {z.std():.2f}, by formula {mean:.2f}, {deviation:.2f}"
        )
    panels[0].set_ylabel("density")
    style.show(
        figure,
        "Histograms of the input of one unit over 4000 masks, each with a normal curve that has your moments; a "
        f"dashed line marks the value in evaluation. {'; '.join(said)}.",
    )


KERNELS = {
    "the digit": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "blurred": np.ones((3, 3)) / 9,
    "left edges": np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / -8,
    "upper edges": np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]) / -8,
    "slopes /": np.array([[2, 1, 0], [1, 0, -1], [0, -1, -2]]) / -8,
    "slopes \\": np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]) / -8,
}
"""Name of a channel -> the 3 x 3 weights that make it from the image."""


def feature_maps(pictures: np.ndarray) -> np.ndarray:
    """(N, 8, 8) images -> (N, C, 8, 8): one channel for each of `KERNELS`, the image enlarged by zeros at its edges."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    shifted = np.stack([padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)], axis=-1)
    weights = np.stack([kernel.ravel() for kernel in KERNELS.values()])
    return np.moveaxis(shifted @ weights.T, -1, 1)


def guessed_from_neighbours(original: np.ndarray, dropped: np.ndarray, kept: np.ndarray) -> float:
    """The share of the variance of dropped values that a linear guess from the 8 neighbours around them explains.

    All arrays (N, C, 8, 8); the inner 6 x 6 pixels count, each channel has a guess of its own.
    """
    total, rest = 0.0, 0.0
    for c in range(original.shape[1]):
        around = [
            dropped[:, c, 1 + i : 7 + i, 1 + j : 7 + j].ravel()
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            if (i, j) != (0, 0)
        ]
        gone = ~kept[:, c, 1:7, 1:7].ravel()
        features = np.column_stack([np.ones(gone.sum()), *(values[gone] for values in around)])
        target = original[:, c, 1:7, 1:7].ravel()[gone]
        weights = np.linalg.lstsq(features, target, rcond=None)[0]
        rest += float(((target - features @ weights) ** 2).sum())
        total += float(((target - target.mean()) ** 2).sum())
    return 1 - rest / total


@experiment
def pixels_or_channels(dropout: Callable, dropout_channels: Callable, *, p: float = 0.5) -> None:
    """Six feature maps of a digit: as they are, with pixels dropped, with channels dropped."""
    require(dropout)
    rng = np.random.default_rng(11)
    pictures, _ = images()
    maps = feature_maps(pictures[:400].reshape(-1, 8, 8) / 16)
    pixels, kept = arrays(dropout, (maps, rng.random(maps.shape), p, True), maps.shape, maps.shape)
    u = rng.random(maps.shape[:2])
    u[0] = [0.9, 0.2, 0.7, 0.1, 0.3, 0.8]
    channels = arrays(dropout_channels, (maps, u, p, True), maps.shape)[0]
    kept_channels = np.broadcast_to((u >= p)[:, :, None, None], maps.shape)
    by_pixel = guessed_from_neighbours(maps, pixels, kept.astype(bool))
    by_channel = guessed_from_neighbours(maps, channels, kept_channels)
    figure, panels = style.new_figure(3, 6, width=8.4, height=4.6)
    rows = (("as they are", maps), ("pixels dropped", pixels), ("channels dropped", channels))
    for row, (title, arrays_of_row) in zip(panels, rows, strict=True):
        for axes, picture, name, first in zip(row, arrays_of_row[0], KERNELS, maps[0], strict=True):
            top = np.abs(first).max() / (1 if title == "as they are" else 1 - p)
            show_picture(axes, picture, cmap="PuOr", vmin=-top, vmax=top)
            if title == "as they are":
                axes.set_title(name, fontsize=9)
        row[0].set_ylabel(title)
    print(f"Variance of the dropped values that their 8 neighbors explain: pixels {by_pixel:.0%}, ", end="")
    print(f"channels {max(by_channel, 0):.0%}.")
    style.show(
        figure,
        "Three rows of six small images, feature maps of a handwritten 0 such as its edges. Second row: half of the "
        "pixels are blank, the shapes can still be made out. Third row: three of the six maps are blank altogether, "
        "the others complete.",
    )


# ---------------------------------------------------------------- few digits

UNITS, EPOCHS, RATE = 100, 80, 0.005


@experiment
def overfitting(
    dropout: Callable, dropout_backward: Callable, *, p: float = 0.5, prediction: float | None = None
) -> None:
    """Six networks, each on 150 digits of its own, with your dropout and without: losses and accuracy by epoch.

    prediction: by how many percentage points dropout changes the accuracy on unseen digits.
    """
    prediction = guess(prediction)
    require(dropout, dropout_backward)
    seeds = range(6)
    x, labels, _ = few_digits(seeds)
    unseen = validation(len(seeds))
    figure, panels = style.new_figure(columns=3, width=9.6, height=3.3)
    final, said = [], []
    for name, used, colour, line in (
        ("without", None, style.RED, "--"),
        (f"dropout, p = {p:g}", dropout, style.BLUE, "-"),
    ):
        networks = WithDropout((64, UNITS, UNITS, 10), seeds, used, dropout_backward, p, (True, True))
        history = [(*networks.judge(x, labels), *networks.judge(*unseen))]
        epochs = range(0, EPOCHS + 1, EPOCHS // 20)
        for _ in epochs[1:]:
            networks.train(x, labels, epochs.step, RATE)
            history.append((*networks.judge(x, labels), *networks.judge(*unseen)))
        of_training, loss, accuracy, loss_unseen = np.array(history).transpose(1, 0, 2)
        for axes, values in zip(panels, (loss, loss_unseen, 100 * accuracy), strict=True):
            axes.plot(epochs, values.mean(axis=1), color=colour, linestyle=line, label=name)
            low, high = values.min(axis=1), values.max(axis=1)
            axes.fill_between(epochs, low, high, color=colour, alpha=0.15, linewidth=0)
        final.append(100 * accuracy[-1])
        said.append(
            f"{name}: training loss {loss[-1].mean():.3f} and accuracy {of_training[-1].mean():.1%}, on unseen digits "
            f"loss {loss_unseen[-1].mean():.2f} and accuracy {accuracy[-1].mean():.1%}"
        )
    panels[0].set(yscale="log", title="loss on the 150 digits", ylabel="cross-entropy", xlabel="epoch")
    panels[1].set(title="loss on 360 unseen digits", xlabel="epoch", ylim=(0.2, 1.2))
    panels[2].set(title="accuracy on unseen digits, %", xlabel="epoch", ylim=(75, 95))
    panels[0].legend()
    print("\n".join(said))
    gain = final[1] - final[0]
    summary = ", ".join(f"{value:+.1f}" for value in gain)
    guessed = f" You predicted {prediction:+g}." if prediction is not None else ""
    print(f"What dropout changes, in percentage points, for the six networks: {summary}; ", end="")
    print(f"mean {gain.mean():+.1f}.{guessed}")
    style.show(
        figure,
        f"Three plots against the epoch, mean and range of six networks with and without dropout. {'; '.join(said)}.",
    )


@experiment
def how_much_to_drop(
    dropout: Callable,
    dropout_backward: Callable,
    *,
    ps: Sequence[float] = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8),
    prediction: float | None = None,
) -> None:
    """The same training for several p, on right labels and on labels of which a fifth is wrong.

    prediction: the best p with wrong labels.
    """
    prediction = guess(prediction)
    require(dropout, dropout_backward)
    seeds = range(5)
    right, wrong = few_digits(seeds), few_digits(seeds, wrong=0.2)
    x, labels, changed = (np.concatenate(parts) for parts in zip(right, wrong, strict=True))
    unseen = validation(2 * len(seeds))
    accuracies, shares = [], []
    for p in ps:
        networks = WithDropout((64, UNITS, UNITS, 10), [*seeds, *seeds], dropout, dropout_backward, p, (True, True))
        networks.train(x, labels, EPOCHS, RATE)
        accuracies.append(100 * networks.judge(*unseen)[0].reshape(2, -1))
        answers = networks.scores(x).argmax(axis=-1)
        shares.append([100 * (answers == labels)[i][changed[i]].mean() for i in range(len(seeds), 2 * len(seeds))])
    accuracy, learned = np.array(accuracies), np.array(shares)
    figure, panels = style.new_figure(columns=2, width=8.6, height=3.4)
    said = []
    for i, name in enumerate(("all labels right", "a fifth of the labels wrong")):
        look = {"color": style.COLOURS[i], "marker": style.MARKERS[i]}
        panels[0].plot(ps, accuracy[:, i].mean(axis=1), linestyle=style.LINES[i], label=name, **look)
        panels[0].plot(ps, accuracy[:, i], linestyle="none", markersize=3, alpha=0.5, **look)
        said.append(f"{name}: " + ", ".join(f"{value:.1f}" for value in accuracy[:, i].mean(axis=1)))
    look = {"color": style.GREEN, "marker": "D"}
    panels[1].plot(ps, learned.mean(axis=1), **look)
    panels[1].plot(ps, learned, linestyle="none", markersize=3, alpha=0.5, **look)
    said.append("wrong labels learned: " + ", ".join(f"{value:.0f}" for value in learned.mean(axis=1)))
    style.mark_prediction(panels[0], prediction)
    panels[0].set(xlabel="p", ylabel="right answers, %", title="unseen digits")
    panels[0].legend(loc="lower left")
    panels[1].set(
        xlabel="p", ylabel="wrong labels learned, %", title="training digits with a wrong label", ylim=(0, 104)
    )
    print("in percent, for p = " + ", ".join(f"{p:g}" for p in ps))
    print("\n".join(said))
    style.show(
        figure,
        f"Percentages against the dropout probabilities {', '.join(f'{p:g}' for p in ps)}, mean of five networks on "
        f"150 digits. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- doubt


def rotated(pictures: np.ndarray, degrees: float) -> np.ndarray:
    """(N, 8, 8) images turned about their centre, with linear interpolation; white comes in from outside."""
    angle = np.deg2rad(degrees)
    row, column = np.mgrid[0:8, 0:8] - 3.5
    padded = np.pad(pictures, ((0, 0), (2, 2), (2, 2)))
    r = np.clip(np.cos(angle) * row + np.sin(angle) * column + 5.5, 0, 10.999)
    c = np.clip(-np.sin(angle) * row + np.cos(angle) * column + 5.5, 0, 10.999)
    i, j = r.astype(int), c.astype(int)
    down, right = r - i, c - j
    upper = (1 - right) * padded[:, i, j] + right * padded[:, i, j + 1]
    lower = (1 - right) * padded[:, i + 1, j] + right * padded[:, i + 1, j + 1]
    return (1 - down) * upper + down * lower


def unseen_pictures() -> tuple[np.ndarray, np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """The validation images as they are, (360, 8, 8), their labels, and what standardizes such images to rows."""
    pictures, labels = images()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(pictures))
    train, rest = pictures[order[VALIDATION:]], order[:VALIDATION]
    mean, scale = train.mean(axis=0), np.maximum(train.std(axis=0), 1.0)
    return (
        pictures[rest].reshape(-1, 8, 8).astype(float),
        labels[rest].astype(int),
        lambda some: (some.reshape(-1, 64) - mean) / scale,
    )


def trained(dropout: Callable, backward: Callable, p: float, seeds: Sequence[int]) -> WithDropout:
    """Networks with dropout before the last layer, trained on all training digits."""
    x, y, _, _ = digits("float32")
    networks = WithDropout((64, 100, 100, 10), seeds, dropout, backward, p, (False, True))
    images, labels = (np.broadcast_to(array, (len(seeds), *array.shape)) for array in (x, y))
    networks.train(images, labels, epochs=12, rate=0.02)
    return networks


def hidden(networks: WithDropout, which: int, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One network's last hidden activations (N, D) before dropout, and its output layer's W (K, D) and b (K)."""
    layers = len(networks.weights)
    weights, biases = networks.parameters[:layers], networks.parameters[layers:]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = np.maximum(x @ weight[which].astype(float) + bias[which, 0], 0)
    return x, weights[-1][which].T.astype(float), biases[-1][which, 0].astype(float)


def predicted(mc_dropout: Callable, layer: tuple, p: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Mean and deviation of your mc_dropout for a layer from `hidden`."""
    x, weights, bias = layer
    u = rng.random((PASSES, *x.shape), np.float32)
    return arrays(mc_dropout, (x, weights, bias, u, p), *[(len(x), len(bias))] * 2)


ANGLES = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
EXAMPLE = 2
"""The digit that is shown."""


@experiment
def rotated_digits(
    dropout: Callable,
    dropout_backward: Callable,
    mc_dropout: Callable,
    *,
    p: float = 0.5,
    prediction: float | None = None,
) -> None:
    """Digits turned step by step: how often three networks are right, and how sure they are, without and with doubt.

    prediction: the mean probability that mc_dropout gives to its answer at 40 degrees.
    """
    prediction = guess(prediction)
    require(dropout, dropout_backward)
    networks = trained(dropout, dropout_backward, p, range(3))
    pictures, labels, standardize = unseen_pictures()
    found = np.zeros((len(ANGLES), 3, 3))
    figure, panels = style.new_figure(1, 1, width=8.6, height=5.2)
    panels.remove()
    grid = figure.add_gridspec(2, 6, height_ratios=(1, 2.4))
    example = int(np.flatnonzero(labels == EXAMPLE)[1])
    shown = (0, 20, 40, 50, 70, 90)
    words = []
    for i, angle in enumerate(ANGLES):
        turned = rotated(pictures, angle)
        for which in range(3):
            layer = hidden(networks, which, standardize(turned))
            once = softmax(layer[0] @ layer[1].T + layer[2])
            mean, deviation = predicted(mc_dropout, layer, p, np.random.default_rng(5))
            answer = mean.argmax(axis=1)
            found[i, :, which] = (answer == labels).mean(), once.max(axis=1).mean(), mean.max(axis=1).mean()
            if which == 0 and angle in shown:
                axes = figure.add_subplot(grid[0, shown.index(angle)])
                show_picture(axes, turned[example], cmap="Greys", vmin=0, vmax=16)
                top = answer[example]
                words.append(f"{top}: {mean[example, top]:.2f} ± {deviation[example, top]:.2f}")
                axes.set_title(f"{angle}°", fontsize=9)
                axes.set_xlabel(f"{words[-1]}\nonce: {once[example].argmax()}: {once[example].max():.2f}", fontsize=9)
    axes = figure.add_subplot(grid[1, :])
    names = ("right answers", "how sure in evaluation", "how sure with mc_dropout")
    said = []
    for i, name in enumerate(names):
        look: dict[str, Any] = {"color": (style.BLACK, style.RED, style.BLUE)[i], "marker": style.MARKERS[i]}
        axes.plot(ANGLES, found[:, i], linestyle="none", markersize=3, alpha=0.4, **look)
        axes.plot(ANGLES, found[:, i].mean(axis=1), linestyle=style.LINES[i], label=name, **look)
        said.append(f"{name}: " + ", ".join(f"{value:.2f}" for value in found[:, i].mean(axis=1)))
    if prediction is not None:
        axes.plot([40], [prediction], marker="X", markersize=11, color=style.GREEN, linestyle="none", label="predicted")
    axes.set(xlabel="turned by, degrees", ylabel="share, or probability", ylim=(0, 1.05))
    axes.set_title("360 unseen digits, three networks")
    axes.legend(loc="lower left")
    print("\n".join(said))
    style.show(
        figure,
        f"Above: a {EXAMPLE} turned by {', '.join(map(str, shown))} degrees, with answer, mean probability, deviation: "
        f"{'; '.join(words)}. Below, against the angles {', '.join(map(str, ANGLES))}, mean of three networks. "
        f"{'; '.join(said)}.",
    )


@experiment
def answer_only_when_sure(
    dropout: Callable, dropout_backward: Callable, mc_dropout: Callable, *, p: float = 0.5, noise: float = 1.0
) -> None:
    """Noisy digits, sorted by how sure the network is: how many answers are right if only the surest are given, and how
    sure it is compared with how often it is right."""
    require(dropout, dropout_backward)
    networks = trained(dropout, dropout_backward, p, range(3))
    pictures, labels, standardize = unseen_pictures()
    x = standardize(pictures)
    seen = digits()[0].std(axis=0) > 0.99
    x = x + noise * seen * np.random.default_rng(7).normal(size=x.shape)
    figure, (left, right) = style.new_figure(columns=2, width=8.8, height=3.6)
    edges = np.array([0.0, 0.5, 0.7, 0.85, 0.95, 1.0001])
    sure: dict[str, list[np.ndarray]] = {"once": [], "many": []}
    hit: dict[str, list[np.ndarray]] = {"once": [], "many": []}
    for which in range(3):
        layer = hidden(networks, which, x)
        mean, _ = predicted(mc_dropout, layer, p, np.random.default_rng(5))
        for name, q in (("once", softmax(layer[0] @ layer[1].T + layer[2])), ("many", mean)):
            sure[name].append(q.max(axis=1))
            hit[name].append(q.argmax(axis=1) == labels)
    said = []
    for i, (name, label) in enumerate((("once", "in evaluation"), ("many", "mc_dropout"))):
        s, h = np.array(sure[name]), np.array(hit[name])
        look = {"color": (style.RED, style.BLUE)[i], "linestyle": ("--", "-")[i]}
        sorted_hits = np.take_along_axis(h, np.argsort(-s, axis=1, kind="stable"), axis=1)
        share = np.arange(1, h.shape[1] + 1) / h.shape[1]
        curve = (np.cumsum(sorted_hits, axis=1) / np.arange(1, h.shape[1] + 1)).mean(axis=0)
        left.plot(100 * share[30:], 100 * curve[30:], label=label, **look)
        places = [(s >= low) & (s < high) for low, high in pairwise(edges)]
        points = [(s[place].mean(), h[place].mean()) for place in places if place.sum() >= 10]
        right.plot(*np.array(points).T, marker=style.MARKERS[i], label=label, **look)
        at = {part: 100 * curve[int(part * len(curve)) - 1] for part in (0.5, 0.8, 1.0)}
        said.append(
            f"{label}: {s.mean():.2f} sure on average, {h.mean():.2f} right; of the surest 50 %, 80 % and 100 % are "
            + ", ".join(f"{value:.1f} %" for value in at.values())
            + " right"
        )
    left.set(xlabel="share of the digits that is answered, %", ylabel="right answers, %", title="the surest first")
    right.plot([0.3, 1], [0.3, 1], color=style.GREY, linewidth=1.2)
    right.set(xlabel="how sure", ylabel="how often right", title="the gray line: as sure as it is right")
    left.legend()
    print("\n".join(said))
    style.show(
        figure,
        "Left: right answers against the share of noisy digits that is answered, the surest first; two curves that "
        "nearly coincide and fall. Right: how often answers are right against how sure they are; without mc_dropout "
        f"the curve lies farther below the line on which both agree. {'; '.join(said)}.",
    )


# ---------------------------------------------------------------- SELU

DEPTH = 50


@experiment
def through_selu_layers(
    dropout: Callable, alpha_dropout: Callable, *, p: float = 0.2, prediction: dict[str, float | None] | None = None
) -> None:
    """Mean and standard deviation of the activations, layer by layer, in a deep random SELU network with dropout.

    prediction: the deviation after the last layer for "dropout" and "alpha_dropout".
    """
    guesses = prediction or {}
    if not isinstance(guesses, dict):
        raise UnusableResult('Your prediction should look like {"dropout": 1.0, "alpha_dropout": 1.0}.')
    require(dropout)
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    arrays(alpha_dropout, (x, np.linspace(0, 0.9, 6).reshape(2, 3), p, True), (2, 3))
    ways = {
        "no dropout": lambda a, u: a,
        "dropout": lambda a, u: np.asarray(dropout(a, u, p, True)[0]),
        "alpha_dropout": lambda a, u: np.asarray(alpha_dropout(a, u, p, True)),
    }
    figure, panels = style.new_figure(columns=2, width=8.6, height=3.3)
    said = []
    for i, (name, way) in enumerate(ways.items()):
        rng = np.random.default_rng(0)
        a = rng.normal(size=(300, 200))
        sizes = [(a.mean(), a.std())]
        for _ in range(DEPTH):
            a = way(selu(a @ rng.normal(0, np.sqrt(1 / 200), (200, 200))), rng.random(a.shape))
            sizes.append((a.mean(), a.std()))
        for axes, values in zip(panels, np.transpose(sizes), strict=True):
            axes.plot(values, label=name, **style.line(i))
        known = guess(guesses.get(name))
        if known is not None:
            panels[1].plot([DEPTH], [known], **style.dots(i, marker="X", markersize=10, clip_on=False))
        said.append(f"{name}: mean {sizes[-1][0]:.2f}, deviation {sizes[-1][1]:.2f}".replace("-0.00", "0.00"))
    panels[0].set(xlabel="layer", ylabel="mean", title="mean of the activations")
    panels[1].set(xlabel="layer", ylabel="standard deviation", title="their standard deviation", ylim=(0, None))
    panels[0].legend()
    for line in said:
        print(f"after {DEPTH} layers, {line}")
    style.show(
        figure,
        f"Mean and standard deviation of the activations against the layer, p = {p:g}. After {DEPTH} layers "
        f"{'; '.join(said)}.",
    )
