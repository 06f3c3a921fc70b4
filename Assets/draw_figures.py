"""Draws every figure of this folder from its formulas: `python Assets/draw_figures.py`.

A figure is one function that returns a Matplotlib figure, entered in FIGURES under its file name. To draw only some of
them, name their files: `python Assets/draw_figures.py relu.png`.
"""

from __future__ import annotations

import io
import itertools
import sys
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageOps

FOLDER = Path(__file__).resolve().parent
MARGIN = 16
sys.path.insert(0, str(FOLDER.parent))

from autograder.lab import style  # noqa: E402


def relu():
    """ReLU beside leaky ReLU."""
    z = np.linspace(-4, 4, 801)
    figure, axes = style.new_figure(columns=2, height=3.0, sharey=True)
    _curve(axes[0], z, np.maximum(z, 0), "ReLU: max(0, z)")
    _note(axes[0], "slope 0: no gradient", at=(-2.2, 0.0), text=(-3.7, 1.1))
    alpha = 0.1
    _curve(axes[1], z, np.where(z > 0, z, alpha * z), "Leaky ReLU: max(αz, z), 0 < α < 1")
    _note(axes[1], "slope α: the leak\n(drawn with α = 0.1)", at=(-2.2, -0.22), text=(-3.7, 1.1))
    axes[0].set_ylabel("φ(z)")
    axes[0].set_ylim(-1.3, 4)
    return figure


def leaky_relus():
    """Three ways to choose the slope for negative z: fixed, learned, random."""
    z = np.linspace(-4, 4, 801)
    figure, panels = style.new_figure(columns=3, width=9.6, height=3.0, sharey=True)
    for axes, title in zip(panels, ("Leaky ReLU: α fixed", "PReLU: α learned", "RReLU: α random"), strict=True):
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.axvline(0, color=style.GREY, linewidth=0.8)
        axes.plot(z[z >= 0], z[z >= 0], color=style.BLUE)
        axes.set(xlabel="z", xlim=(-4, 4), ylim=(-1.6, 4), title=title)
    below = z[z <= 0]
    fixed, learned, random = panels
    fixed.plot(below, 0.1 * below, color=style.BLUE)
    _note(fixed, "one fixed slope", at=(-2.2, -0.22), text=(-3.7, 1.4))
    for alpha, line in ((0.05, ":"), (0.15, "-."), (0.3, "-")):
        learned.plot(below, alpha * below, color=style.BLUE, linestyle=line)
    learned.annotate("", (-3.4, -0.95), (-3.4, -0.2), arrowprops={"arrowstyle": "->", "color": style.RED})
    learned.text(-3.7, 0.5, "gradient descent\nmoves the slope", color=style.RED)
    random.fill_between(below, below / 8, below / 3, color=style.SKY, alpha=0.5, linewidth=0)
    random.plot(below, (1 / 8 + 1 / 3) / 2 * below, color=style.BLUE, linestyle="--")
    _note(random, "training: anywhere\nin the fan", at=(-3.2, -0.95), text=(-3.7, 1.1))
    _note(random, "evaluation:\nits middle", at=(-1.0, -0.23), text=(0.5, -1.3))
    fixed.set_ylabel("φ(z)")
    return figure


def elu():
    """ELU with alpha = 1, its level for very negative z, and its derivative."""
    z = np.linspace(-4, 4, 801)
    figure, axes = style.new_figure(columns=2, height=3.0)
    _curve(axes[0], z, np.where(z > 0, z, np.expm1(np.minimum(z, 0))), "ELU with α = 1")
    axes[0].axhline(-1, color=style.RED, linestyle=":", linewidth=1.5)
    axes[0].text(3.9, -0.93, "−α", color=style.RED, ha="right", va="bottom")
    _note(axes[0], "α(exp(z) − 1)", at=(-1.5, -0.777), text=(-3.7, 1.0))
    axes[0].set(ylabel="φ(z)", ylim=(-1.3, 4))
    _curve(axes[1], z, np.exp(np.minimum(z, 0)), "Its derivative", colour=style.RED, line="--")
    _note(axes[1], "small, but not 0", at=(-2.3, 0.1), text=(-3.9, 0.6))
    axes[1].set(ylabel="φ′(z)", ylim=(-0.1, 1.2))
    return figure


