"""Tries the diagnoses on functions that are wrong in ways nobody listed for them, and counts what is said of them."""

from autograder.diagnosis_trial.outcomes import Outcome, tried
from autograder.diagnosis_trial.subjects import KINDS, Subject, subjects
from autograder.diagnosis_trial.table import as_markdown

__all__ = ["KINDS", "Outcome", "Subject", "as_markdown", "subjects", "tried"]
