"""Correct solutions of `1_training_problems/3a_saturation_and_relu`, written differently."""
