"""Pictures that move under one's hands, driven by the student's own functions.

A picture is a file: what can be moved (`controls`), and a function from the values of these to what is shown then
(`scene`). `moving.show` puts a still of it on the page, as every experiment does; where a browser runs the notebook,
`moving.js` takes the still's place, asks the kernel for a scene whenever something is moved, and draws it.

Nothing of this is stored in the notebook but the still. So it is what a feedback page shows, a viewer without a kernel,
or a notebook that was closed and opened again.
"""
