"""The course as a folder of static files: pages to read, and JupyterLite to work in, without any installation."""
