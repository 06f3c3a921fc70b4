"""nbgrader's configuration, the release, and the gradebook that results are recorded in."""
