"""Correct solutions of `1_training_problems/5_gradient_clipping`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- clip_by_value


def clip_by_value_minimum_and_maximum(gradients, limit=1.0):
    return [np.maximum(-limit, np.minimum(limit, g)) for g in gradients]


def clip_by_value_with_where(gradients, limit=1.0):
    return tuple(np.where(g > limit, limit, np.where(g < -limit, -limit, g)) for g in gradients)


def clip_by_value_on_copies(gradients, limit=1.0):
    clipped = [g.copy() if g.dtype.kind == "f" else g.astype(float) for g in gradients]
    for g in clipped:
        g[g > limit] = limit
        g[g < -limit] = -limit
    return clipped


def clip_by_value_method_of_the_array(gradients, limit=1.0):
    result = []
    for g in gradients:
        result.append(g.clip(-limit, limit))
    return result


def clip_by_value_by_distances(gradients, limit=1.0):
    def excess(g):
        with np.errstate(invalid="ignore"):
            return np.where(np.abs(g) > limit, np.sign(g) * limit, g)

    return list(map(excess, gradients))


# ---------------------------------------------------------------- cosine_similarity


def cosine_similarity_joined(gradients, clipped):
    g = np.concatenate([array.ravel() for array in gradients])
    c = np.concatenate([array.ravel() for array in clipped])
    lengths = np.linalg.norm(g) * np.linalg.norm(c)
    return np.dot(g, c) / lengths if lengths else 0.0


def cosine_similarity_as_pytorch_does(gradients, clipped):
    def length(arrays):
        return max(math.sqrt(sum(float(np.vdot(a, a)) for a in arrays)), 1e-8)

    dot = sum(float(np.vdot(g, c)) for g, c in zip(gradients, clipped, strict=True))
    return dot / (length(gradients) * length(clipped))


def cosine_similarity_of_unit_vectors(gradients, clipped):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    other = np.sqrt(sum((c**2).sum() for c in clipped))
    if norm == 0 or other == 0:
        return 0.0 * norm
    return sum(np.sum((g / norm) * (c / other)) for g, c in zip(gradients, clipped, strict=True))


def cosine_similarity_counted_up(gradients, clipped):
    dot, one, other = 0.0, 0.0, 0.0
    for g, c in zip(gradients, clipped, strict=True):
        dot += np.sum(g * c)
        one += np.sum(g * g)
        other += np.sum(c * c)
    return dot / np.maximum(np.sqrt(one) * np.sqrt(other), 1e-8)


# ---------------------------------------------------------------- global_norm


def global_norm_joined(gradients, norm_type=2.0):
    return np.linalg.norm(np.concatenate([g.ravel() for g in gradients]), norm_type)


def global_norm_norm_of_norms(gradients, norm_type=2.0):
    norms = [np.linalg.norm(g.ravel(), norm_type) for g in gradients if g.size]
    return np.linalg.norm(norms, norm_type)


def global_norm_counted_up(gradients, norm_type=2.0):
    total = 0.0
    for g in gradients:
        if norm_type == np.inf:
            total = np.maximum(total, np.abs(g).max(initial=0.0))
        else:
            total += np.sum(np.abs(g) ** norm_type)
    return total if norm_type == np.inf else total ** (1 / norm_type)


def global_norm_python_numbers(gradients, norm_type=2.0):
    entries = [abs(float(entry)) for g in gradients for entry in g.flat]
    if norm_type == float("inf"):
        return max(entries, default=0.0)
    return math.fsum(entry**norm_type for entry in entries) ** (1 / norm_type)


# ---------------------------------------------------------------- clip_by_global_norm


def clip_by_global_norm_joined(gradients, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    factor = np.minimum(1.0, max_norm / (norm + 1e-6))
    return tuple(factor * g for g in gradients), norm


def clip_by_global_norm_python_min_in_the_right_order(gradients, max_norm):
    norm = math.sqrt(sum(float(np.sum(np.square(g))) for g in gradients))
    factor = min(max_norm / (norm + 1e-6), 1.0)
    return [g * factor for g in gradients], norm


def clip_by_global_norm_branch(gradients, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in gradients])
    if norm + 1e-6 <= max_norm:
        return [g / 1.0 for g in gradients], norm
    return [g * max_norm / (norm + 1e-6) for g in gradients], norm


def clip_by_global_norm_with_clip(gradients, max_norm):
    total = 0.0
    for g in gradients:
        total += (g**2).sum()
    norm = np.sqrt(total)
    coefficient = np.clip(max_norm / (norm + 1e-6), None, 1.0)
    clipped = []
    for g in gradients:
        clipped.append(coefficient * g)
    return [clipped, norm]


# ---------------------------------------------------------------- clip_each_by_norm


def clip_each_by_norm_loop(gradients, max_norm):
    clipped = []
    for g in gradients:
        norm = np.linalg.norm(g)
        clipped.append(g * min(max_norm / (norm + 1e-6), 1.0))
    return clipped


def clip_each_by_norm_branch(gradients, max_norm):
    def clip(g):
        norm = math.sqrt(float((g**2).sum())) + 1e-6
        return 1.0 * g if norm < max_norm else g * (max_norm / norm)

    return tuple(clip(g) for g in gradients)


def clip_each_by_norm_divided_by_the_larger(gradients, max_norm):
    return [g * (max_norm / np.maximum(np.sqrt(np.vdot(g, g)) + 1e-6, max_norm)) for g in gradients]


VARIANTS = {
    "clip_by_value": [
        clip_by_value_minimum_and_maximum,
        clip_by_value_with_where,
        clip_by_value_on_copies,
        clip_by_value_method_of_the_array,
        clip_by_value_by_distances,
    ],
    "cosine_similarity": [
        cosine_similarity_joined,
        cosine_similarity_as_pytorch_does,
        cosine_similarity_of_unit_vectors,
        cosine_similarity_counted_up,
    ],
    "global_norm": [
        global_norm_joined,
        global_norm_norm_of_norms,
        global_norm_counted_up,
        global_norm_python_numbers,
    ],
    "clip_by_global_norm": [
        clip_by_global_norm_joined,
        clip_by_global_norm_python_min_in_the_right_order,
        clip_by_global_norm_branch,
        clip_by_global_norm_with_clip,
    ],
    "clip_each_by_norm": [
        clip_each_by_norm_loop,
        clip_each_by_norm_branch,
        clip_each_by_norm_divided_by_the_larger,
    ],
}
