"""Plain data as short text for a report."""

from __future__ import annotations

from typing import Any

import numpy as np

LONGEST = 600


def show_value(value: Any, outputs: tuple[str, ...] = ()) -> str:
    """A value as a person would read it: arrays with six digits, large ones shortened, never more than 600 characters."""
    return _show(value, outputs)[:LONGEST]


def _show(value: Any, outputs: tuple[str, ...]) -> str:
    if isinstance(value, np.ndarray):
        return _show_array(value)
    if isinstance(value, tuple) and len(value) == len(outputs):
        return "\n".join(f"{name} = {_show(item, ())}" for name, item in zip(outputs, value, strict=True))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_show(item, ())}" for key, item in list(value.items())[:20]) + "}"
    if isinstance(value, (list, tuple)):
        return f"{'[' if isinstance(value, list) else '('}{', '.join(_show(item, ()) for item in value[:20])}" + (
            "]" if isinstance(value, list) else ")"
        )
    if isinstance(value, float):
        return f"{value:.6g}"
    return repr(value)[:LONGEST]


def _show_array(array: np.ndarray) -> str:
    if array.ndim == 0:
        return f"{array.item():.6g}" if array.dtype.kind == "f" else str(array.item())
    if array.size == 0:
        return f"empty array of shape {array.shape}"
    text = np.array2string(array, precision=6, separator=", ", threshold=24, edgeitems=3, max_line_width=76)
    notes = [] if array.dtype.name in ("float64", "bool") else [array.dtype.name]
    if array.size > 24:
        notes.append(f"shape {array.shape}")
    return f"{text} ({', '.join(notes)})" if notes else text
