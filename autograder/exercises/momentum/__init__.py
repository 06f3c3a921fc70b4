"""Exercises of `2_faster_optimizers/1_momentum`: gradient descent, its speed on a bowl, and momentum in two forms.

The textbook keeps the learning rate inside the velocity m, PyTorch keeps it outside of its buffer: m = -learning_rate *
buffer, as long as the learning rate stays the same. All references let `torch.optim.SGD` take the step.
"""

NOTEBOOK = "2_faster_optimizers/1_momentum"

ORDER = ("gradient_descent_step", "convergence_factor", "momentum_step", "best_momentum", "sgd_momentum_step")
