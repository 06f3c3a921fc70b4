"""Batch statistics in float32: what is left of a variance when the numbers are far from zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.lab import style
from autograder.lab.experiment import experiment
from autograder.lab.pytorch_race import gpu
from autograder.lab.students import UnusableResult

ROWS, CHANNELS = 4096, 8
OFFSETS = tuple(10.0**power for power in range(7))
SMALLEST = 1e-8
"""Errors below are drawn here: a logarithmic axis has no zero."""

Variance = Callable[[np.ndarray], np.ndarray]


def by_squares(x: np.ndarray) -> np.ndarray:
    """The mean of the squares minus the square of the mean, by channel. x: (rows, channels), float32."""
    mean = x.mean(axis=0)
    return (x * x).mean(axis=0) - mean * mean


def in_pairs(x: np.ndarray) -> np.ndarray:
    """Two passes, each channel in one piece of memory: there NumPy adds partial sums, not one running total."""
    return np.ascontiguousarray(x.T).var(axis=1)


def of_kernel(batch_norm_train: Callable) -> Variance:
    """The batch variance that a student's function puts into its running variance with momentum 1.

    The returned function raises UnusableResult where theirs gives no numbers of the right shape.
    """

    def variance(x: np.ndarray) -> np.ndarray:
        ones, zeros = np.ones(CHANNELS, np.float32), np.zeros(CHANNELS, np.float32)
        returned = batch_norm_train(x.copy(), ones, zeros, zeros.copy(), ones.copy(), 1.0, 1e-5)
        try:
            found = np.asarray(returned[2], dtype=float)
        except (TypeError, ValueError, IndexError):
            found = np.zeros(0)
        if found.shape != (CHANNELS,):
            raise UnusableResult(
                "Your batch_norm_train does not return (y, running_mean, running_var) yet. Check it first."
            )
        return found * (ROWS - 1) / ROWS

    return variance


def of_pytorch(device: str) -> Variance:
    """PyTorch's batch variance on a device, in the same way."""

    def variance(x: np.ndarray) -> np.ndarray:
        import torch
        import torch.nn.functional as F

        running = torch.ones(CHANNELS, device=device)
        F.batch_norm(torch.tensor(x, device=device), torch.zeros_like(running), running, training=True, momentum=1.0)
        return running.cpu().numpy().astype(float) * (ROWS - 1) / ROWS

    return variance


def relative_errors(variance: Variance) -> list[float]:
    """The largest error among the channels for each offset, as a share of the true variance."""
    noise = np.random.default_rng(0).standard_normal((ROWS, CHANNELS))
    errors = []
    for offset in OFFSETS:
        x = (offset + noise).astype(np.float32)
        true = x.astype(np.float64).var(axis=0)
        errors.append(float(np.max(np.abs(variance(x) - true) / true)))
    return errors


@experiment
def variance_in_float32(batch_norm_train: Callable) -> None:
    """Feed batches of variance 1 and growing mean, in float32, to your function and others; draw the error of the
    variance.

    batch_norm_train: yours, called with momentum 1.
    """
    ways = {
        "mean of squares minus squared mean": by_squares,
        "your batch_norm_train": of_kernel(batch_norm_train),
        "PyTorch, CPU": of_pytorch("cpu"),
        "two passes, sums of partial sums": in_pairs,
    }
    if gpu():
        ways["PyTorch, GPU"] = of_pytorch(gpu())
    errors = {name: relative_errors(variance) for name, variance in ways.items()}
    figure, axes = style.new_figure(height=3.9)
    for (name, values), colour, marker, line in zip(
        errors.items(), style.COLOURS, style.MARKERS, style.LINES, strict=False
    ):
        drawn = np.maximum(values, SMALLEST)
        axes.loglog(OFFSETS, drawn, color=colour, marker=marker, markersize=5, linestyle=line, label=name)
    axes.axhline(1, color=style.GREY, linewidth=1)
    axes.text(OFFSETS[0], 1.6, "error as large as the variance itself", color=style.GREY, size=9)
    title = f"By squares the variance is lost {_lost(errors['mean of squares minus squared mean'])}"
    axes.set(xlabel="mean of the batch (its variance is 1)", ylabel="relative error of the variance", title=title)
    axes.legend()
    print(f"{'mean of the batch':36}" + "".join(f"{offset:>9.0e}" for offset in OFFSETS))
    for name, values in errors.items():
        print(f"{name:36}" + "".join(f"{value:>9.0e}" for value in values))
    told = "; ".join(f"{name} {values[3]:.0e}" for name, values in errors.items())
    style.show(
        figure,
        f"Relative error of the variance of {ROWS} float32 numbers against their mean, both axes logarithmic. At mean "
        f"1000: {told}. {title}.",
    )


def _lost(errors: list[float]) -> str:
    first = next((offset for offset, error in zip(OFFSETS, errors, strict=True) if error > 0.5), None)
    return f"at a mean of {first:,.0f}" if first else "nowhere"