def batch_normalization():
    """The four equations of batch normalization, each above what it does to a batch of eight values."""
    x = np.array([2.6, 5.1, 3.2, 6.4, 4.4, 3.7, 5.9, 4.7])
    mean, deviation = x.mean(), x.std()
    x_hat = (x - mean) / deviation
    gamma, beta = 1.6, 3.0
    figure, panels = style.new_figure(columns=4, width=10.4, height=4.0, sharey=True)
    steps = (
        ("1  mean of the batch", r"$\mu=\frac{1}{n}\sum_i x_i$", x, mean, 0.0),
        ("2  variance of the batch", r"$\sigma^2=\frac{1}{n}\sum_i (x_i-\mu)^2$", x, mean, deviation),
        ("3  normalize", r"$\hat x_i=\frac{x_i-\mu}{\sqrt{\sigma^2+\varepsilon}}$", x_hat, 0.0, 1.0),
        ("4  scale and shift", r"$y_i=\gamma\,\hat x_i+\beta$", gamma * x_hat + beta, beta, gamma),
    )
    names = ((r"$\mu$", ""), (r"$\mu$", r"$\sigma$"), ("0", "1"), (r"$\beta$", r"$\gamma$"))
    for axes, (title, equation, values, centre, width), (middle, band) in zip(panels, steps, names, strict=True):
        colour = style.BLUE if values is x else style.RED if centre == 0 else style.GREEN
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.axhspan(centre - width, centre + width, color=colour, alpha=0.15, linewidth=0)
        axes.axhline(centre, color=colour, linewidth=1.5, linestyle="--")
        axes.vlines(range(8), centre, values, color=style.GREY, linewidth=1)
        axes.plot(values, marker="o", linestyle="none", color=colour)
        axes.text(8.0, centre - 0.1, middle, color=colour, va="top")
        if band:
            axes.annotate("", (7.6, centre + width), (7.6, centre), arrowprops={"arrowstyle": "<->", "color": colour})
            axes.text(8.0, centre + width / 2 + 0.1, band, color=colour, va="center")
        axes.set_title(title, pad=54)
        axes.text(0.5, 1.04, equation, transform=axes.transAxes, ha="center", va="bottom", fontsize=13)
        axes.set(xlabel="sample i", xlim=(-0.6, 9), ylim=(-2.4, 7))
        axes.set_xticks(range(8), [str(i) for i in range(1, 9)])
    panels[0].set_ylabel("value of one feature")
    return figure


def gradient_clipping():
    """A gradient clipped by value, into a square, and by norm, into a disc."""
    import matplotlib.patches as shapes

    figure, axes = style.new_figure(columns=2, width=7.6, height=3.6, sharey=True)
    gradient = np.array([0.6, 2.4])
    by_value, by_norm = np.clip(gradient, -1, 1), gradient / np.linalg.norm(gradient)
    square = shapes.Rectangle((-1, -1), 2, 2, color=style.BLUE, alpha=0.12)
    disc = shapes.Circle((0, 0), 1, color=style.RED, alpha=0.12)
    sides = (
        ("By value: another direction", square, by_value, style.BLUE),
        ("By norm: only shorter", disc, by_norm, style.RED),
    )
    for axis, (title, shape, clipped, colour) in zip(axes, sides, strict=True):
        axis.add_patch(shape)
        axis.axhline(0, color=style.GREY, linewidth=0.8)
        axis.axvline(0, color=style.GREY, linewidth=0.8)
        for vector, look in ((gradient, {"color": style.GREY, "linestyle": "--"}), (clipped, {"color": colour})):
            axis.annotate("", vector, (0, 0), arrowprops={"arrowstyle": "-|>", "linewidth": 2, **look})
        axis.text(gradient[0] + 0.1, gradient[1] - 0.1, "g", color=style.BLACK)
        axis.text(clipped[0] + 0.12, clipped[1] - 0.05, f"({clipped[0]:.2f}, {clipped[1]:.2f})", color=colour)
        axis.set(title=title, xlabel="first entry", xlim=(-1.6, 2.4), ylim=(-1.3, 2.7), aspect="equal")
    axes[0].set_ylabel("second entry")
    return figure


def vanishing_gradients():
    """The chain of Jacobians between the layers, and what a factor near 1 becomes when it is repeated."""
    figure, (chain, powers) = style.new_figure(columns=2, width=9.2, height=3.4, width_ratios=(1.35, 1))
    chain.set(xlim=(-0.6, 5.6), ylim=(-1.8, 1.2), title="The gradient comes back through every layer above")
    chain.axis("off")
    for place, name in enumerate(("$x = a_0$", "$a_1$", "$a_2$", "$a_3$", "$a_4$", "$\\mathcal{L}$")):
        chain.text(
            place, 0, name, ha="center", va="center", bbox={"boxstyle": "round", "fc": "white", "ec": style.GREY}
        )
        if place == 5:
            continue
        forward = {
            "arrowstyle": "->",
            "color": style.GREY,
            "connectionstyle": "arc3,rad=-0.35",
            "shrinkA": 12,
            "shrinkB": 12,
        }
        chain.annotate("", xy=(place + 1, 0.15), xytext=(place, 0.15), arrowprops=forward)
        width = 5 * 0.55 ** (4 - place)
        backward = {"arrowstyle": "-|>", "color": style.RED, "lw": width, "shrinkA": 12, "shrinkB": 12}
        backward["connectionstyle"] = "arc3,rad=-0.35"
        chain.annotate("", xy=(place, -0.15), xytext=(place + 1, -0.15), arrowprops=backward)
        label = f"$J_{place + 1}^\\top$" if place < 4 else "$\\partial \\mathcal{L}/\\partial a_4$"
        chain.text(place + 0.5, -0.85, label, ha="center", color=style.RED)
    chain.text(2.5, 0.85, "forward: $a_l = \\varphi(W_l a_{l-1} + b_l)$", ha="center", color=style.BLACK)
    up = "\\partial \\mathcal{L}/\\partial a"
    backward = f"${up}_0 = J_1^\\top J_2^\\top J_3^\\top J_4^\\top\\; {up}_4$,"
    chain.text(2.5, -1.5, backward + "   $J_l = \\mathrm{diag}(\\varphi'(z_l))\\,W_l$", ha="center", color=style.RED)
    layers = np.arange(51)
    for i, factor in enumerate((1.5, 1.1, 1.0, 0.9, 0.5)):
        look = {"color": style.COLOURS[i], "marker": style.MARKERS[i], "markevery": 10, "markersize": 4}
        powers.plot(layers, factor**layers, label=f"×{factor:g}", **look)
    powers.set(
        yscale="log", xlabel="layers on the way back", ylabel="size of the gradient", title="One factor, repeated"
    )
    powers.legend(title="per layer", fontsize=8, loc="lower left")
    return figure


