"""Correct solutions of `early_stopping`, written differently."""

import numpy as np


def early_stopping_counted(losses, patience):
    best, best_epoch, bad = float("inf"), 0, 0
    for epoch in range(len(losses)):
        if losses[epoch] < best:
            best, best_epoch, bad = losses[epoch], epoch, 0
            continue
        bad += 1
        if bad >= patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def early_stopping_running_minimum(losses, patience):
    known = np.where(np.isnan(losses), np.inf, losses)
    lowest = np.minimum.accumulate(known)
    before = np.concatenate([[np.inf], lowest[:-1]])
    epochs = np.arange(len(known))
    best = np.maximum.accumulate(np.where(known < before, epochs, 0))
    stops = np.flatnonzero(epochs - best >= patience)
    stop = stops[0] if len(stops) else len(known) - 1
    return int(stop), int(best[stop])


def early_stopping_looks_back(losses, patience):
    for epoch in range(len(losses)):
        best = int(np.argmin(np.nan_to_num(losses[: epoch + 1], nan=np.inf)))
        if epoch - best >= patience:
            return [epoch, best]
    return [epoch, best]
