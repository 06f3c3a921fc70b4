"""What the notebooks draw and train with. `from autograder import lab`, then `lab.<name>`.

A public name is marked by `@experiment` or `@offered` where it is defined. Its module is loaded on first use, so that
importing `lab` costs nothing.
"""

import functools
import importlib
import re
from pathlib import Path
from typing import Any

MARKED = re.compile(r"^@(?:experiment|offered)\ndef (\w+)\(|^(\w+) = offered\(", re.MULTILINE)


@functools.cache
def homes() -> dict[str, str]:
    """Public name -> the module of this folder that holds it, read from the text of the modules."""
    found, folder = {}, Path(__file__).parent
    for path in sorted(folder.rglob("*.py")):
        for function, value in MARKED.findall(path.read_text(encoding="utf-8")):
            found[function or value] = ".".join(path.relative_to(folder).with_suffix("").parts)
    return found


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(homes())
    if name in homes():
        return getattr(importlib.import_module(f"{__name__}.{homes()[name]}"), name)
    raise AttributeError(f"lab has no {name!r}; it has {', '.join(sorted(homes()))}")


def __dir__() -> list[str]:
    return sorted(homes())
