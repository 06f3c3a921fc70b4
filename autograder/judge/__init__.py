"""The judge takes an exercise and something callable, and returns a Verdict."""

from autograder.judge.session import JudgeSession, judge
from autograder.judge.verdict import Verdict

__all__ = ["JudgeSession", "Verdict", "judge"]
