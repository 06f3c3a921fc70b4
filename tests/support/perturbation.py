"""Change every random number that NumPy draws in its last digits: AUTOGRADER_PERTURBATION=1, 2, ... or 1:1e-7, ...

Training amplifies the last bit. What is claimed of a training run has to hold from weights that differ by a relative
1e-12 too: then it holds on another processor, which adds up the same products in another order. The number before the
colon is the seed of the noise, the one after it its relative size: weights that are rounded to float32 need 1e-7.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

VARIABLE = "AUTOGRADER_PERTURBATION"
RELATIVE_SIZE = "1e-12"
DRAWS = (
    "beta", "chisquare", "exponential", "f", "gamma", "gumbel", "laplace", "logistic", "lognormal",
    "multivariate_normal", "normal", "pareto", "power", "random", "rayleigh", "standard_cauchy",
    "standard_exponential", "standard_gamma", "standard_normal", "standard_t", "triangular", "uniform", "vonmises",
    "wald", "weibull",
)  # fmt: skip
"""The methods of a generator that draw real numbers."""

default_rng = np.random.default_rng


def perturb_random_numbers() -> str:
    """Replace `np.random.default_rng` where the variable is set, and return a sentence that says so, or ""."""
    asked = os.environ.get(VARIABLE, "")
    if not asked:
        return ""
    noise_seed, _, size = asked.partition(":")
    noise = int(noise_seed), float(size or RELATIVE_SIZE)
    np.random.default_rng = lambda seed=None: seed if isinstance(seed, np.random.Generator) else perturbed(seed, *noise)
    return f"random numbers are perturbed by a relative {noise[1]:g} ({VARIABLE}={asked})"


def perturbed(seed: Any, noise_seed: int, relative_size: float = float(RELATIVE_SIZE)) -> np.random.Generator:
    """A generator that draws what `default_rng(seed)` draws, times 1 + relative_size * normal noise."""
    generator = PerturbedGenerator(default_rng(seed).bit_generator)
    generator.noise, generator.relative_size = default_rng(noise_seed), relative_size
    return generator


class PerturbedGenerator(np.random.Generator):
    """A generator whose real numbers carry noise, and whose whole numbers and permutations do not."""

    noise: np.random.Generator
    relative_size: float


def _perturbing(name: str) -> Any:
    """The method of `np.random.Generator` of that name, with noise on what it returns."""
    draw = getattr(np.random.Generator, name)

    def drawn(self: PerturbedGenerator, *arguments: Any, **settings: Any) -> Any:
        values = draw(self, *arguments, **settings)
        factors = 1 + self.relative_size * self.noise.standard_normal(np.shape(values))
        if settings.get("out") is not None:
            values *= factors.astype(values.dtype)
            return values
        return values * (factors.astype(values.dtype) if isinstance(values, np.ndarray) else float(factors))

    return drawn


for _name in DRAWS:
    setattr(PerturbedGenerator, _name, _perturbing(_name))
