"""Correct solutions of `5_capstone/1_train_a_deep_network`, written differently."""
