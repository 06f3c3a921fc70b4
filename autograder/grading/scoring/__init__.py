"""Runs and judges a rebuilt notebook, and keeps its results."""
