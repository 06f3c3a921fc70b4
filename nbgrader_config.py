"""nbgrader's configuration: `nbgrader <command>` in this folder gives the scores of the course's own judge."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from autograder.grading.gradebook.nbgrader_config import configure  # noqa: E402

configure(get_config(), ROOT)  # noqa: F821
