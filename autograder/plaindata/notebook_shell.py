"""The notebook that Python runs in, if there is one. IPython is not loaded for it."""

from __future__ import annotations

import sys
from typing import Any


def current_shell() -> Any:
    """Return IPython's shell, None where Python runs by itself."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
