"""Exercises of `2_faster_optimizers/2_nesterov`: the look-ahead form, PyTorch's form, and the way between them.

PyTorch's parameter is the point where the gradient is taken: theta + beta * m of the look-ahead form. Its buffer has
neither the sign nor the learning rate of the velocity m. The references let `torch.optim.SGD` take the step.
"""

NOTEBOOK = "2_faster_optimizers/2_nesterov"

ORDER = ("nesterov_step", "sgd_nesterov_step", "look_ahead_to_pytorch", "shrink_factor")
