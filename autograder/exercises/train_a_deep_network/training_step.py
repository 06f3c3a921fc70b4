"""training_step: forward, loss, backward and a step of gradient descent, for a network of any depth."""

from itertools import pairwise

import numpy as np

from autograder.exercises.model import Case, Exercise, case, multistep_case, per_step
from autograder.exercises.optimizer_states import pytorch_optimizer
from autograder.exercises.sampling import Sampler
from autograder.exercises.train_a_deep_network import dense_forward

TEXTBOOK = """\
def training_step(x, labels, parameters, learning_rate):
    weights, biases = parameters[0::2], parameters[1::2]
    inputs, zs = [x], []
    for weight, bias in zip(weights, biases, strict=True):
        z = inputs[-1] @ weight.T + bias
        zs.append(z)
        inputs.append(np.where(z > 0, z, np.expm1(np.minimum(z, 0))))
    rows = np.arange(len(labels))
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    gradients = []
    for l in reversed(range(len(zs))):
        gradients = [d.T @ inputs[l], d.sum(axis=0), *gradients]
        if l > 0:
            d = (d @ weights[l]) * np.where(zs[l - 1] > 0, 1, np.exp(np.minimum(zs[l - 1], 0)))
    return loss, [theta - learning_rate * gradient for theta, gradient in zip(parameters, gradients, strict=True)]
"""
training_step = Exercise(
    TEXTBOOK,
    outputs=("loss", "parameters"),
    takes="x: (N, I); labels: (N,); parameters: list of (*); learning_rate: number",
    pytorch="loss.backward() and torch.optim.SGD(parameters, lr=learning_rate).step() on dense layers with nn.ELU",
    source="https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html",
    computation="reduction",
)
requirement, wrong = training_step.requirement, training_step.wrong


def random_network(sample: Sampler, widths: tuple[int, ...]) -> list[np.ndarray]:
    """[weight, bias, weight, bias, ...] of layers of these widths."""
    shapes = [shape for n, k in pairwise(widths) for shape in ((k, n), (k,))]
    return [sample.normal(*shape, scale=0.8) for shape in shapes]


