"""Random numbers that are perturbed: which change, and by how much."""

from __future__ import annotations

import numpy as np

from tests.support import perturbation
from tests.support.perturbation import default_rng, perturb_random_numbers, perturbed


def test_real_numbers_change_in_their_last_digits():
    for name in ("normal", "uniform", "random", "standard_normal"):
        plain, changed = (getattr(rng, name)(size=1000) for rng in (default_rng(5), perturbed(5, 1)))
        assert 0 < np.abs(changed / plain - 1).max() < 1e-11, name
    one = perturbed(5, 1).normal()
    assert isinstance(one, float) and 0 < abs(one / default_rng(5).normal() - 1) < 1e-11


def test_whole_numbers_permutations_and_dtypes_do_not():
    plain, changed = default_rng(5), perturbed(5, 1)
    assert (changed.integers(9, size=50) == plain.integers(9, size=50)).all()
    assert (changed.permutation(50) == plain.permutation(50)).all()
    assert changed.standard_normal(3, dtype=np.float32).dtype == np.float32
    out = np.empty(3)
    assert changed.standard_normal(out=out) is out


def test_a_perturbation_repeats_itself_and_another_one_differs():
    draws = [perturbed(5, seed).normal(size=9) for seed in (1, 1, 2)]
    assert (draws[0] == draws[1]).all()
    assert (draws[0] != draws[2]).any()


def test_a_larger_one_reaches_numbers_that_are_rounded_to_float32():
    plain, small, large = (
        rng.normal(size=999).astype("f4") for rng in (default_rng(5), perturbed(5, 1), perturbed(5, 1, 1e-7))
    )
    assert (small != plain).sum() < 10
    assert (large != plain).sum() > 300


def test_it_is_switched_on_by_a_variable(monkeypatch):
    monkeypatch.setattr(np.random, "default_rng", default_rng)
    monkeypatch.delenv(perturbation.VARIABLE, raising=False)
    assert perturb_random_numbers() == ""
    assert np.random.default_rng is default_rng
    monkeypatch.setenv(perturbation.VARIABLE, "3")
    assert "perturbed" in perturb_random_numbers()
    rng = np.random.default_rng(5)
    assert (rng.normal(size=9) == perturbed(5, 3).normal(size=9)).all()
    assert np.random.default_rng(rng) is rng
    monkeypatch.setenv(perturbation.VARIABLE, "3:1e-7")
    perturb_random_numbers()
    assert (np.random.default_rng(5).normal(size=9) == perturbed(5, 3, 1e-7).normal(size=9)).all()
