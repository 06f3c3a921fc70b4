"""Exercises of `2_faster_optimizers/1_momentum`: gradient descent, its speed on a bowl, and momentum in two forms.

The textbook keeps the learning rate inside the velocity m, PyTorch keeps it outside of its buffer: m = -learning_rate *
buffer, as long as the learning rate stays the same. All references let `torch.optim.SGD` take the step.
"""

from __future__ import annotations

NOTEBOOK = "2_faster_optimizers/1_momentum"

ORDER = (
    "gradient_descent_step",
    "convergence_factor",
    "momentum_step",
    "velocity_after",
    "sgd_momentum_step",
)


def sgd(theta, gradient, buffer=None, **settings):
    """One step of PyTorch's SGD on a parameter with this gradient and this momentum buffer.

    Returns the new parameter and the new buffer, None where PyTorch keeps none.
    """
    import torch

    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient.clone()
    optimizer = torch.optim.SGD([parameter], **settings)
    if buffer is not None:
        optimizer.state[parameter]["momentum_buffer"] = buffer.clone()
    optimizer.step()
    return parameter.detach(), optimizer.state[parameter].get("momentum_buffer")
