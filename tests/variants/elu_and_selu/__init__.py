"""Correct solutions of the kernels of `3c_elu_and_selu`, written differently."""
