"""Correct solutions of `2_faster_optimizers/1_momentum`, written differently."""
