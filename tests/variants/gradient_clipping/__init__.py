"""Correct solutions of `1_training_problems/5_gradient_clipping`, written differently."""
