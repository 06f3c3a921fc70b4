"""The command line: `python3 -m autograder <command>`.

The top level needs the standard library alone and parses on any Python 3, so that an old one gets a sentence.
Each command is a module in `commands/` with SUMMARY, add_arguments(parser) and run(arguments) -> status.
"""

import errno
import os
import shutil
import sys

OLDEST = (3, 11)
COMMANDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "commands")
ORDER = (
    "lab",
    "progress",
    "watch",
    "demo",
    "collect",
    "grade",
    "feedback",
    "report",
    "export",
    "rework",
    "release",
    "site",
    "new",
    "facts",
    "points",
    "test",
    "record",
    "verify",
    "bench",
)
STOPPED = 130

OVERVIEW = """Training deep neural networks: a Jupyter course with an autograder.

    python3 -m autograder <command>

{commands}

To study, begin with `lab`{demo}. `<command> --help` says more about each.
The first command installs what it needs into .venv, once; in an environment that has it already, it uses that.
"""


def main(words=None):
    """Run one command and return its exit status. words: what follows `python3 -m autograder`."""
    words = sys.argv[1:] if words is None else list(words)
    if sys.version_info < OLDEST:
        return complain(too_old())
    if words[:1] == ["help"] and len(words) > 1:
        words = [words[1], "--help"]
    if not words or words[0] in ("help", "-h", "--help"):
        sys.stdout.write(overview())
        return 0
    if words[0] not in commands():
        return complain(unknown(words[0]), status=2)
    return run_command(words[0], words[1:])


def commands():
    """The names of the commands there are, in the order in which a person meets them."""
    names = [name[:-3] for name in os.listdir(COMMANDS) if name.endswith(".py") and not name.startswith("_")]
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def overview():
    """What `python3 -m autograder` prints by itself."""
    width = max(len(name) for name in commands()) + 2
    lines = ["    " + name.ljust(width) + load(name).SUMMARY for name in commands()]
    demo = "; to see a whole class graded, with `demo`" if "demo" in commands() else ""
    return OVERVIEW.format(commands="\n".join(lines), demo=demo)


def load(name):
    """The module of a command."""
    import importlib

    return importlib.import_module("autograder.commands." + name)


def run_command(name, words):
    """Read the words of a command, see to its packages, and run it; what can be foreseen ends in a sentence."""
    from autograder.bootstrap import ensure
    from autograder.course import CourseError

    try:
        command = load(name)
        arguments = read_arguments(command, name, words)
        ensure(name)
        status = command.run(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt as stop:
        return complain(str(stop) or "Stopped. The same command can be run again.", status=STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (CourseError, OSError) as error:
        if os.environ.get("AUTOGRADER_DEBUG"):
            raise
        return complain(trouble(error) if isinstance(error, OSError) else str(error))


def read_arguments(command, name, words):
    """The arguments of a command. One with PASSES_ON gets the words that it does not know itself as `rest`."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="python3 -m autograder " + name,
        description=command.SUMMARY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    if not getattr(command, "PASSES_ON", False):
        return parser.parse_args(words)
    arguments, rest = parser.parse_known_args(words)
    arguments.rest = rest[1:] if rest[:1] == ["--"] else rest
    return arguments


def complain(sentence, status=1):
    """Say what is wrong on stderr; the exit status."""
    sys.stdout.flush()
    sys.stderr.write(sentence + "\n")
    return status


def too_old():
    """The sentence for a Python that the course does not run on."""
    sentence = "The course needs Python {}.{} or newer; this is Python {}.{}, {}.".format(
        OLDEST[0], OLDEST[1], sys.version_info[0], sys.version_info[1], sys.executable
    )
    for minor in range(OLDEST[1], 20):
        name = "python3.{}".format(minor)
        if runs(name):
            return sentence + "\nThere is a newer one here. Run it again as:  " + name + " -m autograder ..."
    return sentence + "\nPython can be had from https://www.python.org/downloads/ or from your system's packages."


def runs(python):
    """Whether a Python of that name is here and starts: a version manager leaves names that start nothing."""
    import subprocess

    if not shutil.which(python):
        return False
    return subprocess.call([python, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def unknown(name):
    """The sentence for a command that does not exist."""
    import difflib

    near = difflib.get_close_matches(name, commands(), n=1, cutoff=0.5)
    guess = " Did you mean `{}`?".format(near[0]) if near else ""
    return "There is no command `{}`.{} The commands are: {}.".format(name, guess, ", ".join(commands()))


def trouble(error):
    """The sentence for an error of the operating system: what happened, and to which file."""
    path = named_file(error) or "a file"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full: {} could not be written. Make room and run the command again.".format(path)
    if error.errno == errno.EROFS:
        return "{} is on a read-only disk and cannot be written.".format(path)
    if error.errno in (errno.EACCES, errno.EPERM):
        return "{} may not be read or written by this user. Its permissions, or its folder's, say who may.".format(path)
    if error.errno in (errno.ENOTDIR, errno.EEXIST) and not os.path.isdir(path):
        return (
            "{} cannot be made: there is a file where a folder is needed. Move it away, or give another name.".format(
                path
            )
        )
    if error.errno == errno.EISDIR or (error.errno == errno.EEXIST and os.path.isdir(path)):
        return "{} is a folder, where a file is needed. Give another name, or move the folder away.".format(path)
    if error.errno == errno.ENAMETOOLONG:
        return "A name is too long: {}. Give a shorter one.".format(path)
    return "{}: {}. (AUTOGRADER_DEBUG=1 before the command shows where this happened.)".format(
        named_file(error) or "The operating system refused", error.strerror or error
    )


def named_file(error):
    """The file that an error of the operating system is about, for a person: of one that is only on its way to its
    place, that place or its folder."""
    path = str(error.filename2 or error.filename or "")
    folder, name = os.path.split(path)
    return (folder or ".") if name.startswith(".writing-") else path


if __name__ == "__main__":
    sys.exit(main())
