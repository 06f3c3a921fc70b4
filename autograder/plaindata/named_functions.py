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
}
"""The formulas by name, on arrays or tensors x."""

FUNCTIONS.update({name: built(formula) for name, formula in FORMULAS.items()})
