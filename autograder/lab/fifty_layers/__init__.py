"""The network of the course: fifty dense layers that shall learn to read digits, and what each notebook does for it.

`opening()` opens the course: the network as one would write it first, stuck. `opening(key)` opens a notebook with the
network as it finds it. `dashboard(...)` closes each notebook: the network before and after its repair, trained with the
student's own functions, always as the same figure. What comes out is a row of the scoreboard, which is kept in a file
beside the student's notebooks.

**For authors.** A notebook ends with a cell such as

    lab.dashboard(he_normal=he_normal)

The keywords are names of exercises, the values the student's functions. The repair is the entry of `scoreboard.REPAIRS`
that is made with exactly these; `only` lists those that a call may leave out. Everything else that the network needs is
computed by PyTorch (`in_pytorch`). To give a notebook a row, enter a `Repair`, with the accuracies measured
(`measured(key)`) as its range; `tests/lab/test_fifty_layers.py` checks it. What a recipe can say stands in
`recipe.Recipe`, and which exercises it calls in `tools.Tools`.
"""
