"""Random inputs for cases: the same wherever they are drawn, typable, never 0 by chance."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercises.sampling import PUBLIC_SEED, Sampler, strided
from autograder.plaindata.values import memory_order

few = settings(max_examples=50, deadline=None)
seeds = st.integers(0, 2**31 - 1)


def drawn(sample: Sampler) -> list:
    """A little of everything."""
    return [
        sample.integer(0, 10**6),
        sample.number(-1.0, 1.0),
        sample.shape(),
        sample.choice("abcdef"),
        sample.normal(2, 3).tolist(),
        sample.uniform(4).tolist(),
    ]


@given(seeds, st.text(max_size=5))
@few
def test_the_same_seed_and_label_give_the_same_draws(seed, label):
    assert drawn(Sampler(seed, label)) == drawn(Sampler(seed, label, hidden=True))


def test_other_seeds_and_other_labels_give_other_draws():
    found = [
        drawn(Sampler(seed, label))
        for seed in (0, 1, PUBLIC_SEED)
        for label in ("", "elu/values", "elu/other alpha", "é")
    ]
    assert all(one != other for one, other in itertools.combinations(found, 2))


def test_drawing_leaves_numpys_global_random_numbers_alone():
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    drawn(Sampler(1))
    assert np.random.random() == expected


def test_grading_draws_more_often_than_practice():
    assert list(Sampler(1).repeat(public=2, hidden=6)) == [0, 1]
    assert len(Sampler(1, hidden=True).repeat(public=2, hidden=6)) == 6


@given(seeds, st.integers(-5, 5), st.integers(0, 5))
@few
def test_a_whole_number_lies_between_its_bounds_both_included(seed, low, more):
    number = Sampler(seed).integer(low, low + more)
    assert type(number) is int
    assert low <= number <= low + more


def test_every_whole_number_between_the_bounds_comes_up():
    sample = Sampler(1)
    assert {sample.integer(0, 3) for _ in range(200)} == {0, 1, 2, 3}
    assert {sample.choice("ab") for _ in range(100)} == {"a", "b"}


@given(seeds)
@few
def test_a_number_has_three_decimals_so_that_a_person_can_type_it(seed):
    number = Sampler(seed).number(0.1, 3.0)
    assert type(number) is float
    assert 0.1 <= number <= 3.0
    assert float(f"{number:.3f}") == number


@given(seeds, st.integers(0, 5), st.integers(1, 3), st.integers(1, 8))
@few
def test_no_two_sides_of_a_shape_are_equal(seed, dimensions, smallest, largest):
    shape = Sampler(seed).shape(dimensions, smallest, largest)
    assert len(shape) == len(set(shape)) == dimensions
    assert all(type(side) is int and side >= smallest for side in shape)


def test_a_shape_is_as_large_as_it_may_be_and_no_larger():
    sides = {side for seed in range(100) for side in Sampler(seed).shape(2, 2, 6)}
    assert sides == {2, 3, 4, 5, 6}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays_have_the_shape_and_dtype_asked_for(dtype):
    for array in (Sampler(1).normal(2, 3, dtype=dtype), Sampler(1).uniform(2, 3, dtype=dtype)):
        assert (array.shape, array.dtype.name) == ((2, 3), dtype)


def test_normal_numbers_have_the_scale_asked_for_and_three_decimals():
    array = Sampler(1).normal(100_000, scale=3.0)
    assert array.std() == pytest.approx(3.0, rel=0.02)
    assert abs(array.mean()) < 0.05
    assert np.array_equal(np.round(array, 3), array)


def test_uniform_numbers_fill_their_interval():
    array = Sampler(1).uniform(100_000, low=-2.0, high=5.0)
    assert -2.0 <= array.min() < -1.99
    assert 4.99 < array.max() < 5.0


@pytest.mark.parametrize("shape", [(3,), (2, 5), (2, 3, 4)])
def test_a_strided_array_has_its_numbers_and_is_contiguous_in_no_order(shape):
    array = Sampler(1).normal(*shape, dtype="float32")
    found = strided(array)
    assert np.array_equal(found, array)
    assert found.dtype == array.dtype
    assert memory_order(found) == "strided"
    assert not np.shares_memory(found, array)
