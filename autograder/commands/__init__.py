"""The commands of `python3 -m autograder`, one module each.

A module has SUMMARY (a line for the overview), add_arguments(parser) and run(arguments) -> exit status. Its top level
imports the standard library alone: help must work before anything is installed. With PASSES_ON = True, words that
its parser does not know are in `arguments.rest`.
"""