def weight_initialization():
    """Which initialization for which activation functions, with the variance and the bound of the weights."""
    rows = (
        ("Initialization", "Activation functions", "normal weights:\nvariance σ²", "uniform on [−r, r):\nbound r"),
        ("Glorot", "none, tanh,\nlogistic, softmax", r"$\dfrac{1}{fan_{avg}}$", r"$\sqrt{\dfrac{3}{fan_{avg}}}$"),
        (
            "He",
            "ReLU and its leaky variants;\nby convention ELU, GELU",
            r"$\dfrac{2}{fan_{in}}$",
            r"$\sqrt{\dfrac{6}{fan_{in}}}$",
        ),
        ("LeCun", "SELU", r"$\dfrac{1}{fan_{in}}$", r"$\sqrt{\dfrac{3}{fan_{in}}}$"),
    )
    figure, axes = style.new_figure(width=7.6, height=3.9)
    axes.set(xlim=(0, 1), ylim=(-0.85, 4))
    axes.axis("off")
    for row, entries in enumerate(rows):
        colour = style.BLACK if row == 0 else style.COLOURS[row - 1]
        for x, entry, first in zip((0.01, 0.22, 0.55, 0.79), entries, (True, False, False, False), strict=True):
            formula = "dfrac" in entry
            axes.text(
                x + 0.09 * formula,
                3.5 - row,
                entry,
                size=14 if formula else 11,
                va="center",
                ha="center" if formula else "left",
                weight="bold" if row == 0 or first else "normal",
                color=colour if first else style.BLACK,
            )
        axes.axhline(3 - row, color=style.BLACK if row == 0 else style.GREY, linewidth=1.2 if row == 0 else 0.6)
    axes.text(
        0.01, -0.4, "$fan_{avg} = (fan_{in} + fan_{out})\\,/\\,2$.  Leaky ReLU with slope α: divide He's σ² by 1 + α²."
    )
    axes.text(
        0.01, -0.8, "Dense layer: $fan_{in}$ inputs, $fan_{out}$ units. Convolution: channels times window pixels."
    )
    return figure


def learning_rate_schedules():
    """Five schedules over 100 steps, each with its formula."""
    figure, panels = style.new_figure(columns=5, width=11.6, height=3.3, sharex=True, sharey=True)
    step = np.arange(101)
    losses = np.where(step > 45, 0.22 + 0.13 * np.exp(-(step - 45) / 8), 0.35 + 0.55 * np.exp(-step / 9))
    losses = np.where(step > 75, 0.17 + 0.05 * np.exp(-(step - 75) / 6), losses)
    cycle = np.interp(step, [0, 45, 90, 100], [0.1, 1, 0.1, 0.0])
    shapes = (
        ("power", r"$\dfrac{\eta_0}{(1+k/s)^{c}}$", 1 / (1 + step / 10)),
        ("exponential", r"$\eta_0\cdot 0.1^{\,k/s}$", 0.1 ** (step / 45)),
        ("piecewise constant", r"$v_i$ between boundaries", np.select([step < 40, step < 75], [1.0, 0.4], 0.1)),
        ("performance", r"$\times$ factor at a plateau", np.select([step < 45, step < 75], [1.0, 0.4], 0.16)),
        ("1cycle", "up, down, last drop", cycle),
    )
    for i, (axes, (name, formula, rates)) in enumerate(zip(panels, shapes, strict=True)):
        axes.plot(step, rates, color=style.COLOURS[i], linewidth=2.4, drawstyle="steps-post" if i in (2, 3) else None)
        axes.set_title(name, pad=48)
        axes.text(0.0, 1.14, formula, transform=axes.transAxes, va="center", fontsize=10 + 2 * (i < 2))
        axes.set(xlabel="step k", ylim=(-0.04, 1.12), yticks=(0, 1), yticklabels=("0", "largest"))
        axes.set_xticks((0, 50, 100))
    panels[3].plot(step, losses, color=style.GREY, linewidth=1.2, linestyle="--")
    panels[3].text(7, 0.68, "validation\nloss", color=style.GREY, fontsize=9)
    momentum = np.interp(step, [0, 45, 90, 100], [0.95, 0.6, 0.95, 0.95])
    panels[4].plot(step, momentum, color=style.GREY, linewidth=1.2, linestyle="--")
    panels[4].text(45, 0.53, "momentum", color=style.GREY, fontsize=9, ha="center", va="top")
    panels[0].set_ylabel("learning rate")
    return figure


