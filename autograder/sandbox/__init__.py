"""Runs a submission's code in a process of its own, and calls its functions from outside.

`StudentProcess` is the interface: start, run cells in order, call functions, close. What stands between that process
and the rest of the machine is a `Confinement`; `chosen` gives the one to use, tested.
"""

from autograder.sandbox.available import NoSandbox, chosen
from autograder.sandbox.confinement import Confinement
from autograder.sandbox.limits import Limits
from autograder.sandbox.student_process import CannotStart, CellOutcome, StudentProcess
from autograder.sandbox.unconfined import Unconfined

__all__ = ["CannotStart", "CellOutcome", "Confinement", "Limits", "NoSandbox", "StudentProcess", "Unconfined", "chosen"]
