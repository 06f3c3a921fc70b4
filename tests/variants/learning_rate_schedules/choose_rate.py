"""Correct solutions of `choose_rate`, written differently."""

import numpy as np


def choose_rate_on_the_way(rates, losses):
    weighted = weights = 0.0
    lowest, chosen = np.inf, rates[0]
    for rate, loss in zip(rates, losses, strict=True):
        weighted, weights = 0.9 * weighted + loss, 0.9 * weights + 1
        if not weighted / weights <= 4 * lowest:
            break
        if weighted / weights < lowest:
            lowest, chosen = weighted / weights, rate
    return chosen / 10


def choose_rate_with_arrays(rates, losses):
    average, smoothed = 0, np.empty(len(losses))
    for k in range(len(losses)):
        average += (losses[k] - average) * 0.1
        smoothed[k] = average / (1 - 0.9 ** (k + 1))
    lowest = np.fmin.accumulate(smoothed)
    over = ~np.isfinite(smoothed)
    over[1:] |= smoothed[1:] > 4 * lowest[:-1]
    end = np.argmax(over) if over.any() else len(losses)
    return 0.1 * rates[np.argmin(smoothed[:end])]


def choose_rate_by_recursion(rates, losses):
    def search(k, average, best, at):
        if k == len(losses) or not np.isfinite(losses[k]):
            return at
        average = average * 0.9 + losses[k] * 0.1
        corrected = average / (1 - pow(0.9, k + 1))
        if corrected > best * 4:
            return at
        return search(k + 1, average, min(best, corrected), k if corrected < best else at)

    return rates[search(0, 0.0, np.inf, 0)] / 10
