"""Correct solutions of `2_faster_optimizers/5_which_optimizer`, written differently."""
