"""Correct solutions of `adam_update`, written differently."""

import numpy as np


def adam_update_one_parameter_at_a_time(parameters, gradients, state, learning_rate, beta1, beta2, epsilon):
    state = state or {"t": 0, "m": [0.0] * len(parameters), "s": [0.0] * len(parameters)}
    t, new, ms, ss = state["t"] + 1, [], [], []
    for number, (theta, gradient) in enumerate(zip(parameters, gradients, strict=True)):
        m = beta1 * state["m"][number] + (1 - beta1) * gradient
        s = beta2 * state["s"][number] + (1 - beta2) * gradient * gradient
        new.append(theta - learning_rate * (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon))
        ms.append(m)
        ss.append(s)
    return new, {"m": ms, "s": ss, "t": t}


def adam_update_by_a_helper(parameters, gradients, state, learning_rate, beta1, beta2, epsilon):
    def averaged(old, values, beta):
        if old is None:
            return [(1 - beta) * value for value in values]
        return [beta * before + (1 - beta) * value for before, value in zip(old, values, strict=True)]

    t = 1 if state is None else state["t"] + 1
    m = averaged(state and state["m"], gradients, beta1)
    s = averaged(state and state["s"], [np.square(gradient) for gradient in gradients], beta2)
    rate = learning_rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    small = epsilon * (1 - beta2**t) ** 0.5
    moved = [theta - rate * a / (np.sqrt(b) + small) for theta, a, b in zip(parameters, m, s, strict=True)]
    return tuple(moved), dict(t=t, m=m, s=s)


def adam_update_as_a_class(parameters, gradients, state, learning_rate, beta1, beta2, epsilon):
    class Adam:
        def __init__(self):
            self.t = 0
            self.m = [np.zeros_like(theta, dtype=np.result_type(theta, 0.0)) for theta in parameters]
            self.s = [m.copy() for m in self.m]

        def step(self, thetas):
            self.t += 1
            moved = []
            for i, gradient in enumerate(gradients):
                self.m[i] = beta1 * self.m[i] + (1 - beta1) * gradient
                self.s[i] = beta2 * self.s[i] + (1 - beta2) * gradient**2
                m_hat, s_hat = self.m[i] / (1 - beta1**self.t), self.s[i] / (1 - beta2**self.t)
                moved.append(thetas[i] - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon))
            return moved

    adam = Adam()
    if state is not None:
        adam.t, adam.m, adam.s = state["t"], list(state["m"]), list(state["s"])
    return adam.step(parameters), {"t": adam.t, "m": adam.m, "s": adam.s}
