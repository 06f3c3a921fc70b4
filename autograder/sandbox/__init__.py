"""Runs a submission's code in a process of its own, and calls its functions from outside.

`StudentProcess` is the interface: start, run cells in order, call functions, close. What stands between that process
and the rest of the machine is a `Confinement` (`autograder.sandbox.confinement`).
"""

from autograder.sandbox.student_process import CellOutcome, Limits, StudentProcess

__all__ = ["CellOutcome", "Limits", "StudentProcess"]
