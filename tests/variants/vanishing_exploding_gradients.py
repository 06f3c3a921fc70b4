"""Correct solutions of `1_training_problems/1_vanishing_exploding_gradients`, written differently."""

import math

import numpy as np

# ---------------------------------------------------------------- layer_jacobian


def layer_jacobian_by_diagonal_matrix(W, z):
    return np.diag(1 - np.tanh(z) ** 2) @ W


def layer_jacobian_row_by_row(W, z):
    return np.stack([(1 - np.tanh(number) ** 2) * row for row, number in zip(W, z, strict=True)])


def layer_jacobian_by_einsum(W, z):
    t = np.tanh(z)
    return np.einsum("i,ij->ij", (1 - t) * (1 + t), W)


def layer_jacobian_transposed_twice(W, z):
    return (W.T * (1 - np.tanh(z) ** 2)).T


def layer_jacobian_number_by_number(W, z):
    J = np.zeros(W.shape, dtype=W.dtype if W.dtype.kind == "f" else float)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            J[i, j] = (1 - math.tanh(z[i]) ** 2) * W[i, j]
    return J


# ---------------------------------------------------------------- backpropagate


def backpropagate_append_then_reverse(jacobians, gradient):
    gradients = [gradient]
    for J in jacobians[::-1]:
        gradients.append(gradients[-1] @ J)
    return gradients[::-1]


def backpropagate_recursive(jacobians, gradient):
    if not jacobians:
        return [gradient]
    later = backpropagate_recursive(jacobians[1:], gradient)
    return [jacobians[0].T @ later[0], *later]


def backpropagate_into_places(jacobians, gradient):
    gradients = [None] * len(jacobians) + [gradient.copy()]
    for l in range(len(jacobians), 0, -1):
        gradients[l - 1] = np.dot(jacobians[l - 1].T, gradients[l])
    return tuple(gradients)


def backpropagate_products_of_matrices(jacobians, gradient):
    gradients = [gradient]
    product = np.eye(len(gradient), dtype=gradient.dtype)
    for J in reversed(jacobians):
        product = product @ J
        gradients.insert(0, product.T @ gradient)
    return gradients


def backpropagate_by_einsum(jacobians, gradient):
    gradients = [gradient]
    for J in reversed(jacobians):
        gradients.insert(0, np.einsum("ij,i->j", J, gradients[0]))
    return gradients


# ---------------------------------------------------------------- layer_norms


def layer_norms_root_of_sum(gradients):
    return np.array([np.sqrt(np.sum(g**2)) for g in gradients])


def layer_norms_of_flat_vectors(gradients):
    return [np.linalg.norm(g.ravel(), 2) for g in gradients]


def layer_norms_by_dot(gradients):
    return np.array([np.sqrt(np.vdot(g, g)) for g in gradients])


def layer_norms_scaled_first(gradients):
    norms = []
    for g in gradients:
        largest = np.abs(g).max(initial=0)
        if largest == 0 or not np.isfinite(largest):
            norms.append(largest * np.ones((), dtype=g.dtype))
        else:
            norms.append(largest * np.sqrt(np.sum((g / largest) ** 2)))
    return np.array(norms)


def layer_norms_in_python(gradients):
    if all(g.dtype == np.float64 for g in gradients):
        return [math.sqrt(sum(number * number for number in g.ravel().tolist())) for g in gradients]
    return np.array([np.linalg.norm(g) for g in gradients])


# ---------------------------------------------------------------- mlp_forward


def mlp_forward_with_a_running_activation(x, weights, biases, phi):
    zs, activations = [], [x]
    a = x
    for W, b in zip(weights, biases, strict=True):
        z = np.dot(a, W.T) + b
        a = phi(z)
        zs.append(z)
        activations.append(a)
    return zs, activations


def mlp_forward_by_index(x, weights, biases, phi):
    layers = len(weights)
    zs, activations = [None] * layers, [x.copy()] + [None] * layers
    for l in range(layers):
        zs[l] = (weights[l] @ activations[l].T).T + biases[l][np.newaxis, :]
        activations[l + 1] = phi(zs[l])
    return tuple(zs), tuple(activations)


def mlp_forward_by_einsum(x, weights, biases, phi):
    zs, activations = [], [x]
    for W, b in zip(weights, biases, strict=True):
        zs.append(np.einsum("ni,oi->no", activations[-1], W) + b)
        activations.append(phi(zs[-1]))
    return [zs, activations]


def mlp_forward_recursive(x, weights, biases, phi):
    if not weights:
        return [], [x]
    z = x @ weights[0].T + biases[0]
    zs, activations = mlp_forward_recursive(phi(z), weights[1:], biases[1:], phi)
    return [z, *zs], [x, *activations]


# ---------------------------------------------------------------- mlp_gradients


def mlp_gradients_append_then_reverse(dout, activations, slopes, weights):
    dz, dW, db = [], [], []
    for a, slope, W in zip(activations[-2::-1], slopes[::-1], weights[::-1], strict=True):
        dz.append(dout * slope)
        dW.append(dz[-1].T @ a)
        db.append(dz[-1].sum(axis=0))
        dout = dz[-1] @ W
    return {"dx": dout, "dz": dz[::-1], "dW": dW[::-1], "db": db[::-1]}


def mlp_gradients_in_two_passes(dout, activations, slopes, weights):
    dz = [dout * slopes[-1]]
    for l in range(len(weights) - 1, 0, -1):
        dz.insert(0, (dz[0] @ weights[l]) * slopes[l - 1])
    return {
        "db": [np.sum(d, 0) for d in dz],
        "dW": [np.einsum("no,ni->oi", d, a) for d, a in zip(dz, activations, strict=False)],
        "dz": dz,
        "dx": dz[0] @ weights[0],
    }


