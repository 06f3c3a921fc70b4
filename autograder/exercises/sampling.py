"""Random inputs for cases: one seed, one stream, the same arrays wherever it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PUBLIC_SEED = 20_211
"""The seed of the cases that a student sees: fixed, so that every `check` shows the same numbers."""


class Sampler:
    """A seeded source of shapes, numbers and arrays.

    seed: any integer from 0 up. The same seed and label give the same draws.
    label: separates streams that share a seed (one for each kernel and requirement).
    hidden: whether the cases are those of grading, of which there are more.
    """

    def __init__(self, seed: int, label: str = "", *, hidden: bool = False) -> None:
        self.hidden = hidden
        self._generator = np.random.default_rng([seed, *label.encode()])

    def repeat(self, public: int, hidden: int) -> range:
        """Rounds of drawing: `public` times in practice, `hidden` times in grading."""
        return range(hidden if self.hidden else public)

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self._generator.integers(low, high + 1))

    def number(self, low: float, high: float) -> float:
        """A number from low to high, with three decimals so that a person can type it again."""
        return round(float(self._generator.uniform(low, high)), 3)

    def choice(self, options: Sequence):
        """One of the options."""
        return options[self.integer(0, len(options) - 1)]

    def shape(self, dimensions: int = 2, smallest: int = 2, largest: int = 6) -> tuple[int, ...]:
        """A shape whose sides all differ (equal sides hide transposed axes)."""
        sides = self._generator.permutation(np.arange(smallest, max(largest, smallest + dimensions) + 1))
        return tuple(int(side) for side in sides[:dimensions])

    def normal(self, *shape: int, scale: float = 1.0, dtype: str = "float64") -> np.ndarray:
        """Normal numbers with standard deviation `scale`, rounded to three decimals, none of them 0.

        At 0 many functions have a corner: it is tried by cases of its own, not by chance.
        """
        numbers = np.round(self._generator.normal(0.0, scale, shape), 3)
        return np.where(numbers == 0.0, 0.001, numbers).astype(dtype)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0, dtype: str = "float64") -> np.ndarray:
        """Uniform numbers in [low, high)."""
        return self._generator.uniform(low, high, shape).astype(dtype)


def strided(array: np.ndarray) -> np.ndarray:
    """The same numbers as a view that is contiguous in no order (every second entry of a larger array)."""
    array = np.asarray(array)
    room = np.full((*array.shape[:-1], 2 * array.shape[-1]), 7.0, array.dtype)
    room[..., ::2] = array
    return room[..., ::2]
