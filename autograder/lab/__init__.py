"""What the notebooks draw and train with. `from autograder import lab`, then `lab.<name>`.

Every name lives in a module of this folder and is loaded on first use, so that importing `lab` costs nothing.
"""

import importlib

HOME = {
    "plot_activation": "activations",
    "digits": "handwritten_digits",
    "dead_units_experiment": "dead_units",
    "lower_learning_rate_experiment": "dead_units",
    "RELU": "dead_units",
    "plot_saturation": "saturation",
    "gradient_through_layers": "saturation",
    "plot_leaky_relus": "leaky_relus",
    "revive_a_dead_unit": "leaky_relus",
    "plot_rrelu_fan": "leaky_relus",
    "recover_the_slopes": "leaky_relus",
    "prelu_on_digits": "leaky_relus",
    "decay_on_alpha": "leaky_relus",
    "elu_family": "self_normalization",
    "likeness_by_layer": "self_normalization",
    "compare_constants": "self_normalization",
    "standard_normal": "self_normalization",
    "mean_square_map": "self_normalization",
    "through_100_layers": "self_normalization",
    "what_breaks_self_normalization": "self_normalization",
    "compare_activations": "activation_comparison",
    "time_activations": "activation_comparison",
    "plot_batch": "batch_normalization",
    "running_statistics": "batch_normalization",
    "noise_of_the_batch": "batch_normalization",
    "plot_gradient": "batch_normalization",
    "signal_and_gradient": "batch_normalization",
    "accuracy_by_learning_rate": "batch_normalization",
    "statistics_in_evaluation": "batch_normalization",
    "show_the_cliff": "gradient_clipping",
    "paths_at_the_cliff": "gradient_clipping",
    "square_and_disc": "gradient_clipping",
    "norms_by_layer": "gradient_clipping",
    "angles_in_a_deep_network": "gradient_clipping",
    "train_with_and_without": "gradient_clipping",
    "sweep_max_norm": "gradient_clipping",
    "through_fifty_layers": "vanishing_exploding_gradients",
    "gradients_by_layer": "vanishing_exploding_gradients",
    "weights_times_gradients": "vanishing_exploding_gradients",
    "which_layers_learn": "vanishing_exploding_gradients",
    "error_against_step": "vanishing_exploding_gradients",
    "check_the_backward_pass": "vanishing_exploding_gradients",
    "why_random": "weight_initialization",
    "tanh_signal": "weight_initialization",
    "relu_signal": "weight_initialization",
    "forward_and_backward": "weight_initialization",
    "every_start": "weight_initialization",
    "cut_tails": "weight_initialization",
    "depth_with_defaults": "weight_initialization",
    "two_constant_rates": "learning_rate_schedules",
    "decay_on_two_axes": "learning_rate_schedules",
    "noise_and_distance": "learning_rate_schedules",
    "watch_the_counter": "learning_rate_schedules",
    "plot_one_cycle": "learning_rate_schedules",
    "rate_range_test": "learning_rate_schedules",
    "train_with_schedules": "learning_rate_schedules",
    "sweep_rates": "learning_rate_schedules",
    "averages_from_zero": "adam",
    "first_steps": "adam",
    "scale_and_noise": "adam",
    "beyond_the_learning_rate": "adam",
    "where_epsilon_stands": "adam",
    "adam_paths": "adam",
    "turned_bowl": "adam",
    "sweep_learning_rates": "adam",
    "decay_by_gradient_size": "adam",
    "three_learning_rates": "momentum",
    "factor_by_learning_rate": "momentum",
    "constant_slope": "momentum",
    "momentum_on_the_bowl": "momentum",
    "momentum_plateau": "momentum",
    "steps_by_condition_number": "momentum",
    "when_the_learning_rate_changes": "momentum",
    "train_with_momentum": "momentum",
    "effective_learning_rate": "momentum",
    "training_against_evaluation": "dropout",
    "overfitting": "dropout",
    "how_much_to_drop": "dropout",
    "noise_of_a_unit": "dropout",
    "pixels_or_channels": "dropout",
    "rotated_digits": "dropout",
    "answer_only_when_sure": "dropout",
    "through_selu_layers": "dropout",
    "learned_by_heart": "l1_l2_regularization",
    "pulled_to_zero": "l1_l2_regularization",
    "near_zero": "l1_l2_regularization",
    "where_the_minimum_goes": "l1_l2_regularization",
    "weight_histograms": "l1_l2_regularization",
    "sweep_strength": "l1_l2_regularization",
    "penalty_against_decay": "l1_l2_regularization",
    "shrunk_by_gradient_size": "l1_l2_regularization",
    "compare_regularizers": "l1_l2_regularization",
}
"""Public name -> the module of this folder that holds it."""

__all__ = sorted(HOME)


def __getattr__(name):
    if name in HOME:
        return getattr(importlib.import_module(f"{__name__}.{HOME[name]}"), name)
    raise AttributeError(f"lab has no {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return __all__
