"""Correct solutions of `l2_gradient`, written differently."""


def l2_gradient_loop(weights, strength):
    gradients = []
    for w in weights:
        gradients.append(w * 2 * strength)
    return gradients


def l2_gradient_sum_of_two(weights, strength):
    return tuple(strength * w + strength * w for w in weights)


def l2_gradient_on_copies(weights, strength):
    gradients = [w.copy() if w.dtype.kind == "f" else w.astype(float) for w in weights]
    for g in gradients:
        g *= 2 * strength
    return gradients


def l2_gradient_l2_sum(weights, strength):
    return [strength * (w + w) for w in weights]
