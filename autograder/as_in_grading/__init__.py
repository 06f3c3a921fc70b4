"""Calls a student's function in the notebook as grading will call it.

What grading lacks is taken away while it is called, by the rules that hold in the sandbox (`plaindata.stand_ins`), and
it has as much time as there.
"""

from autograder.as_in_grading.history import Notebook, notebook_of, remember_cells
from autograder.as_in_grading.rehearsal import Rehearsal, outdated
from autograder.as_in_grading.settings import Settings, read_settings

__all__ = ["Notebook", "Rehearsal", "Settings", "notebook_of", "outdated", "read_settings", "remember_cells"]
