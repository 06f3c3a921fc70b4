"""nbgrader's own commands, run in this process: a new one takes seconds to load nbgrader each time."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from autograder.grading.bench.plain_nbgrader import nbgrader


def run_here(folder: Path, *words: str) -> None:
    """Run `nbgrader <words>` in a folder. Raises AssertionError where it does not end well.

    No settings of this machine's are read. What students keep of their submissions is in `folder/.jupyter`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_NO_CONFIG", "1")
        patch.setenv("JUPYTER_DATA_DIR", str(folder / ".jupyter"))
        try:
            nbgrader(folder, *words)
        except RuntimeError as error:
            raise AssertionError(str(error)) from error
        finally:
            logging.getLogger("traitlets").handlers.clear()