def mlp_gradients_sample_by_sample(dout, activations, slopes, weights):
    samples, layers = len(dout), len(weights)
    dz = [np.zeros_like(slope) for slope in slopes]
    dW = [np.zeros_like(W) for W in weights]
    db = [np.zeros(slope.shape[1], dtype=slope.dtype) for slope in slopes]
    dx = np.zeros((samples, weights[0].shape[1]), dtype=dout.dtype)
    for n in range(samples):
        da = dout[n]
        for l in range(layers - 1, -1, -1):
            dz[l][n] = da * slopes[l][n]
            dW[l] += np.outer(dz[l][n], activations[l][n])
            db[l] += dz[l][n]
            da = weights[l].T @ dz[l][n]
        dx[n] = da
    return {"dx": dx, "dz": dz, "dW": dW, "db": db}


def mlp_gradients_recursive(dout, activations, slopes, weights):
    if not weights:
        return {"dx": dout, "dz": [], "dW": [], "db": []}
    dz = dout * slopes[-1]
    found = mlp_gradients_recursive(dz @ weights[-1], activations[:-1], slopes[:-1], weights[:-1])
    return {
        "dx": found["dx"],
        "dz": [*found["dz"], dz],
        "dW": [*found["dW"], (activations[-2].T @ dz).T],
        "db": [*found["db"], dz.sum(0)],
    }


# ---------------------------------------------------------------- numerical_gradient


def numerical_gradient_entry_restored(f, x, h=1e-5):
    moved = x.astype(float)
    gradient = np.zeros_like(moved)
    for index in np.ndindex(x.shape):
        old = moved[index]
        moved[index] = old + h
        high = f(moved)
        moved[index] = old - h
        low = f(moved)
        moved[index] = old
        gradient[index] = (high - low) / (2 * h)
    return gradient


def numerical_gradient_with_nditer(f, x, h=1e-5):
    gradient = np.empty(x.shape)
    for index, _ in np.ndenumerate(x):
        up, down = np.array(x, dtype=np.float64), np.array(x, dtype=np.float64)
        up[index] += h
        down[index] -= h
        gradient[index] = 0.5 * (f(up) - f(down)) / h
    return gradient


def numerical_gradient_by_unit_vectors(f, x, h=1e-5):
    steps = h * np.eye(x.size)
    slopes = [(f(x + s.reshape(x.shape)) - f(x - s.reshape(x.shape))) / (2 * h) for s in steps]
    return np.array(slopes, dtype=float).reshape(x.shape)


def numerical_gradient_in_one_comprehension(f, x, h=1e-5):
    def moved(index, step):
        y = x.astype(np.float64, order="C")
        y[index] += step
        return y

    slopes = [(f(moved(i, h)) - f(moved(i, -h))) / (h + h) for i in np.ndindex(x.shape)]
    return np.reshape(np.array(slopes, dtype=float), x.shape)


# ---------------------------------------------------------------- complex_step_gradient


def complex_step_gradient_on_a_copy(f, x, h=1e-20):
    gradient = np.empty(x.shape)
    for index, _ in np.ndenumerate(x):
        moved = np.array(x, dtype=complex)
        moved[index] += h * 1j
        gradient[index] = np.imag(f(moved)) / h
    return gradient


def complex_step_gradient_by_unit_vectors(f, x, h=1e-20):
    directions = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([f(x + 1j * h * d).imag / h for d in directions], dtype=float).reshape(x.shape)


def complex_step_gradient_of_the_difference(f, x, h=1e-20):
    middle = f(x + 0.0)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(np.complex128)
        moved[index] = complex(x[index], h)
        gradient[index] = (f(moved) - middle).imag / h
    return gradient


def complex_step_gradient_one_array_restored(f, x, h=1e-20):
    moved = x + 0j if x.dtype != np.float32 else x.astype(complex)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved[index] += 1j * h
        gradient[index] = f(moved).imag / h
        moved[index] = x[index]
    return gradient


VARIANTS = {
    "layer_jacobian": [
        layer_jacobian_by_diagonal_matrix,
        layer_jacobian_row_by_row,
        layer_jacobian_by_einsum,
        layer_jacobian_transposed_twice,
        layer_jacobian_number_by_number,
    ],
    "backpropagate": [
        backpropagate_append_then_reverse,
        backpropagate_recursive,
        backpropagate_into_places,
        backpropagate_products_of_matrices,
        backpropagate_by_einsum,
    ],
    "layer_norms": [
        layer_norms_root_of_sum,
        layer_norms_of_flat_vectors,
        layer_norms_by_dot,
        layer_norms_scaled_first,
        layer_norms_in_python,
    ],
    "mlp_forward": [
        mlp_forward_with_a_running_activation,
        mlp_forward_by_index,
        mlp_forward_by_einsum,
        mlp_forward_recursive,
    ],
    "mlp_gradients": [
        mlp_gradients_append_then_reverse,
        mlp_gradients_in_two_passes,
        mlp_gradients_sample_by_sample,
        mlp_gradients_recursive,
    ],
    "numerical_gradient": [
        numerical_gradient_entry_restored,
        numerical_gradient_with_nditer,
        numerical_gradient_by_unit_vectors,
        numerical_gradient_in_one_comprehension,
    ],
    "complex_step_gradient": [
        complex_step_gradient_on_a_copy,
        complex_step_gradient_by_unit_vectors,
        complex_step_gradient_of_the_difference,
        complex_step_gradient_one_array_restored,
    ],
}
