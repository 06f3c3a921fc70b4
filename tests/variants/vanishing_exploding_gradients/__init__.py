"""Correct solutions of `1_training_problems/1_vanishing_exploding_gradients`, written differently."""
