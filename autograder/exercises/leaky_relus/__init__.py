"""Exercises of `1_training_problems/3b_leaky_relus`: a fixed, a random and a learned slope for z < 0."""

NOTEBOOK = "1_training_problems/3b_leaky_relus"

ORDER = ("leaky_relu", "leaky_relu_backward", "rrelu", "rrelu_backward", "prelu", "prelu_backward")


def with_zeros(sample, *shape):
    """Normal numbers; every second column is 0."""
    z = sample.normal(*shape)
    z[..., ::2] = 0.0
    return z
