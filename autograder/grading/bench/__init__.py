"""Grading speed, side by side with plain nbgrader: the same class and notebooks through each way, in turns."""
