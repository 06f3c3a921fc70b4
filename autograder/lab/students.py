"""A student's functions, called with care, and a student's predictions, read as numbers.

Where either is of no use, `UnusableResult` is raised; an experiment prints its sentence.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


class UnusableResult(Exception):
    """A student's function returned something that an experiment cannot use. The message is a sentence for them."""


# ---------------------------------------------------------------- names


def function_name(function: Callable) -> str:
    """The name that a student gave a function."""
    return getattr(function, "__name__", "function")


def name_of(function: Callable) -> str:
    """What a figure calls a student's function: "leaky ReLU" for leaky_relu, "steep sigmoid" for steep_sigmoid."""
    name = getattr(function, "__name__", "")
    known = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "selu": "SELU"}
    return "yours" if name in ("", "<lambda>") else known.get(name, name.replace("_", " "))


def unusable(function: Callable | str, fault: str) -> UnusableResult:
    """The error for a student's function, or its name, that has a fault, "returned no numbers" for example."""
    name = function if isinstance(function, str) else function_name(function)
    return UnusableResult(f"Your {name} {fault}. Run its check first.")


# ---------------------------------------------------------------- functions that return an array


def as_array(returned: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    """What the function with this name returned, as an array of numbers. Raises UnusableResult where it is none."""
    try:
        array = np.asarray(returned)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise unusable(name, "returned no numbers, so there is nothing to draw")
    if array.shape != shape:
        raise unusable(name, f"returned an array of shape {array.shape} instead of {shape}")
    return array


def checked(function: Callable, shape: tuple[int, ...] | None = None) -> Callable:
    """The function, made to return an array of numbers of the shape of its first argument, or of `shape`.

    The wrapped function raises UnusableResult where it does not.
    """
    name = function_name(function)

    @functools.wraps(function)
    def wrapped(*arguments: Any) -> np.ndarray:
        returned = function(*arguments)
        return as_array(returned, np.shape(arguments[0]) if shape is None else shape, name)

    return wrapped


def finite(function: Callable) -> Callable:
    """A student's initialization that returns finite numbers in its first argument's shape or raises UnusableResult."""
    returned = checked(function)

    def start(*arguments: Any) -> np.ndarray:
        weights = returned(*arguments)
        if not np.isfinite(weights).all():
            raise unusable(function, "returned infinite numbers or NaN")
        return weights

    return start


def on_an_array(function: Callable) -> Callable[[np.ndarray, float], np.ndarray]:
    """A student's (weight, limit) -> weight. Raises UnusableResult where it returns something else."""

    def wrapped(weight: np.ndarray, limit: float) -> np.ndarray:
        returned = function(weight.copy(), limit)
        if np.shape(returned) != weight.shape:
            raise unusable(function, "returned no array like the weights")
        return np.asarray(returned, weight.dtype)

    return wrapped


# ---------------------------------------------------------------- functions that return several arrays


def arrays(function: Callable, arguments: Sequence[Any], *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """What a function returns for these arguments, as arrays. Raises UnusableResult unless they are finite and have
    shapes."""
    returned = function(*(item.copy() if isinstance(item, np.ndarray) else item for item in arguments))
    try:
        found = [np.asarray(part) for part in ([returned] if len(shapes) == 1 else returned)]
        right = [part.shape for part in found] == list(shapes) and all(np.isfinite(part).all() for part in found)
    except (TypeError, ValueError):
        right = False
    if not right:
        raise unusable(function, "does not return finite numbers of the right shape yet")
    return found


def clipper(clip: Callable) -> Callable[[list[np.ndarray], float], list[np.ndarray]]:
    """A student's (gradients, limit) -> clipped, or -> (clipped, norm), made to return clipped alone.

    Raises UnusableResult where that is no list of arrays of the right shapes.
    """

    def clipped(gradients: list[np.ndarray], limit: float) -> list[np.ndarray]:
        returned = clip([gradient.copy() for gradient in gradients], limit)
        if isinstance(returned, (tuple, list)) and len(returned) == 2 and isinstance(returned[0], (tuple, list)):
            returned = returned[0]
        try:
            found = [np.asarray(item) for item in returned]
        except (TypeError, ValueError):
            found = []
        if [array.shape for array in found] != [gradient.shape for gradient in gradients]:
            raise unusable(clip, "did not return a list of arrays like the gradients")
        return found

    return clipped


def on_a_list(function: Callable) -> Callable[[Sequence[np.ndarray], float], list[np.ndarray]]:
    """A student's (weights, number) -> list of arrays, made to return arrays of the shapes and dtypes of the weights.

    Raises UnusableResult where it returns something else.
    """
    name = function_name(function)

    def wrapped(weights: Sequence[np.ndarray], number: float) -> list[np.ndarray]:
        returned = function([weight.copy() for weight in weights], number)
        shapes = [np.shape(item) for item in returned] if isinstance(returned, (tuple, list)) else None
        if shapes != [weight.shape for weight in weights]:
            raise unusable(name, "returned no list of arrays like the weights")
        found = [np.asarray(item, weight.dtype) for item, weight in zip(returned, weights, strict=True)]
        if not all(np.isfinite(array).all() for array in found):
            raise UnusableResult(f"With your {name}, the weights become NaN or infinite. Run its check first.")
        return found

    return wrapped


def step_of(function: Callable, outputs: int) -> Callable[..., tuple[np.ndarray, ...]]:
    """A student's optimizer step, made to return `outputs` arrays of theta's shape. Raises UnusableResult otherwise."""

    def wrapped(theta: np.ndarray, *others: object) -> tuple[np.ndarray, ...]:
        returned = function(theta, *others)
        good = isinstance(returned, (tuple, list)) and len(returned) == outputs
        if not good or any(np.shape(item) != theta.shape for item in returned):
            raise unusable(function, f"did not return {outputs} arrays like theta")
        return tuple(np.asarray(item, float) for item in returned)

    return wrapped


# ---------------------------------------------------------------- functions that return numbers


def number(function: Callable) -> Callable[..., float]:
    """A student's function, made to return a float. Raises UnusableResult where it does not return a number."""

    def wrapped(*arguments: object) -> float:
        returned = function(*arguments)
        try:
            return float(returned)
        except (TypeError, ValueError):
            raise unusable(function, "did not return a number") from None

    return wrapped


def numbers(function: Callable, count: int) -> Callable[..., tuple[float, ...]]:
    """A student's function, made to return so many floats. Raises UnusableResult where it does not."""

    def wrapped(*arguments: object) -> tuple[float, ...]:
        returned = function(*arguments)
        try:
            found = tuple(float(item) for item in returned)
        except (TypeError, ValueError):
            found = ()
        if len(found) != count:
            raise unusable(function, f"did not return {count} numbers")
        return found

    return wrapped


# ---------------------------------------------------------------- predictions


def guess(prediction: Any) -> float | None:
    """A student's prediction as a number, or None where there is none. Raises UnusableResult for anything else."""
    if prediction is None or (isinstance(prediction, (int, float)) and np.isfinite(prediction)):
        return prediction
    raise UnusableResult("Your prediction should be a number, or None where you have none.")


def guesses_of(prediction: Any, names: Sequence[str]) -> dict[str, float | None]:
    """A student's predictions by name; None where there is none. Raises UnusableResult for anything but numbers."""
    found = prediction if isinstance(prediction, dict) else {}
    if prediction is not None and not isinstance(prediction, dict):
        raise UnusableResult(
            "Your prediction should be the dict from the cell above, with a number or None for each name."
        )
    for value in found.values():
        if value is not None and not (isinstance(value, (int, float)) and np.isfinite(value)):
            raise UnusableResult("Each prediction should be a number, or None where you have none.")
    return {name: found.get(name) for name in names}


def guesses(prediction: Any, keys: Sequence[float]) -> dict[float, float]:
    """The predictions in a dict with some of these keys. Raises UnusableResult for anything else."""
    if prediction is None:
        return {}
    if not isinstance(prediction, dict) or not set(prediction) <= set(keys):
        raise UnusableResult(f"Your prediction should be a dict with the keys {', '.join(f'{key:g}' for key in keys)}.")
    return {key: number for key, value in prediction.items() if (number := guess(value)) is not None}


def positive(prediction: Any, what: str) -> float | None:
    """A prediction as a positive number, or None where there is none. what: how a sentence asks for one."""
    if prediction is None:
        return None
    if isinstance(prediction, bool) or not isinstance(prediction, (int, float)) or not prediction > 0:
        raise UnusableResult(f"Your prediction should be {what}, or None.")
    return float(prediction)


def guesses_in_order(prediction: Any, count: int, each: str) -> list[float | None]:
    """As many predictions as there are things to predict; None where there is none. each: "for each unit"."""
    found = [None] * count if prediction is None else list(prediction)
    if len(found) != count or not all(guess is None or isinstance(guess, (int, float)) for guess in found):
        raise UnusableResult(f"Your prediction should have {count} numbers, one {each} (None where you have none).")
    return found


def as_number(prediction: Any, least: float = -np.inf) -> float | None:
    """A prediction as a finite number from `least` up, or None for anything else. It never stops an experiment."""
    try:
        found = float(prediction)
    except (TypeError, ValueError):
        return None
    return found if np.isfinite(found) and found >= least else None


def as_share(prediction: Any) -> float | None:
    """A prediction as a share from 0 to 1, percentages included, or None where there is none."""
    found = as_number(prediction, least=0)
    if found is None or found > 100:
        return None
    return found / 100 if found > 1 else found
