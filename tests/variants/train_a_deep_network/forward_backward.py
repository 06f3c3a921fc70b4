"""Correct solutions of `forward_backward`, written differently."""

import numpy as np

EPS = 1e-5


def forward_backward_from_boxes(x, labels, parameters, running, noise, p, momentum=0.1):
    def batch_norm(z, gamma, beta):
        return gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + EPS) + beta

    def batch_norm_backward(dout, z, gamma):
        inverse = 1 / np.sqrt(z.var(axis=0) + EPS)
        z_hat = (z - z.mean(axis=0)) * inverse
        dz_hat = dout * gamma
        n = len(z)
        dz = inverse / n * (n * dz_hat - dz_hat.sum(axis=0) - z_hat * (dz_hat * z_hat).sum(axis=0))
        return dz, (dout * z_hat).sum(axis=0), dout.sum(axis=0)

    blocks = len(noise)
    a, zs, ys, inputs, statistics = x, [], [], [], []
    for l in range(blocks):
        weight, gamma, beta = parameters[3 * l], parameters[3 * l + 1], parameters[3 * l + 2]
        inputs.append(a)
        zs.append(np.dot(a, weight.T))
        ys.append(batch_norm(zs[l], gamma, beta))
        a = np.where(ys[l] > 0, ys[l], np.expm1(np.minimum(ys[l], 0)))
        a = np.where(noise[l] >= p, a / (1 - p), 0)
        mean, variance = zs[l].mean(axis=0), zs[l].var(axis=0) * len(a) / (len(a) - 1)
        statistics.append(running[2 * l] + momentum * (mean - running[2 * l]))
        statistics.append(running[2 * l + 1] + momentum * (variance - running[2 * l + 1]))
    scores = np.dot(a, parameters[-2].T) + parameters[-1]
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = exp / exp.sum(axis=1, keepdims=True)
    rows = np.arange(len(x))
    loss = -np.log(probabilities[rows, labels]).mean()
    probabilities[rows, labels] -= 1
    d = probabilities / len(x)
    gradients = [None] * len(parameters)
    gradients[-2], gradients[-1] = np.dot(d.T, a), d.sum(axis=0)
    d = np.dot(d, parameters[-2])
    for l in range(blocks - 1, -1, -1):
        d = np.where(noise[l] >= p, d / (1 - p), 0) * np.exp(np.minimum(ys[l], 0))
        d, gradients[3 * l + 1], gradients[3 * l + 2] = batch_norm_backward(d, zs[l], parameters[3 * l + 1])
        gradients[3 * l] = np.dot(d.T, inputs[l])
        d = np.dot(d, parameters[3 * l])
    return loss, gradients, statistics


def forward_backward_by_recursion(x, labels, parameters, running, noise, p, momentum=0.1):
    def last_layer(a, weight, bias):
        scores = a @ weight.T + bias
        scores = scores - scores.max(axis=1, keepdims=True)
        log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
        rows = np.arange(len(labels))
        d = np.exp(log_p)
        d[rows, labels] -= 1
        d = d / len(labels)
        return -np.mean(log_p[rows, labels]), d @ weight, [d.T @ a, np.sum(d, axis=0)], []

    def from_here_on(a, parameters, running, noise):
        if not noise:
            return last_layer(a, *parameters)
        weight, gamma, beta, *rest = parameters
        z = a @ weight.T
        mean, deviation = np.mean(z, axis=0), np.sqrt(np.var(z, axis=0) + EPS)
        normal = (z - mean) / deviation
        y = normal * gamma + beta
        elu = y.copy()
        elu[y < 0] = np.expm1(y[y < 0])
        keep = (noise[0] >= p).astype(z.dtype) / (1 - p)
        loss, d, gradients, statistics = from_here_on(elu * keep, rest, running[2:], noise[1:])
        d = d * keep * np.where(y < 0, elu + 1, 1)
        dgamma, dbeta = np.einsum("ij,ij->j", d, normal), np.einsum("ij->j", d)
        d = gamma / deviation * (d - (dbeta + normal * dgamma) / len(a))
        fresh = [mean, np.var(z, axis=0, ddof=1)]
        new = [(1 - momentum) * old + momentum * now for old, now in zip(running[:2], fresh, strict=True)]
        return loss, d @ weight, [d.T @ a, dgamma, dbeta, *gradients], [*new, *statistics]

    loss, _, gradients, statistics = from_here_on(x, parameters, running, noise)
    return loss, gradients, statistics


def forward_backward_with_dicts(x, labels, parameters, running, noise, p, momentum=0.1):
    count, caches, statistics = len(x), [], list(running)
    a = x
    for l in range(len(noise)):
        weight, gamma, beta = parameters[3 * l : 3 * l + 3]
        z = np.einsum("nj,ij->ni", a, weight)
        centred = z - z.sum(axis=0) / count
        variance = (centred**2).sum(axis=0) / count
        box = {"a": a, "hat": centred / np.sqrt(variance + EPS), "scale": gamma / np.sqrt(variance + EPS)}
        box["y"] = gamma * box["hat"] + beta
        box["factor"] = np.where(noise[l] < p, 0, 1).astype(z.dtype) / (1 - p)
        caches.append(box)
        a = box["factor"] * (np.maximum(box["y"], 0) + np.expm1(np.minimum(box["y"], 0)))
        statistics[2 * l] = momentum * z.mean(axis=0) + (1 - momentum) * running[2 * l]
        statistics[2 * l + 1] = momentum * variance * count / (count - 1) + (1 - momentum) * running[2 * l + 1]
    weight, bias = parameters[-2:]
    z = np.einsum("nj,ij->ni", a, weight) + bias
    top = z.max(axis=1)
    log_sum = top + np.log(np.exp(z - top[:, None]).sum(axis=1))
    loss = (log_sum - z[np.arange(count), labels]).sum() / count
    d = np.exp(z - log_sum[:, None])
    d[np.arange(count), labels] -= 1
    d = d / count
    reverse = [d.sum(axis=0), d.T @ a]
    d = d @ weight
    for l, box in reversed(list(enumerate(caches))):
        d = d * box["factor"] * np.where(box["y"] > 0, 1, np.exp(np.minimum(box["y"], 0)))
        reverse += [d.sum(axis=0), (d * box["hat"]).sum(axis=0)]
        d = box["scale"] * (d - d.mean(axis=0) - box["hat"] * (d * box["hat"]).mean(axis=0))
        reverse.append(d.T @ box["a"])
        d = d @ parameters[3 * l]
    return loss, reverse[::-1], tuple(statistics)
