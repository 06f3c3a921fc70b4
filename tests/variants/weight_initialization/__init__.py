"""Correct solutions of `2_weight_initialization` in other styles."""
