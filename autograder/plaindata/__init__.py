"""Calling a student's function: the same code in a notebook and inside the sandbox. NumPy only."""
