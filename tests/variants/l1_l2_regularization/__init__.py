"""Correct solutions of `4_avoiding_overfitting/1_l1_l2_regularization`, written differently."""