def some_images(sample: Sampler, samples: int, widths: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Random inputs, and labels of which at least two differ."""
    labels = np.array([sample.integer(0, widths[-1] - 1) for _ in range(samples)])
    labels[:2] = (0, widths[-1] - 1)[:samples]
    return {"x": sample.normal(samples, widths[0]), "labels": labels}


def network_step(name: str, sample: Sampler, widths: tuple[int, ...], samples: int = 7) -> Case:
    """One step of a random network."""
    images = some_images(sample, samples, widths)
    return case(name, **images, parameters=random_network(sample, widths), learning_rate=sample.number(0.2, 0.5))


def one_layer_of(sample: Sampler) -> dict:
    """One layer, one sample."""
    parameters = random_network(sample, (3, 2))
    return {"x": sample.normal(1, 3), "labels": np.array([1]), "parameters": parameters, "learning_rate": 0.5}


@training_step.pytorch_reference
def reference(x, labels, parameters, learning_rate):
    import torch
    import torch.nn.functional as F

    parameters = [torch.nn.Parameter(parameter.clone()) for parameter in parameters]
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    a = x.to(parameters[0].dtype)
    for weight, bias in layers[:-1]:
        a = F.elu(F.linear(a, weight, bias))
    loss = F.cross_entropy(F.linear(a, *layers[-1]), labels.long())
    optimizer = pytorch_optimizer("SGD", parameters, lr=learning_rate)
    loss.backward()
    optimizer.step()
    return loss.detach(), [parameter.detach() for parameter in parameters]


@requirement("one layer", points=2)
def one_layer(sample):
    x, labels = np.array([[2.0], [1.0]]), np.array([0, 1])
    yield case(
        "2 samples, 1 input, 2 classes, all weights 0",
        x=x,
        labels=labels,
        parameters=[np.zeros((2, 1)), np.zeros(2)],
        learning_rate=0.4,
    )
    yield network_step("random numbers, 2 samples", sample, (3, 4), samples=2)
    for _ in sample.repeat(public=2, hidden=5):
        yield network_step("random numbers", sample, sample.shape(2, smallest=3, largest=5))


@requirement("several layers", points=2)
def several_layers(sample):
    yield case(
        "2 samples, 1 input, 1 hidden unit, 2 classes",
        x=np.array([[1.0], [-1.0]]),
        labels=np.array([0, 1]),
        parameters=[np.array([[2.0]]), np.array([0.0]), np.array([[1.0], [-1.0]]), np.zeros(2)],
        learning_rate=0.5,
    )
    for _ in sample.repeat(public=2, hidden=5):
        yield network_step(
            "random widths", sample, sample.shape(sample.integer(3, 4), smallest=3, largest=7), samples=9
        )
    yield network_step("five layers", sample, (3, 4, 5, 4, 3, 2), samples=6)


@requirement("over many minibatches", points=1)
def minibatches(sample):
    """The parameters handed from step to step, each with a minibatch of its own."""
    yield multistep_case(
        "3 steps of 1 sample, 1 input, 2 classes",
        x=per_step([np.array([[2.0]]), np.array([[1.0]]), np.array([[-1.0]])]),
        labels=per_step([np.array([0]), np.array([1]), np.array([1])]),
        parameters=[np.array([[0.0], [1.0]]), np.zeros(2)],
        learning_rate=0.5,
    )
    for _ in sample.repeat(public=1, hidden=3):
        widths = sample.shape(3, smallest=3, largest=6)
        batches = [some_images(sample, sample.integer(4, 8), widths) for _ in range(12)]
        yield multistep_case(
            "12 minibatches, falling learning rate",
            x=per_step([batch["x"] for batch in batches]),
            labels=per_step([batch["labels"] for batch in batches]),
            parameters=random_network(sample, widths),
            learning_rate=per_step([round(0.3 * 0.9**t, 6) for t in range(12)]),
        )


@requirement("scores and hidden units of 1000", points=1)
def large_numbers(sample):
    """Scores, and hidden units, that are too large for an exponential. The latter with a rate that moves nothing."""
    x, labels = np.array([[1000.0], [-1000.0]]), np.array([1, 0])
    parameters = [np.ones((2, 1)), np.array([0.0, np.log(3.0)])]
    name = "scores 1000 and 1000 + ln 3: probabilities 1/4, 3/4"
    yield case(name, x=x, labels=labels, parameters=parameters, learning_rate=0.001)
    parameters = [np.array([[1.0], [0.5]]), np.zeros(2), 0.001 * np.eye(2), np.zeros(2)]
    hidden = {"x": np.array([[1000.0]]), "labels": np.array([1]), "parameters": parameters}
    yield case("hidden units at 1000 and 500", **hidden, learning_rate=1e-12)
    for _ in sample.repeat(public=1, hidden=3):
        found = network_step("random", sample, (3, 5), samples=4)
        found.arguments["parameters"][1] += sample.choice([-1000.0, 1000.0])
        yield found


def labels_of_8_bits(sample):
    yield case("labels of 8 bits", **one_layer_of(sample) | {"labels": np.array([1], dtype="uint8")})


@training_step.contract(whole=["x"], more=labels_of_8_bits)
def contract(sample):
    return one_layer_of(sample)


@wrong({"(d @ weights[l])": "(d @ (weights[l] - learning_rate * gradients[0]))"}, loses=[several_layers, minibatches])
def layers_updated_on_the_way_back():
    """On the way back you use weights that have been updated already. The gradient belongs to the old ones: first
    all gradients, then all updates, or keep the old weights at hand."""


@wrong({" * np.where(zs[l - 1] > 0, 1, np.exp(np.minimum(zs[l - 1], 0)))": ""}, loses=[several_layers, minibatches])
def slope_of_elu_left_out():
    """On the way back the gradient passes the activation functions unchanged. It is multiplied by their slope."""


@wrong(
    {"zs[l - 1] > 0": "inputs[l] > 0", "minimum(zs[l - 1]": "minimum(inputs[l]"}, loses=[several_layers, minibatches]
)
def slope_of_elu_at_its_output():
    """You take the slope of ELU at its output. It is a function of its input, z."""


@wrong(
    {
        "z - z.max(": "inputs[-1] - inputs[-1].max(",
        "d /= len(labels)": "d *= np.where(z > 0, 1, np.exp(np.minimum(z, 0))) / len(labels)",
    }
)
def elu_in_the_last_layer_too():
    """The last layer gives the scores for the softmax: no activation function after it."""


@wrong(
    {
        "np.where(z > 0, z, np.expm1(np.minimum(z, 0)))": "z",
        " * np.where(zs[l - 1] > 0, 1, np.exp(np.minimum(zs[l - 1], 0)))": "",
    },
    loses=[several_layers, minibatches],
)
def no_activation():
    """Your layers are put together without an activation function. Then all of them together are no more than one
    layer."""


@wrong({"    d /= len(labels)\n": ""}, keeps=[contract])
def not_divided_by_the_batch():
    """Your steps are too long, by the number of samples as a factor: the loss is a mean, so is its gradient."""


@wrong({"d.sum(axis=0)": "0 * d.sum(axis=0)"})
def biases_left_alone():
    """Your biases stay as they are. They are every second entry of `parameters` and have gradients, too."""


@wrong({"theta -": "theta +"})
def uphill():
    """You add the gradient. It points uphill."""


@wrong()
def loss_after_the_step(x, labels, parameters, learning_rate):
    """You return the loss after the step. Asked for is that of the forward pass, which the gradient belongs to."""

    def forward(parameters):
        inputs, zs = [x], []
        for weight, bias in zip(parameters[0::2], parameters[1::2], strict=True):
            zs.append(inputs[-1] @ weight.T + bias)
            inputs.append(np.where(zs[-1] > 0, zs[-1], np.expm1(np.minimum(zs[-1], 0))))
        shifted = zs[-1] - zs[-1].max(axis=1, keepdims=True)
        return inputs, zs, shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    inputs, zs, log_p = forward(parameters)
    rows = np.arange(len(labels))
    d = np.exp(log_p)
    d[rows, labels] -= 1
    d /= len(labels)
    new = list(parameters)
    for l in reversed(range(len(zs))):
        new[2 * l] = parameters[2 * l] - learning_rate * (d.T @ inputs[l])
        new[2 * l + 1] = parameters[2 * l + 1] - learning_rate * d.sum(axis=0)
        if l > 0:
            d = (d @ parameters[2 * l]) * np.where(zs[l - 1] > 0, 1, np.exp(np.minimum(zs[l - 1], 0)))
    return -forward(new)[2][rows, labels].mean(), new


wrong.like(
    dense_forward.float32_lost,
    {"d = np.exp(log_p)\n    d[rows, labels] -= 1": "d = np.exp(log_p) - np.eye(log_p.shape[1])[labels]"},
    loses=[contract],
)


@wrong(
    {"theta - learning_rate * gradient for": "np.subtract(theta, learning_rate * gradient, out=theta) for"},
    loses=[contract],
)
def updated_in_place():
    """The arrays that you were given have been changed: something writes into them in place. Return new ones."""