def adam_optimization():
    """The five equations of Adam beside the averages of a constant gradient, corrected and not."""
    figure, (equations, curves) = style.new_figure(columns=2, width=9.6, height=3.7, width_ratios=(1.1, 1))
    equations.set(xlim=(0, 1), ylim=(0, 5.1), title="One step of Adam")
    equations.axis("off")
    rows = (
        (r"$m \leftarrow \beta_1 m + (1-\beta_1)\,\nabla L(\theta)$", "average of the gradients", style.BLUE),
        (
            r"$s \leftarrow \beta_2 s + (1-\beta_2)\,\nabla L(\theta)\otimes\nabla L(\theta)$",
            "average of their squares",
            style.RED,
        ),
        (r"$\hat m \leftarrow m\,/\,(1-\beta_1^{\,t})$", "m, corrected", style.BLUE),
        (r"$\hat s \leftarrow s\,/\,(1-\beta_2^{\,t})$", "s, corrected", style.RED),
        (r"$\theta \leftarrow \theta - \eta\,\hat m \oslash (\sqrt{\hat s}+\varepsilon)$", "the step", style.BLACK),
    )
    for row, (equation, words, colour) in enumerate(rows):
        equations.text(0.0, 4.5 - row, str(row + 1), va="center", color=style.GREY, fontsize=12)
        equations.text(0.06, 4.5 - row, equation, va="center", color=colour, fontsize=13.5)
        equations.text(1.0, 4.5 - row, words, va="center", ha="right", color=style.GREY, fontsize=9)
    t = np.arange(1, 5001)
    curves.semilogx(t, 1 - 0.9**t, color=style.BLUE, marker="o", markevery=[0, 2, 9, 29])
    curves.semilogx(t, 1 - 0.999**t, color=style.RED, linestyle="--", marker="s", markevery=[0, 9, 99, 999])
    curves.axhline(1, color=style.BLACK, linestyle=":")
    curves.text(17, 0.72, "m, with β₁ = 0.9", color=style.BLUE)
    curves.text(270, 0.36, "s, with β₂ = 0.999", color=style.RED, ha="right")
    curves.text(1, 1.04, "both, corrected", color=style.BLACK)
    curves.set(xlabel="step t", ylim=(0, 1.15), title="The averages of a gradient that is always 1")
    return figure


def gradient_descent():
    """The update of gradient descent beside its path on an elongated bowl."""
    figure, (words, map_) = style.new_figure(columns=2, width=8.6, height=3.2, width_ratios=(1, 1.35))
    _equations(
        words,
        "Gradient descent",
        (r"$\theta\;\leftarrow\;\theta-\eta\,\nabla L(\theta)$",),
        ("θ  parameters,  L  loss,  η  learning rate", "Where the slope is small, so is the step."),
    )
    theta, path = np.array([-9.0, 2.0]), []
    for _ in range(14):
        path.append(theta)
        theta = theta - 0.105 * np.array([1.0, 18.0]) * theta
    _small_bowl(map_)
    map_.plot(*np.array(path).T, color=style.RED, marker="o", markersize=4, linewidth=1.6, zorder=3)
    return figure


