"""Correct solutions of `5_capstone/1_train_a_deep_network`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- dense_forward


def dense_forward_einsum(x, weight, bias):
    return np.einsum("nj,ij->ni", x, weight) + bias


def dense_forward_sample_by_sample(x, weight, bias):
    z = np.zeros((len(x), len(weight)), dtype=np.result_type(x, weight, bias))
    for n in range(len(x)):
        z[n] = weight @ x[n] + bias
    return z


def dense_forward_transposed_and_back(x, weight, bias):
    return (weight @ x.T + bias[:, None]).T


def dense_forward_bias_as_a_further_weight(x, weight, bias):
    ones = np.ones((len(x), 1), dtype=x.dtype if x.dtype.kind == "f" else weight.dtype)
    return np.concatenate([x, ones], axis=1) @ np.concatenate([weight, bias[:, None]], axis=1).T


# ---------------------------------------------------------------- dense_backward


def dense_backward_einsum(dout, x, weight):
    return (
        np.einsum("ni,ij->nj", dout, weight),
        np.einsum("ni,nj->ij", dout, x),
        np.einsum("ni->i", dout),
    )


def dense_backward_sample_by_sample(dout, x, weight):
    dtype = dout.dtype
    dx, dweight, dbias = np.zeros(x.shape, dtype), np.zeros(weight.shape, dtype), np.zeros(len(weight), dtype)
    for n in range(len(x)):
        dx[n] = weight.T @ dout[n]
        dweight += np.outer(dout[n], x[n])
        dbias += dout[n]
    return dx, dweight, dbias


def dense_backward_list_of_transposes(dout, x, weight):
    return [(weight.T @ dout.T).T, (x.T @ dout).T, np.add.reduce(dout)]


# ---------------------------------------------------------------- softmax_cross_entropy


def softmax_cross_entropy_logaddexp(logits, labels):
    picked = np.take_along_axis(logits, labels.astype(np.int64)[:, None], axis=1)[:, 0]
    return np.mean(np.logaddexp.reduce(logits * 1.0 if logits.dtype.kind != "f" else logits, axis=1) - picked)


def softmax_cross_entropy_plain_python(logits, labels):
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        top = max(row)
        total += math.log(sum(math.exp(score - top) for score in row)) + top - row[label]
    return total / len(labels)


def softmax_cross_entropy_with_a_mask(logits, labels):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    right = labels[:, None] == np.arange(logits.shape[1])
    return np.mean(np.log(np.sum(np.exp(shifted), axis=1)) - shifted[right])


# ---------------------------------------------------------------- softmax_cross_entropy_backward


def softmax_cross_entropy_backward_with_a_mask(dout, logits, labels):
    exp = np.exp(logits - logits.max(axis=1)[:, None])
    right = labels[:, None] == np.arange(logits.shape[1])
    return (exp / exp.sum(axis=1)[:, None] - right.astype(exp.dtype)) * (dout / len(labels))


def softmax_cross_entropy_backward_row_by_row(dout, logits, labels):
    rows = []
    for scores, label in zip(logits, labels, strict=True):
        p = np.exp(scores - scores.max())
        p = p / p.sum()
        p[label] = p[label] - 1
        rows.append(p * dout / len(labels))
    return np.array(rows)


def softmax_cross_entropy_backward_from_the_logarithm(dout, logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
    np.subtract.at(p, (np.arange(len(p)), labels), 1)
    return p * dout / logits.shape[0]


# ---------------------------------------------------------------- training_step


def training_step_in_functions(x, labels, parameters, learning_rate):
    def forward(a, layers):
        z = a @ layers[0].T + layers[1]
        if len(layers) == 2:
            return [(a, z)]
        return [(a, z), *forward(np.where(z > 0, z, np.expm1(np.minimum(z, 0))), layers[2:])]

    kept = forward(x, parameters)
    scores = kept[-1][1]
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    loss = np.mean(log_sum - shifted[np.arange(len(x)), labels])
    d = np.exp(shifted - log_sum[:, None])
    d[np.arange(len(x)), labels] -= 1
    d = d / len(x)
    new = [None] * len(parameters)
    for l in range(len(kept) - 1, -1, -1):
        a, _ = kept[l]
        new[2 * l] = parameters[2 * l] - learning_rate * np.dot(d.T, a)
        new[2 * l + 1] = parameters[2 * l + 1] - learning_rate * np.add.reduce(d, axis=0)
        if l:
            d = np.dot(d, parameters[2 * l]) * np.exp(np.minimum(kept[l - 1][1], 0))
    return loss, new


def training_step_slope_from_the_output(x, labels, parameters, learning_rate):
    activations, layers = [x], len(parameters) // 2
    for l in range(layers):
        z = np.einsum("nj,ij->ni", activations[-1], parameters[2 * l]) + parameters[2 * l + 1]
        if l < layers - 1:
            z = np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
        activations.append(z)
    exp = np.exp(activations[-1] - activations[-1].max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = -np.mean(np.log(p[rows, labels]))
    p[rows, labels] -= 1
    d, gradients = p / len(labels), []
    for l in range(layers - 1, -1, -1):
        gradients += [d.sum(axis=0), d.T @ activations[l]]
        if l:
            d = (d @ parameters[2 * l]) * (np.minimum(activations[l], 0) + 1)
    return loss, [theta - learning_rate * g for theta, g in zip(parameters, reversed(gradients), strict=True)]


def training_step_on_copies(x, labels, parameters, learning_rate):
    new = [parameter.copy() for parameter in parameters]
    inputs, a = [], x
    for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
        inputs.append(a)
        z = a @ weight.T + bias
        a = z.copy()
        a[a <= 0] = np.expm1(a[a <= 0])
    log_p = z - z.max(axis=1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    loss = sum(-row[label] for row, label in zip(log_p, labels, strict=True)) / len(labels)
    d = np.exp(log_p)
    for row, label in enumerate(labels):
        d[row, label] -= 1
    d /= len(labels)
    for l in reversed(range(len(inputs))):
        new[2 * l] -= learning_rate * d.T @ inputs[l]
        new[2 * l + 1] -= learning_rate * d.sum(axis=0)
        if l:
            d = d @ parameters[2 * l]
            d = np.where(inputs[l] > 0, d, d * (inputs[l] + 1))
    return loss, tuple(new)


# ---------------------------------------------------------------- early_stopping


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
        best = int(np.nanargmin(losses[: epoch + 1]))
        if epoch - best >= patience:
            return [epoch, best]
    return [epoch, best]


VARIANTS = {
    "dense_forward": [
        dense_forward_einsum,
        dense_forward_sample_by_sample,
        dense_forward_transposed_and_back,
        dense_forward_bias_as_a_further_weight,
    ],
    "dense_backward": [dense_backward_einsum, dense_backward_sample_by_sample, dense_backward_list_of_transposes],
    "softmax_cross_entropy": [
        softmax_cross_entropy_logaddexp,
        softmax_cross_entropy_plain_python,
        softmax_cross_entropy_with_a_mask,
    ],
    "softmax_cross_entropy_backward": [
        softmax_cross_entropy_backward_with_a_mask,
        softmax_cross_entropy_backward_row_by_row,
        softmax_cross_entropy_backward_from_the_logarithm,
    ],
    "training_step": [
        training_step_in_functions,
        training_step_slope_from_the_output,
        training_step_on_copies,
    ],
    "early_stopping": [early_stopping_counted, early_stopping_running_minimum, early_stopping_looks_back],
}
