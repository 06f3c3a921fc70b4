"""From the bytes a student handed in to a notebook that can be judged."""