def momentum_optimization():
    """The two updates of momentum beside a path on the bowl, with one step taken apart into its two arrows."""
    figure, (words, map_) = style.new_figure(columns=2, width=8.6, height=3.2, width_ratios=(1, 1.35))
    _equations(
        words,
        "Momentum optimization",
        (r"$m\;\leftarrow\;\beta m-\eta\,\nabla L(\theta)$", r"$\theta\;\leftarrow\;\theta+m$"),
        ("m  velocity,  β  how much of it is kept", "Old steps go on acting, and fade."),
    )
    theta, m, path, steps = np.array([-9.0, 2.0]), np.zeros(2), [], []
    for _ in range(24):
        path.append(theta)
        steps.append((0.8 * m, -0.03 * np.array([1.0, 18.0]) * theta))
        m = sum(steps[-1])
        theta = theta + m
    _small_bowl(map_)
    map_.plot(*np.array(path).T, color=style.BLUE, marker="o", markersize=4, linewidth=1.6, zorder=3)
    at = 4
    kept, push = steps[at]
    for start, arrow, colour in ((path[at], kept, style.GREEN), (path[at] + kept, push, style.RED)):
        look = {"arrowstyle": "-|>", "color": colour, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
        map_.annotate("", start + arrow, start, arrowprops=look, zorder=5)
    map_.text(*(path[at] + kept / 2 + (0.1, -0.12)), r"$\beta m$", color=style.GREEN, ha="center", va="top", size=12)
    map_.text(
        *(path[at] + kept + push / 2 + (0.2, 0.0)), r"$-\eta\nabla L$", color=style.RED, ha="left", va="center", size=12
    )
    return figure


def dropout():
    """A small network at two training steps with other units dropped, and in evaluation, with what is done to the
    activations."""
    layers = (3, 4, 4, 2)
    dropped = ({(1, 1), (1, 3), (2, 0)}, {(1, 0), (2, 1), (2, 2)}, set())
    titles = ("training, one step", "training, another step", "evaluation")
    below = (r"kept: $y = x\,/\,(1-p)$,  dropped: $y = 0$",) * 2 + (r"all: $y = x$",)
    figure, panels = style.new_figure(columns=3, width=9.6, height=3.5)
    for axes, gone, title, words in zip(panels, dropped, titles, below, strict=True):
        places = [[(layer, i - (count - 1) / 2) for i in range(count)] for layer, count in enumerate(layers)]
        for layer in range(3):
            for i, start in enumerate(places[layer]):
                for j, end in enumerate(places[layer + 1]):
                    if not {(layer, i), (layer + 1, j)} & gone:
                        axes.plot(*zip(start, end, strict=True), color=style.GREY, linewidth=0.9, zorder=1)
        for layer, column in enumerate(places):
            for i, (x, y) in enumerate(column):
                if (layer, i) in gone:
                    ring = {"facecolors": style.PAPER, "edgecolors": style.RED, "linestyle": "--", "linewidth": 1.3}
                    axes.scatter(x, y, s=330, zorder=2, **ring)
                    axes.scatter(x, y, s=70, marker="x", color=style.RED, zorder=3)
                else:
                    hidden = layer in (1, 2)
                    axes.scatter(x, y, s=330, color=style.BLUE if hidden else style.GREY, zorder=2)
        axes.set(xlim=(-0.4, 3.4), ylim=(-2.5, 2.1), title=title)
        axes.axis("off")
        axes.text(1.5, -2.35, words, ha="center", color=style.BLACK, size=11)
        for x, name in ((0, "inputs"), (1.5, "hidden units"), (3, "outputs")):
            axes.text(x, 1.85, name, ha="center", va="bottom", color=style.GREY, size=9)
    return figure


def l1_l2_regularization():
    """The price of a weight under L1 and L2, and the slope of it: how strongly each pulls the weight towards 0."""
    w = np.linspace(-1.6, 1.6, 801)
    figure, (price, pull) = style.new_figure(columns=2, width=8.6, height=3.7)
    costs, slopes = (r"L2:  $\lambda\,w^2$", r"L1:  $\lambda\,|w|$"), (r"$2\lambda w$", r"$\lambda\,\mathrm{sign}(w)$")
    for i, (cost, slope) in enumerate(((w**2, 2 * w), (np.abs(w), np.where(w == 0, np.nan, np.sign(w))))):
        look = {"color": (style.BLUE, style.RED)[i], "linestyle": style.LINES[i]}
        price.plot(w, cost, label=costs[i], **look)
        pull.plot(w, slope, label=slopes[i], **look)
    pull.plot([0, 0], [-1, 1], "o", mfc=style.PAPER, color=style.RED, markersize=6)
    pull.plot(0, 0, "o", color=style.RED, markersize=6)
    _note(pull, "L1: the same pull\nhowever small w is", at=(0.0, 1.0), text=(-1.5, 1.5))
    _note(pull, "L2: near 0 the\npull fades away", at=(0.05, 0.12), text=(-1.5, 0.3))
    price.set(title="What a weight costs", xlabel="w", ylabel="penalty, in units of λ", ylim=(-0.15, 2.6))
    pull.set(title="How strongly it is pulled back", xlabel="w", ylabel="slope, in units of λ", ylim=(-2.6, 2.6))
    for axes, place in ((price, "upper center"), (pull, "lower right")):
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        axes.axvline(0, color=style.GREY, linewidth=0.8)
        axes.legend(loc=place)
    return figure


def nesterov_accelerated_gradient():
    """One step of momentum and one of Nesterov from the same point: where the gradient is taken."""
    curvatures, rate = np.array([1.0, 7.0]), 0.11
    theta, carried = np.array([-3.3, 0.9]), np.array([1.9, -1.55])
    ahead = theta + carried
    x, y = np.meshgrid(np.linspace(-4.2, 1.2, 200), np.linspace(-1.7, 1.5, 200))
    height = (curvatures[0] * x**2 + curvatures[1] * y**2) / 2
    figure, panels = style.new_figure(columns=2, width=9.6, height=4.3, sharey=True)
    sides = (
        ("Momentum", r"\theta", theta, style.BLUE, ""),
        ("Nesterov", r"\theta + \beta m", ahead, style.RED, r" + \beta m"),
    )
    for axes, (title, name, place, colour, look) in zip(panels, sides, strict=True):
        axes.contour(x, y, height, levels=np.arange(0.5, 12, 1.4), colors=style.GREY, linewidths=0.6, alpha=0.7)
        axes.plot(0, 0, marker="*", markersize=13, color=style.BLACK, linestyle="none")
        step = -rate * curvatures * place
        end = ahead + step
        arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "linewidth": 2}
        axes.annotate("", ahead, theta, arrowprops={**arrow, "color": style.BLACK})
        axes.annotate("", end, ahead, arrowprops={**arrow, "color": colour})
        if place is theta:
            axes.annotate("", theta + step, theta, arrowprops={**arrow, "color": colour, "linestyle": ":"})
        axes.plot(*theta, marker="o", color=style.BLACK)
        axes.plot(*place, marker="o", markersize=12, markerfacecolor="none", markeredgewidth=2, color=colour)
        axes.plot(*end, marker="s", markersize=7, color=colour)
        axes.text(theta[0] - 0.1, theta[1] + 0.22, r"$\theta$", ha="right", size=13)
        axes.text(-2.15, 0.22, r"$\beta m$", size=13)
        middle = (ahead + end) / 2
        axes.text(middle[0] + 0.15, middle[1], rf"$-\eta\,\nabla L({name})$", color=colour, size=13, va="center")
        axes.text(end[0] + 0.15, end[1] + 0.06, "new θ", color=colour, va="center")
        axes.set_title(f"{title}: the gradient is taken at ${name}$", pad=28, color=colour)
        equation = rf"$m \leftarrow \beta m - \eta\,\nabla L(\theta{look}),\qquad \theta \leftarrow \theta + m$"
        axes.text(0, 1.03, equation, transform=axes.transAxes, size=12)
        axes.set(xlabel="θ₁", xlim=(-4.2, 1.2), ylim=(-1.7, 1.5))
        axes.grid(False)
    panels[0].set_ylabel("θ₂")
    return figure


