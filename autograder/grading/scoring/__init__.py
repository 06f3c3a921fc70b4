"""From a notebook that can be judged to its results."""
