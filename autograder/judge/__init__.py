"""The judge: a kernel of the catalogue and something callable in, a Verdict out."""

from autograder.judge.judging import Judging, judge
from autograder.judge.verdict import Verdict

__all__ = ["Judging", "Verdict", "judge"]
