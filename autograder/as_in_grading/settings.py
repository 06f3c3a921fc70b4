"""What a course has set for grading and `check` has to know: `release` writes it into a file of this package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
FILE = "course_settings.json"
"""Its name in the folder of the package; it is there only where a course differs from what is usual."""


@dataclass(frozen=True)
class Settings:
    """What grading gives a function. call_seconds: for a call; packages: what may be imported beside NumPy."""

    call_seconds: float = 5.0
    packages: tuple[str, ...] = ()


def read_settings(package: Path = PACKAGE) -> Settings:
    """Read a course's settings; the usual ones where it has none."""
    try:
        found = json.loads((package / FILE).read_text(encoding="utf-8"))
        return Settings(float(found["call_seconds"]), tuple(map(str, found["packages"])))
    except (OSError, ValueError, KeyError, TypeError):
        return Settings()
