"""Correct solutions of `2_faster_optimizers/4_adam`, written differently."""
