"""The solutions that are tested: those in source/."""

from autograder.solutions import solution

__all__ = ["solution"]
