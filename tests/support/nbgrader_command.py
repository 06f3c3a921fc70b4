"""nbgrader's own commands, run in this process: a new one takes seconds to load nbgrader each time."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

import pytest


def run_here(folder: Path, *words: str) -> None:
    """Run `nbgrader <words>` in a folder. Raises AssertionError where it does not end well.

    No settings of this machine's are read. What students keep of their submissions is in `folder/.jupyter`.
    """
    from jupyter_core.application import NoStart
    from nbgrader.apps.nbgraderapp import NbGraderApp

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("JUPYTER_NO_CONFIG", "1")
        patch.setenv("JUPYTER_DATA_DIR", str(folder / ".jupyter"))
        application = NbGraderApp.instance()
        try:
            application.initialize(list(words))
            with contextlib.suppress(NoStart):
                application.start()
        except SystemExit as end:
            if end.code:
                raise AssertionError(f"nbgrader {' '.join(words)} ended with status {end.code}") from end
        finally:
            one = application
            while one is not None:
                type(one).clear_instance()
                one = one.subapp
            logging.getLogger("traitlets").handlers.clear()
