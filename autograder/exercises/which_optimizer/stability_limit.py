"""stability_limit: the largest learning rate times curvature at which an optimizer does not leave a parabola."""

from autograder.exercises.model import Exercise, case
from autograder.exercises.optimizer_states import pytorch_optimizer
from autograder.exercises.which_optimizer import CONSTANT

TEXTBOOK = """\
def stability_limit(optimizer, beta1):
    shares = {
        "gradient descent": 1.0,
        "momentum": 1 / (1 + beta1),
        "nesterov": (1 + 2 * beta1) / (1 + beta1),
        "rmsprop": 1.0,
        "adam": (1 - beta1) / (1 + beta1),
        "nadam": (1 - beta1) * (1 + 2 * beta1) / (1 + beta1),
    }
    return 2 / shares[optimizer]
"""
stability_limit = Exercise(
    TEXTBOOK,
    outputs=("limit",),
    takes="optimizer: str; beta1: number",
    pytorch="2 over what an optimizer of torch.optim moves, in learning rates, when the gradient is 1, -1, 1, -1, ...",
    source="Cohen et al. 2022, https://arxiv.org/abs/2207.14484, for Adam and its relatives",
    computation="six digits",
)
requirement, wrong = stability_limit.requirement, stability_limit.wrong

PLAIN = ("gradient descent", "rmsprop")
STEPS = 300
"""So many gradients of alternating sign that the start is forgotten for a beta1 of at most 0.9."""


@stability_limit.pytorch_reference
def reference(optimizer, beta1):
    """The last step of PyTorch's optimizer for gradients of alternating sign."""
    import torch

    theta = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    adams = {"lr": 1.0, "betas": (beta1, 0.5), "eps": 0.0}
    steps = {
        "gradient descent": lambda: pytorch_optimizer("SGD", [theta], lr=1.0),
        "momentum": lambda: pytorch_optimizer("SGD", [theta], lr=1.0, momentum=beta1),
        "nesterov": lambda: pytorch_optimizer("SGD", [theta], lr=1.0, momentum=beta1, nesterov=beta1 > 0),
        "rmsprop": lambda: pytorch_optimizer("RMSprop", [theta], lr=1.0, alpha=0.5, eps=0.0),
        "adam": lambda: pytorch_optimizer("Adam", [theta], **adams),
        "nadam": lambda: pytorch_optimizer("NAdam", [theta], **adams, momentum_decay=CONSTANT),
    }[optimizer]()
    before = 0.0
    for t in range(STEPS):
        before = theta.item()
        theta.grad = torch.full_like(theta.detach(), 1.0 if t % 2 == 0 else -1.0)
        steps.step()
    return 2 / abs(theta.item() - before)


@requirement("gradient descent and RMSProp", points=1)
def without_momentum(sample):
    for optimizer in PLAIN:
        yield case(f"{optimizer}, beta1 = 0.9", optimizer=optimizer, beta1=0.9)
        for _ in sample.repeat(public=1, hidden=2):
            yield case(f"{optimizer}, another beta1", optimizer=optimizer, beta1=sample.number(0.1, 0.85))


@requirement("momentum and Nesterov", points=3)
def with_a_buffer(sample):
    for optimizer in ("momentum", "nesterov"):
        yield case(f"{optimizer}, beta1 = 0.5", optimizer=optimizer, beta1=0.5)
        yield case(f"{optimizer}, beta1 = 0.9", optimizer=optimizer, beta1=0.9)
        for _ in sample.repeat(public=1, hidden=2):
            yield case(f"{optimizer}, another beta1", optimizer=optimizer, beta1=sample.number(0.1, 0.85))


@requirement("Adam and Nadam", points=3)
def with_an_average(sample):
    for optimizer in ("adam", "nadam"):
        yield case(f"{optimizer}, beta1 = 0.5", optimizer=optimizer, beta1=0.5)
        yield case(f"{optimizer}, beta1 = 0.9", optimizer=optimizer, beta1=0.9)
        for _ in sample.repeat(public=1, hidden=2):
            yield case(f"{optimizer}, another beta1", optimizer=optimizer, beta1=sample.number(0.1, 0.85))


@wrong({'"momentum": 1 / (1 + beta1)': '"momentum": 1 / (1 - beta1)'}, loses=[with_a_buffer])
def steady_in_place_of_swinging():
    """Your momentum takes the sum of gradients that agree, 1 / (1 - beta1). Here their signs alternate."""


@wrong({"return 2 / shares[optimizer]": "return shares[optimizer]"})
def share_itself():
    """You return the share of the gradient that is left in the step. The limit is 2 over it."""


@wrong({"return 2 /": "return 1 /"})
def jump_to_the_minimum():
    """Your limit is half of what it should be. At a step as long as the distance the minimum is reached; the swings
    begin to grow at twice the distance."""


@wrong({'"nesterov": (1 + 2 * beta1) / (1 + beta1)': '"nesterov": 1 / (1 + beta1)'}, loses=[with_a_buffer])
def nesterov_as_momentum():
    """Your Nesterov has the limit of momentum. Its direction is the gradient plus beta1 times the new buffer: both
    have the same sign when gradients alternate."""


@wrong({'"adam": (1 - beta1) / (1 + beta1)': '"adam": 1 / (1 + beta1)'}, loses=[with_an_average])
def sum_in_place_of_an_average():
    """Your Adam adds its gradients up. Its m is an average: each gradient enters with 1 - beta1."""


@wrong(
    {'"nadam": (1 - beta1) * (1 + 2 * beta1) / (1 + beta1)': '"nadam": (1 - beta1) / (1 + beta1)'},
    loses=[with_an_average],
)
def nadam_as_adam():
    """Your Nadam has the limit of Adam. Its direction holds the newest gradient twice, once in m and once by itself."""


@wrong({"shares = {": "beta1 = 0.9\n    shares = {"}, keeps=[without_momentum])
def beta1_fixed():
    """`beta1` has no effect on your result: 0.9 stands in its place."""
