"""The judge: a kernel of the catalogue and something callable in, a Verdict out."""

from autograder.judge.session import JudgeSession, judge
from autograder.judge.verdict import Verdict

__all__ = ["JudgeSession", "Verdict", "judge"]
