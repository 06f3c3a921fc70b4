"""Correct solutions of `3_learning_rate_scheduling/1_learning_rate_schedules`, written differently."""
