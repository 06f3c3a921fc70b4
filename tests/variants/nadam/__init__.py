"""Correct solutions of `2_faster_optimizers/5_nadam`, written differently."""
