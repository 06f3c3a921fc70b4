"""best_momentum: the learning rate and the beta with which momentum is fastest on a bowl in the long run."""

import numpy as np

from autograder.exercises.model import Exercise, case

TEXTBOOK = """\
def best_momentum(curvatures):
    low, high = np.sqrt(np.min(curvatures)), np.sqrt(np.max(curvatures))
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2
"""
best_momentum = Exercise(
    TEXTBOOK,
    outputs=("learning_rate", "beta"),
    takes="curvatures: (*)",
    pytorch="the eigenvalues of a step of torch.optim.SGD(lr, momentum): at this pair the slowest direction is fastest",
    source="Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5",
)
requirement, wrong = best_momentum.requirement, best_momentum.wrong


@best_momentum.pytorch_reference
def reference(curvatures):
    """The root of beta from the condition number; the learning rate from the upper end of the plateau."""
    steepest = curvatures.max()
    root = (steepest / curvatures.min()).sqrt()
    root_of_beta = (root - 1) / (root + 1)
    return (1 + root_of_beta) ** 2 / steepest, root_of_beta**2


@requirement("two directions", points=3)
def two_directions(sample):
    yield case("curvatures 1 and 9", curvatures=np.array([1.0, 9.0]))
    yield case("curvatures 1 and 50", curvatures=np.array([1.0, 50.0]))
    yield case("neither of them 1", curvatures=np.array([4.0, 36.0]))
    for _ in sample.repeat(public=2, hidden=6):
        flat = sample.number(0.05, 3.0)
        yield case("random", curvatures=np.array([flat, flat * sample.number(2.0, 300.0)]))


@requirement("many directions in any order", points=2)
def many_directions(sample):
    yield case("the steepest first", curvatures=np.array([16.0, 4.0, 1.0]))
    yield case("both ends in the middle", curvatures=np.array([3.0, 0.25, 25.0, 5.0]))
    yield case("a table of curvatures", curvatures=np.array([[4.0, 9.0, 2.0], [5.0, 1.0, 3.0]]))
    for _ in sample.repeat(public=2, hidden=5):
        curvatures = np.round(sample.uniform(sample.integer(4, 9), low=1.0, high=8.0), 3)
        curvatures[1:3] = sample.number(0.1, 0.8), sample.number(9.0, 60.0)
        yield case("random", curvatures=curvatures)


@requirement("a round bowl", points=1)
def round_bowl(sample):
    """All curvatures alike: the plateau shrinks to a point, and momentum is not needed."""
    yield case("one curvature", curvatures=np.array([4.0]))
    for _ in sample.repeat(public=1, hidden=3):
        yield case("all alike", curvatures=np.full(sample.integer(2, 5), sample.number(0.2, 9.0)))


@best_momentum.contract(without=["no entries"])
def contract(sample, shape):
    """A round bowl: what is wrong with either formula shows elsewhere."""
    return {"curvatures": np.full(shape, sample.number(2.0, 5.0))}


@wrong({"((high - low) / (high + low)) ** 2": "(high - low) / (high + low)"}, keeps=[round_bowl, contract])
def root_of_beta_returned():
    """Your beta is its own root. On the plateau the factor per step is the root of beta, and the ends contain that
    root."""


@wrong({"4 / (low + high) ** 2": "2 / (low**2 + high**2)"}, keeps=[round_bowl, contract])
def learning_rate_of_gradient_descent():
    """Your learning rate is the best one without momentum, where two lines meet. Here both ends of the bowl have to
    lie on the ends of the plateau."""


@wrong(
    {"np.sqrt(np.min(curvatures)), np.sqrt(np.max(curvatures))": "np.min(curvatures), np.max(curvatures)"},
)
def roots_of_the_curvatures_forgotten():
    """You put in the curvatures where their roots belong: it is the root of eta h that is 1 plus or minus the root of
    beta at the ends."""


@wrong({"4 / (low + high) ** 2": "2 / (low + high)"})
def root_of_the_learning_rate():
    """Yours is the root of the learning rate. Adding the conditions at both ends gives the root; it has to be
    squared."""


@wrong({"4 / (low + high) ** 2": "1 / (low + high) ** 2"})
def two_forgotten():
    """Your learning rate is a quarter of what it should be: 1 - r and 1 + r add up to 2, and the 2 is squared, too."""


@wrong(
    {
        "4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2": "((high - low) / (high + low)) ** 2, "
        "4 / (low + high) ** 2"
    }
)
def outputs_exchanged():
    """You return beta first. Asked for is (learning_rate, beta)."""


@wrong(
    {"np.min(curvatures)": "curvatures.flat[0]", "np.max(curvatures)": "curvatures.flat[-1]"},
    loses=[many_directions],
)
def first_and_last():
    """You take the first and the last curvature. They come in any order: what counts is the smallest and the
    largest."""


@wrong({"np.min(curvatures)": "np.mean(curvatures)"}, keeps=[round_bowl, contract])
def mean_in_place_of_the_smallest():
    """Your flattest direction is an average. The plateau has to hold all directions, so its lower end belongs to the
    smallest curvature."""


@wrong({"4 / (low + high) ** 2": "2 * (1 + ((high - low) / (high + low)) ** 2) / high**2"})
def at_the_edge_of_divergence():
    """Your learning rate is the largest one that does not diverge, 2 (1 + beta) over the steepest curvature. The
    plateau ends before that."""


@wrong({"np.sqrt(np.min(curvatures))": "np.sqrt(np.float64(np.min(curvatures)))"}, loses=[contract])
def always_float64():
    """float32 becomes float64: something in your function has the dtype float64, and takes the arrays with it.
    NumPy's own numbers (np.sqrt(2 / n), np.float64(0.1)) and new arrays (np.zeros(n)) do that; Python's numbers do
    not."""
