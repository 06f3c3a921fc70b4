"""dead_units: which units give 0 on every sample."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def dead_units(a):
    return (a == 0).all(axis=0)
"""
dead_units = Exercise(
    TEXTBOOK,
    takes="a: (N, units)",
    pytorch="(a == 0).all(dim=0)",
    source="Lu, Shin, Su and Karniadakis 2020, Dying ReLU and Initialization: Theory and Numerical Examples",
)
requirement, wrong = dead_units.requirement, dead_units.wrong


def activations(sample, samples, units):
    """Activations of ReLU, (samples, units): the first unit is alive, the last is dead, the others are either.

    Every unit that is alive rests on some samples, and the last sample is zero throughout.
    """
    a = np.maximum(sample.normal(samples, units), 0.0)
    a[0, :-1] = 1.5
    a[:, 1:-1] *= sample.uniform(units - 2) < 0.5
    a[-1], a[:, -1] = 0.0, 0.0
    return a


@dead_units.pytorch_reference
def reference(a):
    return (a == 0).all(dim=0)


@requirement("zero on every sample", points=2)
def values(sample):
    """Activations of ReLU: some units dead, some resting on many samples."""
    yield case("three samples, two units", a=np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 0.0]]))
    yield case("two samples, three units", a=np.array([[0.0, 2.0, 0.0], [0.5, 0.0, 0.0]]))
    for _ in sample.repeat(public=2, hidden=6):
        yield case("random activations", a=activations(sample, *sample.shape(smallest=3, largest=8)))
    yield case("one sample", a=np.array([[0.0, 0.5, 0.0]]))
    yield case("one unit", a=np.zeros((3, 1)))


@requirement("activations below zero", points=1)
def below_zero(sample):
    """Activations below zero, as leaky ReLU has them: such a unit still passes a gradient on."""
    yield case("-1 and 1 in the first unit", a=np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]))
    yield case("only -0.01 in the first unit", a=np.array([[0.0, 0.0], [-0.01, 0.0]]))
    for _ in sample.repeat(public=1, hidden=4):
        a = activations(sample, *sample.shape(smallest=3, largest=8))
        a[:, 0] *= -0.01
        yield case("random activations, a unit below zero", a=a)


@requirement("one small activation is enough", points=2)
def one_is_enough(sample):
    """A unit that wakes on one sample of many, or only a little."""
    yield case("1e-12 in the first unit", a=np.array([[0.0, 0.0], [1e-12, 0.0]]))
    yield case("1e-200 in the first unit", a=np.array([[0.0, 0.0], [1e-200, 0.0]]))
    yield case("1e-7 in the second unit", a=np.array([[0.0, 0.0, 0.0], [0.0, 1e-7, 0.0]]))
    for _ in sample.repeat(public=1, hidden=4):
        a = np.zeros((sample.integer(150, 300), 4))
        a[sample.integer(140, 149), 0] = sample.number(0.1, 2.0)
        a[-1, 2] = sample.number(0.1, 2.0)
        yield case("many samples, two units awake on one of them", a=a)


@dead_units.contract()
def contract(sample):
    return {"a": activations(sample, 3, sample.integer(3, 4))}


@wrong({"all": "any"})
def one_zero_is_taken_for_death():
    """You call a unit dead that is 0 on some sample. Every healthy ReLU rests now and then: it is dead if it is 0 on
    all."""


@wrong({"axis=0": "axis=1"})
def samples_instead_of_units():
    """Your answer has one entry for each sample. Rows are samples and columns are units: along which axis must you
    look?"""


@wrong({"all": "mean"})
def share_of_zeros():
    """You return how often each unit is 0. The question is yes or no: is it always 0?"""


@wrong({"(axis=0)": "(axis=0).sum()"})
def counted():
    """You return how many units are dead. The question is which: one True or False for each unit."""


@wrong({"==": "!=", "all": "any"})
def alive_instead_of_dead():
    """True and False are exchanged: you mark the units that are alive."""


@wrong({"(a == 0).all(axis=0)": "np.flatnonzero((a == 0).all(axis=0))"})
def indices():
    """You return the numbers of the dead units. Return one True or False for each unit instead."""


@wrong({"(axis=0)": "(axis=0).astype(int)"}, loses=[contract])
def zeros_and_ones():
    """You return zeros and ones. A comparison gives True and False by itself, and an array of those can select
    units."""


@wrong({"(a == 0).all(axis=0)": "a.sum(axis=0) == 0"}, loses=[below_zero])
def sum_is_zero():
    """A sum can be 0 although its parts are not: -1 and 1 cancel. Look at each activation by itself."""


@wrong({"a == 0": "a <= 0"}, loses=[below_zero])
def never_positive():
    """An activation below zero counts as dead in your answer. Leaky ReLU has such activations, and a gradient passes
    there."""


@wrong({"a == 0": "np.abs(a) < 1e-6"}, loses=[one_is_enough])
def nearly_zero():
    """You call a unit dead whose activation is merely small. However small, it is not 0, so the gradient passes:
    compare exactly."""


@wrong({"(a == 0)": "np.isclose(a, 0)"}, loses=[one_is_enough])
def isclose():
    """np.isclose(a, 0) takes everything up to 1e-8 for 0. ReLU gives exact zeros, so no tolerance is needed."""


@wrong({"a == 0": "a[:32] == 0"}, loses=[one_is_enough])
def first_batch_only():
    """You look at the first samples only. A unit that rests on one minibatch may be awake on the next: use every
    row."""
