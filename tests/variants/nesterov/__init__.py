"""Correct solutions of `2_faster_optimizers/2_nesterov`, written differently."""
