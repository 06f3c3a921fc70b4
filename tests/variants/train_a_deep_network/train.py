"""Correct solutions of `train`, written differently."""

import numpy as np


def train_with_a_class(parameters, loss_and_gradients, validation_loss, epochs, rates, patience):
    class Adam:
        def __init__(self, shapes):
            self.m, self.s, self.t = [0 * theta for theta in shapes], [0 * theta for theta in shapes], 0

        def step(self, parameters, gradients, rate):
            self.t += 1
            new = []
            for i, (theta, gradient) in enumerate(zip(parameters, gradients, strict=True)):
                self.m[i] = self.m[i] + (1 - 0.9) * (gradient - self.m[i])
                self.s[i] = self.s[i] + (1 - 0.999) * (gradient * gradient - self.s[i])
                m_hat, s_hat = self.m[i] / (1 - 0.9**self.t), self.s[i] / (1 - 0.999**self.t)
                new.append(theta - rate * m_hat / (np.sqrt(s_hat) + 1e-8))
            return new

    optimizer, losses, validation = Adam(parameters), [], []
    waited, lowest, best = 0, np.inf, parameters
    for batches in epochs:
        for rows in batches:
            loss, gradients = loss_and_gradients(parameters, rows)
            parameters = optimizer.step(parameters, gradients, rates[len(losses)].item())
            losses.append(loss)
        validation.append(validation_loss(parameters))
        waited += 1
        if validation[-1] < lowest:
            waited, lowest, best = 0, validation[-1], parameters
        if waited >= patience:
            break
    return losses, validation, best


def train_on_copies(parameters, loss_and_gradients, validation_loss, epochs, rates, patience):
    theta = [array.copy() for array in parameters]
    m = [np.zeros_like(array) for array in theta]
    s = [np.zeros_like(array) for array in theta]
    best = [array.copy() for array in theta]
    losses, validation, t, best_epoch = [], [], 0, 0
    for epoch in range(len(epochs)):
        for rows in epochs[epoch]:
            loss, gradients = loss_and_gradients(theta, rows)
            losses += [loss]
            rate = float(rates[t])
            t = t + 1
            for i in range(len(theta)):
                m[i] *= 0.9
                m[i] += 0.1 * gradients[i]
                s[i] *= 0.999
                s[i] += 0.001 * gradients[i] ** 2
                theta[i] -= rate * (m[i] / (1 - 0.9**t)) / ((s[i] / (1 - 0.999**t)) ** 0.5 + 1e-8)
        validation += [validation_loss(theta)]
        if int(np.argmin(validation)) == epoch:
            best, best_epoch = [array.copy() for array in theta], epoch
        elif epoch - best_epoch >= patience:
            return losses, validation, best
    return losses, validation, best


def train_keeping_every_epoch(parameters, loss_and_gradients, validation_loss, epochs, rates, patience):
    def adam(theta, gradient, state, t, rate):
        m, s = 0.9 * state[0] + 0.1 * gradient, 0.999 * state[1] + 0.001 * np.square(gradient)
        corrected = m / (1 - 0.9**t), s / (1 - 0.999**t)
        return theta - rate * corrected[0] / (np.sqrt(corrected[1]) + 1e-8), (m, s)

    rates, losses, validation, kept = iter(np.asarray(rates).tolist()), [], [], []
    states = [(np.zeros_like(theta), np.zeros_like(theta)) for theta in parameters]
    for batches in epochs:
        for rows in batches:
            loss, gradients = loss_and_gradients(parameters, rows)
            losses.append(loss)
            rate, t = next(rates), len(losses)
            pairs = [adam(*each, t, rate) for each in zip(parameters, gradients, states, strict=True)]
            parameters, states = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        kept.append(parameters)
        validation.append(validation_loss(parameters))
        best = min(range(len(validation)), key=validation.__getitem__)
        if len(validation) - 1 - best == patience:
            break
    return tuple(losses), tuple(validation), kept[best]
