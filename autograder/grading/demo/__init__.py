"""A simulated class, which never takes part in a real grading."""
