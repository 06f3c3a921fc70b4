"""For tests of permissions that may run as root: a process that permissions hold for."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

PR_CAPBSET_DROP = 24
IGNORING_PERMISSIONS = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root read and write everything."""


def heed_permissions() -> Callable[[], None] | None:
    """A `preexec_fn` for `subprocess`: the program started is bound by the permissions of files, even for root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    prctl = ctypes.CDLL(None).prctl

    def give_up() -> None:
        for capability in IGNORING_PERMISSIONS:
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)

    return give_up
