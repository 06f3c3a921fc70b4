"""nadam_step: one step of NAdam with its momentum schedule, from a given state."""

from autograder.exercises.model import Exercise, case, multistep_case
from autograder.exercises.nadam import DECAY, nadam_constant_step, one_step_of_nadam
from autograder.exercises.optimizer_states import at_rest, midway, random_start, three_steps, trajectory, unusual, usual

TEXTBOOK = """\
def nadam_step(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product = mu_product * mu
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    s_hat = s / (1 - beta2**t)
    direction = mu_next * m / (1 - mu_product * mu_next) + (1 - mu) * gradient / (1 - mu_product)
    return theta - learning_rate * direction / (np.sqrt(s_hat) + epsilon), m, s, mu_product
"""
nadam_step = Exercise(
    TEXTBOOK,
    outputs=("theta", "m", "s", "mu_product"),
    takes="theta, gradient, m, s: (*); mu_product: number; t: int >= 1; "
    "learning_rate, beta1, beta2, epsilon, momentum_decay: number",
    pytorch="torch.optim.NAdam([theta], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, "
    "momentum_decay=momentum_decay).step()",
    source="https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html, after Dozat 2016",
)
requirement, wrong = nadam_step.requirement, nadam_step.wrong


@nadam_step.pytorch_reference
def reference(theta, gradient, m, s, mu_product, t, learning_rate, beta1, beta2, epsilon, momentum_decay):
    state = (theta, gradient, m, s, mu_product, t)
    return one_step_of_nadam(*state, learning_rate, beta1, beta2, epsilon, momentum_decay)


def arguments(**given):
    """Of a call: those given, and for the others the first step with the usual settings."""
    given = {"mu_product": 1.0, "t": 1, **usual(momentum_decay=DECAY), **given}
    return {name: given[name] for name in nadam_step.parameters}


@requirement("the first step", points=2)
def first_step(sample):
    yield case("theta = 1", **arguments(**at_rest([1.0], [500.0])))
    yield case("three parameters", **arguments(**at_rest([1.0, -2.0, 3.0], [-4000.0, 250.0, 30000.0])))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", **arguments(**random_start(sample, *sample.shape())))


@requirement("over many steps", points=2)
def many_steps(sample):
    yield multistep_case("3 steps of 1 parameter", **arguments(**three_steps()))
    yield case("t = 5000, a product of 0", **arguments(**midway(sample, 3), mu_product=0.0, t=5000))
    for _ in sample.repeat(public=1, hidden=3):
        yield multistep_case("20 random steps, a falling learning rate", **arguments(**trajectory(sample)))


@requirement("other values of momentum_decay", points=2)
def decays(sample):
    """1, as in Keras, and a few between; 0 is not constant momentum. One at a later step, whose product comes from
    other decays before it, so that it cannot be computed from t."""
    start = at_rest([1.0], [500.0])
    yield case("momentum_decay = 1", **arguments(**start, momentum_decay=1.0))
    yield case("momentum_decay = 0", **arguments(**start, momentum_decay=0.0))
    later = {**midway(sample, 2), "mu_product": 0.2, "t": 5}
    yield case("t = 5, momentum_decay = 1 from here on", **arguments(**later, momentum_decay=1.0))
    for _ in sample.repeat(public=1, hidden=4):
        decay = sample.number(0.01, 20.0)
        yield case("random", **arguments(**random_start(sample, 2, 3), momentum_decay=decay))


@requirement("other learning rates, betas and epsilons", points=1)
def settings(sample):
    """At the first step."""
    start = at_rest([1.0, -2.0], [500.0, 3000.0])
    yield case("betas 0.5 and 0.7", **arguments(**start, beta1=0.5, beta2=0.7))
    yield case("epsilon = 0.1", **arguments(**at_rest([1.0, -2.0], [0.5, 3.0]), epsilon=0.1))
    small = at_rest([1.0, -2.0], [1e-6, 0.0])
    yield case("gradients 1e-6 and 0, epsilon 1e-8", **arguments(**small, epsilon=1e-8))
    for _ in sample.repeat(public=1, hidden=4):
        yield case("random", **arguments(**random_start(sample, 2, 3), **unusual(sample)))


@nadam_step.contract()
def contract(sample, shape):
    return arguments(**random_start(sample, *shape))


@wrong({"mu_product = mu_product": "mu = mu_next = beta1\n    mu_product = mu_product"})
def momentum_constant():
    """Your momentum is beta1 at every step: this is Nadam without its schedule."""


@wrong({"((t + 1) * momentum_decay)": "(t * momentum_decay)"})
def momentum_of_this_step_for_the_next():
    """The momentum part looks one step ahead, so it takes the momentum of step t + 1, in its factor and in its
    product. You take that of step t."""


@wrong({"((t + 1) * momentum_decay)": "(t + 1 * momentum_decay)"})
def decay_times_one_alone():
    """In the exponent of mu_next `t + 1 * momentum_decay` multiplies the 1 alone. It needs parentheses, `(t + 1) *
    momentum_decay`."""


@wrong({"(1 - mu_product * mu_next)": "(1 - mu_product)"})
def momentum_part_over_the_present_product():
    """Your momentum part is divided by 1 minus the product up to t. It belongs to the next step, whose product has
    one factor more."""


@wrong({"(1 - mu_product * mu_next)": "(1 - mu_next ** (t + 1))", "(1 - mu_product)": "(1 - mu**t)"})
def power_instead_of_product():
    """You raise the momentum to the power t. It changes from step to step, so the product of all of them is
    something else, and it is handed to you: mu_product."""


@wrong({"(1 - mu_product * mu_next)": "(1 - beta1 ** (t + 1))", "(1 - mu_product)": "(1 - beta1**t)"})
def power_of_beta1_instead_of_product():
    """Your corrections are those of constant momentum, powers of beta1. With a schedule the product of all mu so far
    takes their place."""


@wrong({"beta1 * m + (1 - beta1)": "mu * m + (1 - mu)"})
def mu_in_the_average():
    """Your m is averaged with mu. Dozat's report does that; PyTorch keeps beta1 in the average and uses mu only
    where the direction is put together."""


@wrong({" + (1 - mu) * gradient / (1 - mu_product)": ""})
def gradient_part_forgotten():
    """The gradient part of the direction is missing."""


@wrong({"mu_product * mu_next": "mu_product * mu * mu_next"})
def mu_multiplied_in_twice():
    """Your product for the next step contains mu twice: it is in mu_product already after you have updated it. The
    first versions of PyTorch's NAdam had this error, too."""


@wrong({"), m, s, mu_product": "), m, s, mu_product * mu_next"})
def product_of_the_next_step_returned():
    """The product that you return has a factor too many. The look ahead is for this step only; the next one
    multiplies by its own mu."""


@wrong({"mu_product = mu_product * mu": "mu_product = mu"}, loses=[many_steps, decays])
def product_forgotten():
    """The product of the earlier steps, which is handed to you, has been replaced by the last factor."""


@wrong({"mu = beta1": "momentum_decay = 0.004\n    mu = beta1"}, loses=[decays])
def decay_fixed():
    """`momentum_decay` has no effect on your result: it is that of 0.004."""


wrong.like(
    nadam_constant_step.written_into_m,
    {"= beta1 * m +": "*= beta1\n    m +=", "= beta2 * s +": "*= beta2\n    s +="},
    loses=[contract],
)


wrong.like(nadam_constant_step.float32_lost, {"np.sqrt(s_hat)": "np.sqrt(s) / np.sqrt(1 - beta2**t)"}, loses=[contract])
