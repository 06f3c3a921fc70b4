"""Correct solutions of `2_faster_optimizers/3_rmsprop` in other styles."""