def rmsprop():
    """The equations of gradient descent, AdaGrad and RMSProp beside their paths on an elongated bowl."""
    from autograder.lab.descent import BOWL, Optimizer, descend, draw_path, draw_surface

    def adagrad_step(theta, gradient, s, learning_rate):
        s = s + gradient**2
        return theta - learning_rate * gradient / np.sqrt(s), s

    def rmsprop_step(theta, gradient, s, learning_rate, beta):
        s = beta * s + (1 - beta) * gradient**2
        return theta - learning_rate * gradient / np.sqrt(s), s

    runs = (
        Optimizer("gradient descent", lambda theta, g, rate: theta - rate * g, settings={"learning_rate": 0.03}),
        Optimizer("AdaGrad", adagrad_step, ("s",), {"learning_rate": 0.4}),
        Optimizer("RMSProp", rmsprop_step, ("s",), {"learning_rate": 0.4, "beta": 0.9}),
    )
    equations = (
        (r"$\theta \leftarrow \theta - \eta\, g$",),
        (r"$s \leftarrow s + g \otimes g$", r"$\theta \leftarrow \theta - \eta\, g \oslash (\sqrt{s} + \varepsilon)$"),
        (
            r"$s \leftarrow \beta s + (1 - \beta)\, g \otimes g$",
            r"$\theta \leftarrow \theta - \eta\, g \oslash (\sqrt{s} + \varepsilon)$",
        ),
    )
    figure, (words, axes) = style.new_figure(columns=2, width=9.6, height=3.9, width_ratios=(1, 1.7))
    words.set(xlim=(0, 1), ylim=(0, 1))
    words.axis("off")
    draw_surface(axes, BOWL)
    for number, (optimizer, lines) in enumerate(zip(runs, equations, strict=True)):
        draw_path(axes, descend(optimizer, BOWL, 25), optimizer.name, number)
        top = (1.0, 0.76, 0.41)[number]
        words.text(0, top, optimizer.name, weight="bold", color=style.COLOURS[number], va="top")
        for line, equation in enumerate(lines):
            words.text(0.04, top - 0.08 - 0.1 * line, equation, size=13, va="top")
    words.text(
        0, 0, r"$g$: the gradient.  $\otimes$, $\oslash$: product, quotient, entry by entry", size=8, va="bottom"
    )
    axes.set(title="25 steps each")
    axes.legend(loc="lower right")
    return figure


