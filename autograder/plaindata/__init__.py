"""Call a student's function on plain data: the same code in a notebook and inside the sandbox. NumPy only."""
