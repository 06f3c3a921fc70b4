"""What stands between a student's process and the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Confinement:
    """A plain process: private scratch folder, minimal environment, the operating system's limits on memory, CPU and
    files.

    name: recorded with every verdict.
    """

    name: str = "process"

    def command(self, command: list[str], scratch: Path) -> list[str]:
        """The command line that runs `command` under this confinement."""
        return command

    def environment(self, scratch: Path) -> dict[str, str]:
        """The environment variables that the process gets: nothing of the instructor's."""
        single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return {"PATH": os.defpath, "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8", **single}
