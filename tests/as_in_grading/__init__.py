"""Calling a function in the notebook as grading calls it."""
