"""The functions that kernels get as arguments, each formula written once: for the notebook, the sandbox and, on
tensors, the reference."""

from __future__ import annotations

from autograder.plaindata.function_arguments import FUNCTIONS, MARK, as_function, built, is_function

__all__ = ["FORMULAS", "FUNCTIONS", "MARK", "as_function", "is_function"]

FORMULAS = {
    # activations, entry by entry
    "tanh": "lambda x: x.tanh() if hasattr(x, 'tanh') else np.tanh(x)",
    "sigmoid": "lambda x: 1 / (1 + exp(-x))",
    "relu": "lambda x: x.clip(0)",
    # losses: x of any shape, for the bowl (n,)
    "linear": "lambda x, weight: (weight * x).sum()",
    "quadratic": "lambda x, matrix, vector: (x * (matrix @ x)).sum() / 2 + (vector * x).sum()",
    "cubic": "lambda x, weight: (weight * x**3).sum()",
    "softplus": "lambda x, weight: (weight * log(1 + exp(x))).sum()",
    # gradients: of the bowl with a symmetric matrix, and of Σ w x⁴/4
    "quadratic_gradient": "lambda x, matrix, vector: matrix @ x + vector",
    "quartic_gradient": "lambda x, weight: weight * x**3",
    # a dense layer with a squared error: its loss, and its loss with both gradients on some rows
    "loss_of_a_line": "lambda parameters, x, y: ((x @ parameters[0].T + parameters[1] - y) ** 2).sum() / (2 * len(x))",
    "fitted_line": "lambda parameters, rows, x, y: (lambda x, error: ((error**2).sum() / (2 * len(x)),"
    " [error.T @ x / len(x), error.sum(0) / len(x)]))(x[rows], x[rows] @ parameters[0].T + parameters[1] - y[rows])",
}
"""The formulas by name, on arrays or tensors x."""

FUNCTIONS.update({name: built(formula) for name, formula in FORMULAS.items()})
