"""Between results and nbgrader: configuration, releases, the gradebook."""
