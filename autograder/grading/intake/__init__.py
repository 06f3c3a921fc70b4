"""Turns the bytes that a student handed in into a notebook that can be judged."""
