"""The one table of tolerances: |got - expected| <= atol + rtol * |expected|.

Rows are kinds of computation, columns are dtypes. float64 leaves room for every algebraically equal form
and still sees errors of 1e-6; float32 is a few ulp of rounding, accumulated over sums where there are sums. The
contract asks for the dtype, not for its last digits ("any dtype").
The known mistakes prove the table: each lies outside, each correct variant inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Tolerance:
    """Relative and absolute tolerance of a comparison."""

    rtol: float
    atol: float


TOLERANCES: dict[str, dict[str, Tolerance]] = {
    "elementwise": {
        "float64": Tolerance(1e-9, 1e-12),
        "float32": Tolerance(1e-5, 1e-6),
        "float16": Tolerance(5e-3, 1e-3),
    },
    "elementwise, relative": {
        "float64": Tolerance(1e-9, 0.0),
        "float32": Tolerance(1e-5, 0.0),
        "float16": Tolerance(5e-3, 0.0),
    },
    "reduction": {
        "float64": Tolerance(1e-9, 1e-11),
        "float32": Tolerance(1e-4, 1e-5),
        "float16": Tolerance(1e-2, 1e-3),
    },
    "six digits": {
        "float64": Tolerance(1e-6, 1e-7),
        "float32": Tolerance(1e-4, 1e-5),
    },
    "any dtype": {
        "float64": Tolerance(1e-9, 1e-11),
        "float32": Tolerance(1e-3, 1e-4),
    },
    "numerical derivative": {
        "float64": Tolerance(1e-6, 1e-7),
        "float32": Tolerance(1e-3, 1e-4),
    },
}

ACCELERATOR_FACTOR = {"float64": 1.0, "float32": 2.0, "float16": 1.0}
"""Other summation orders and fused multiply-adds: how much wider the absolute tolerance is off the CPU."""


@cache
def tolerance(computation: str, dtype: str, device: str = "cpu") -> Tolerance:
    """The tolerance of one comparison.

    Raises KeyError with the known names for a computation or dtype that is not in the table.
    """
    if computation not in TOLERANCES:
        raise KeyError(f"no tolerances for computation {computation!r}; known are {sorted(TOLERANCES)}")
    row = TOLERANCES[computation]
    if dtype not in row:
        raise KeyError(f"no tolerance for {dtype} in {computation!r}; known are {sorted(row)}")
    found = row[dtype]
    if device == "cpu":
        return found
    return Tolerance(found.rtol, found.atol * ACCELERATOR_FACTOR[dtype])
