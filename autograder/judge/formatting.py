"""Write plain data as short text for a report."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from autograder.plaindata.named_functions import MARK, is_function
from autograder.plaindata.values import as_array

LONGEST_CHARACTERS = 600
DIGITS, ALL_DIGITS = 6, 17
MOST_AXES_WITH_EDGES = 4
"""The most axes of an array of which six entries along each are shown. With more axes it is two."""
OTHER_MARKS = {ord(mark): '"' for mark in "“”„‟«»"}
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


def readable(text: str) -> str:
    """Replace what a terminal, a file or a browser cannot show in a student's text."""
    return "".join(sign if sign.isprintable() or sign == "\n" else UNPRINTABLE for sign in text[:LONGEST_CHARACTERS])


def quoted(text: str, longest: int = LONGEST_CHARACTERS) -> str:
    """Write a student's text in one line between quotation marks, which nothing in it can close: it is not to be taken
    for words of the course."""
    return f"“{' '.join(readable(text[:longest]).split()).translate(OTHER_MARKS)}”"


def show_value(value: Any, outputs: tuple[str, ...] = (), digits: int = DIGITS) -> str:
    """Write a value as a person would read it: arrays with six digits, large ones shortened, 600 characters at most."""
    return _show(value, outputs, digits)[:LONGEST_CHARACTERS]


def show_call(name: str, arguments: dict[str, Any]) -> str:
    """Write a call as it is typed: `elu(z=[-1.,  2.], alpha=1)`."""
    return f"{name}({', '.join(f'{key}={text}' for key, text in show_arguments(arguments).items())})"


def show_arguments(arguments: dict[str, Any]) -> dict[str, str]:
    """Write each argument of a call as text."""
    return {name: show_value(value) for name, value in arguments.items()}


def show_both(expected: Any, got: Any, outputs: tuple[str, ...] = ()) -> tuple[str, str]:
    """Write two values that differ, in the same brackets and with as many digits as it takes to see the difference."""
    got = _in_the_form_of(expected, got)
    texts = show_value(expected, outputs), show_value(got, outputs)
    if texts[0] != texts[1]:
        return texts
    return show_value(expected, outputs, ALL_DIGITS), show_value(got, outputs, ALL_DIGITS)


def _in_the_form_of(model: Any, value: Any) -> Any:
    """Return a value as the model has it: a list as a tuple or an array, where that changes the brackets alone."""
    if isinstance(model, np.ndarray) and isinstance(value, (list, tuple)):
        array, _ = as_array(value)
        return value if array is None else array
    if isinstance(model, (list, tuple)) and isinstance(value, (list, tuple)) and len(model) == len(value):
        return type(model)(_in_the_form_of(*pair) for pair in zip(model, value, strict=True))
    if isinstance(model, dict) and isinstance(value, dict):
        return {key: _in_the_form_of(model.get(key), item) for key, item in value.items()}
    if isinstance(model, (float, np.ndarray)) and np.ndim(model) == 0 and isinstance(value, int):
        return float(value) if np.asarray(model).dtype.kind == "f" else value
    return value


def aligned(text: str, head: str) -> str:
    """Indent the further lines of a text so that all stand one below the other behind the head."""
    return text.replace("\n", "\n" + " " * len(head))


def _show(value: Any, outputs: tuple[str, ...], digits: int) -> str:
    if isinstance(value, np.ndarray):
        return _show_array(value, digits)
    if isinstance(value, tuple) and len(value) == len(outputs):
        shown = [_show(item, (), digits) for item in value]
        return "\n".join(f"{name} = {aligned(text, f'{name} = ')}" for name, text in zip(outputs, shown, strict=True))
    if is_function(value):
        numbers = ", ".join(f"{key}={_show(item, (), digits)}" for key, item in value.items() if key != MARK)
        return f"{value[MARK]}({numbers})" if numbers else value[MARK]
    if isinstance(value, dict):
        items = [f"{key[:40]!r}: {_show(item, (), digits)}" for key, item in list(value.items())[:20]]
        return "{" + ", ".join(items) + "}"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(_show(item, (), digits) for item in value[:20])
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return repr(value[:LONGEST_CHARACTERS] if isinstance(value, str) else value)


def _show_array(array: np.ndarray, digits: int) -> str:
    if array.ndim == 0:
        return f"{array.item():.{digits}g}" if array.dtype.kind == "f" else str(array.item())
    if array.size == 0:
        return f"empty array of shape {array.shape}"
    edge = 3 if array.ndim <= MOST_AXES_WITH_EDGES else 1
    text = np.array2string(array, precision=digits, separator=", ", threshold=24, edgeitems=edge, max_line_width=76)
    text = re.sub(r"\n(?:\s*\n)+", "\n", text)
    notes = [] if array.dtype.name in ("float64", "bool") else [array.dtype.name]
    if array.size > 24:
        notes.append(f"shape {array.shape}")
    return f"{text} ({', '.join(notes)})" if notes else text
