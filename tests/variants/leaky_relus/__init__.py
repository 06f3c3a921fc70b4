"""Correct solutions of `3b_leaky_relus` in other styles."""
