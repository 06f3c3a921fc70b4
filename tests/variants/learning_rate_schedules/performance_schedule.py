"""Correct solutions of `performance_schedule`, written differently."""

import numpy as np


def performance_schedule_early_returns(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    better = metric < best * (1 - threshold)
    new_best = metric if better else best
    if cooldown_left > 0:
        return learning_rate, new_best, 0, cooldown_left - 1
    if better:
        return learning_rate, new_best, 0, 0
    if bad_epochs + 1 <= patience:
        return learning_rate, new_best, bad_epochs + 1, 0
    return max(min_rate, factor * learning_rate), new_best, 0, cooldown


def performance_schedule_conditional_expressions(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    better = metric < best - threshold * best if best != np.inf else metric < np.inf
    best = metric if better else best
    bad_epochs = 0 if better or cooldown_left else bad_epochs + 1
    cut = bad_epochs > patience
    cooldown_left = cooldown if cut else max(cooldown_left - 1, 0)
    learning_rate = np.maximum(learning_rate * factor, min_rate) if cut else learning_rate
    return [learning_rate, best, bad_epochs * (not cut), cooldown_left]


def performance_schedule_in_a_dict(
    learning_rate, best, bad_epochs, cooldown_left, metric, factor, patience, threshold=1e-4, cooldown=0, min_rate=0.0
):
    state = {"rate": learning_rate, "best": best, "bad": bad_epochs, "left": cooldown_left}
    state["bad"] += 1
    if metric < (1 - threshold) * state["best"]:
        state.update(best=metric, bad=0)
    if state["left"]:
        state["left"] -= 1
        state["bad"] = 0
    elif state["bad"] > patience:
        lowered = state["rate"] * factor
        state.update(rate=min_rate if lowered < min_rate else lowered, bad=0, left=cooldown)
    return tuple(state.values())