def nadam():
    """The directions of Adam and of Nadam as sums of two arrows, with their equations."""
    figure, (equations, adam, nadam) = style.new_figure(columns=3, width=10.2, height=3.9, width_ratios=(1.25, 1, 1))
    equations.set(xlim=(0, 1), ylim=(0, 5.2))
    equations.axis("off")
    rows = (
        (4.85, r"$\theta \leftarrow \theta - \eta\,d \oslash (\sqrt{\hat s}+\varepsilon)$", style.BLACK),
        (3.95, "Adam", style.BLACK),
        (3.2, r"$d=\dfrac{\beta_1 m_{t-1}}{1-\beta_1^{\,t}}$", style.BLUE),
        (1.85, "Nadam, constant momentum", style.BLACK),
        (1.1, r"$d=\dfrac{\beta_1 m_t}{1-\beta_1^{\,t+1}}$", style.GREEN),
    )
    for height, words, colour in rows:
        equations.text(0, height, words, color=colour, va="center", fontsize=10 if words[0] != "$" else 15)
    for height, left in ((3.2, 0.42), (1.1, 0.46)):
        words = r"$+\;\dfrac{(1-\beta_1)\,g_t}{1-\beta_1^{\,t}}$"
        equations.text(left, height, words, color=style.RED, va="center", fontsize=15)
    equations.text(0, 2.45, "momentum so far", color=style.BLUE, fontsize=9)
    equations.text(0, 0.32, "momentum, one step on", color=style.GREEN, fontsize=9)
    equations.text(0.62, 0.32, "gradient", color=style.RED, fontsize=9)
    equations.text(0.62, 2.45, "gradient", color=style.RED, fontsize=9)
    beta, before, gradient = 0.6, np.array([3.0, 1.8]), np.array([1.0, -3.4])
    after = beta * before + (1 - beta) * gradient
    sums = (
        (adam, before, style.BLUE, r"$\beta_1 m_{t-1}$", "Adam: d"),
        (nadam, after, style.GREEN, r"$\beta_1 m_t$", "Nadam: d"),
    )
    for axes, momentum, colour, name, title in sums:
        corner, end = beta * momentum, beta * momentum + (1 - beta) * gradient
        _arrow(axes, (0, 0), before, style.GREY, 1.2)
        _arrow(axes, (0, 0), gradient * 0.75, style.GREY, 1.2)
        axes.text(before[0] + 0.08, before[1], r"$m_{t-1}$", color=style.GREY, va="center", fontsize=11)
        axes.text(*(0.75 * gradient + (0.1, -0.1)), r"$g_t$ (shortened)", color=style.GREY, va="center", fontsize=10)
        _arrow(axes, (0, 0), corner, colour, 2.6)
        _arrow(axes, (0, 0), end, style.BLACK, 2.6)
        _arrow(axes, corner, end, style.RED, 2.6)
        axes.text(*(0.75 * corner + (-0.1, 0.3)), name, color=colour, ha="center", fontsize=12)
        axes.text(*((corner + end) / 2 + (0.12, 0.1)), r"$(1-\beta_1)\,g_t$", color=style.RED, fontsize=11)
        axes.text(end[0] + 0.12, end[1] - 0.15, "d", color=style.BLACK, fontsize=12, fontweight="bold")
        axes.set(xlim=(-0.2, 4.0), ylim=(-3.0, 2.3), aspect="equal", title=title)
        axes.axis("off")
    adam.text(-0.2, -3.0, "drawn with β₁ = 0.6, after many steps", color=style.GREY, fontsize=9)
    return figure


