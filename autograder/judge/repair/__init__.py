"""The smallest change of a student's own code after which every case passes."""

from autograder.judge.repair.search import find_repair

__all__ = ["find_repair"]