def deep_network():
    """The network of the capstone: one block drawn once, the way forward, the way back, and where each part is from."""
    import matplotlib.patches as shapes

    figure, axes = style.new_figure(width=10.4, height=4.3)
    axes.axis("off")
    axes.set(xlim=(-0.7, 9.2), ylim=(-2.7, 1.8))
    boxes = (
        (0, "images\nx", "", style.GREY),
        (1.35, "dense", "capstone\nstart: He, 1.2", style.BLUE),
        (2.7, "batch norm", "notebook 1.4", style.GREEN),
        (4.05, "ELU", "notebook 1.3c", style.ORANGE),
        (5.4, "dropout", "notebook 4.2", style.PURPLE),
        (6.95, "dense", "capstone", style.BLUE),
        (8.4, "softmax and\ncross-entropy", "capstone", style.BLACK),
    )
    frame = {"boxstyle": "round,pad=0.12", "linewidth": 1.4, "linestyle": "--"}
    axes.add_patch(shapes.FancyBboxPatch((0.75, -1.25), 5.3, 2.45, facecolor="#F1F1EC", edgecolor=style.GREY, **frame))
    axes.text(3.4, 1.42, "8 blocks, one after the other", ha="center", va="bottom", fontsize=11)
    for x, name, source, colour in boxes:
        look = {"boxstyle": "round,pad=0.08", "facecolor": style.PAPER, "edgecolor": colour, "linewidth": 1.8}
        axes.add_patch(shapes.FancyBboxPatch((x - 0.44, -0.3), 0.88, 0.6, **look))
        axes.text(x, 0, name, ha="center", va="center", fontsize=9.5)
        axes.text(x, -0.78, source, ha="center", va="top", fontsize=8.5, color=style.BLACK)
    for (left, *_), (right, *_) in itertools.pairwise(boxes):
        arrow = {"arrowstyle": "-|>", "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
        start, end = left + 0.3, right - 0.3
        bent = {**arrow, "color": style.GREY, "connectionstyle": "arc3,rad=-0.35"}
        axes.annotate("", (end, 0.42), (start, 0.42), arrowprops=bent)
        if left:
            bent = {**arrow, "color": style.RED, "connectionstyle": "arc3,rad=-0.35"}
            axes.annotate("", (start, -0.42), (end, -0.42), arrowprops=bent)
    axes.text(6.25, 0.78, "forward: x, z, a, ..., scores, loss", color=style.GREY, va="bottom", fontsize=9.5)
    axes.text(6.25, -1.42, "back: dout, as the chain rule has it", color=style.RED, va="top", fontsize=9.5)
    down = {"arrowstyle": "-|>", "linewidth": 1.4, "color": style.RED}
    axes.annotate("", (3.4, -2.0), (3.4, -1.35), arrowprops=down)
    axes.text(3.55, -1.67, "gradients of weights, gamma, beta", color=style.RED, va="center", fontsize=9.5)
    axes.text(
        3.4,
        -2.35,
        "one step:  L2 (4.1)   ·   clip by global norm (1.5)   ·   Adam (2.4) or momentum (2.1), rate by 1cycle (3.1)",
        ha="center",
        va="center",
        fontsize=9.5,
        bbox={"boxstyle": "round,pad=0.5", "facecolor": style.PAPER, "edgecolor": style.BLACK, "linewidth": 1.4},
    )
    return figure


FIGURES = {
    "VanishingGradients.png": vanishing_gradients,
    "relu.png": relu,
    "LeakyReLUs.png": leaky_relus,
    "elu.png": elu,
    "BatchNormalization.png": batch_normalization,
    "GradientClipping.png": gradient_clipping,
    "WeightInitialization.png": weight_initialization,
    "LearningRateSchedules.png": learning_rate_schedules,
    "AdamOptimization.png": adam_optimization,
    "GradientDescent.png": gradient_descent,
    "MomentumOptimization.png": momentum_optimization,
    "Dropout.png": dropout,
    "L1L2Regularization.png": l1_l2_regularization,
    "NesterovAcceleratedGradient.png": nesterov_accelerated_gradient,
    "RMSProp.png": rmsprop,
    "Nadam.png": nadam,
    "DeepNetwork.png": deep_network,
}
"""File name -> the function that draws it."""


def _curve(axes, x, y, title: str, colour: str = style.BLUE, line: str = "-") -> None:
    """One function with its zero lines."""
    axes.axhline(0, color=style.GREY, linewidth=0.8)
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    axes.plot(x, y, color=colour, linestyle=line)
    axes.set(xlabel="z", xlim=(x[0], x[-1]), title=title)


def _note(axes, words: str, at: tuple[float, float], text: tuple[float, float]) -> None:
    """Words with an arrow to the point `at`."""
    arrow = {"arrowstyle": "->", "color": style.BLACK}
    axes.annotate(words, xy=at, xytext=text, arrowprops=arrow)


def _small(png: bytes) -> bytes:
    """The picture in a margin, with 128 colours: a third of the bytes, as every notebook carries its own."""
    file = io.BytesIO()
    image = ImageOps.expand(Image.open(io.BytesIO(png)).convert("RGB"), MARGIN, fill=style.PAPER)
    image.quantize(128, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return file.getvalue()


def _equations(axes, title: str, equations: tuple[str, ...], words: tuple[str, ...]) -> None:
    """A panel of text: a title, equations below it, and what their symbols mean."""
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    axes.text(0.04, 0.95, title, size=13, weight="bold", va="top")
    for row, equation in enumerate(equations):
        axes.text(0.04, 0.68 - 0.2 * row, equation, size=17, va="center")
    for row, line in enumerate(words):
        axes.text(0.04, 0.22 - 0.13 * row, line, va="center")


def _small_bowl(axes) -> None:
    """Contour lines of (x² + 18 y²)/2 with a star at the minimum."""
    x, y = np.meshgrid(np.linspace(-10, 3, 240), np.linspace(-3, 2.6, 240))
    axes.contour(x, y, x**2 + 18 * y**2, levels=np.array([1, 8, 25, 55, 95, 145]), colors=style.GREY, linewidths=0.7)
    axes.plot(0, 0, marker="*", markersize=13, color=style.BLACK, zorder=4)
    axes.grid(False)
    axes.set(xlabel="θ₁", ylabel="θ₂", xlim=(-10, 3), ylim=(-3, 2.6))


def _arrow(axes, start, end, colour, width):
    look = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=look)


def main(names: list[str]) -> None:
    """Draw the figures with these file names, or all."""
    for name in names or FIGURES:
        with matplotlib.rc_context(style.RC):
            figure = FIGURES[name]()
        (FOLDER / name).write_bytes(_small(style.as_png(figure)))
        print(f"Assets/{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
