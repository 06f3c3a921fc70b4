"""Run as a script, `python -I -S launcher.py SETTINGS COMMAND...`: starts bubblewrap and stays as its parent.

SETTINGS is JSON: {"judge": process id, "user": 65534, "stage": "/tmp/stage", "binds": [[source, place], ...]}.

When the judge is killed, at any moment, the launcher ends everything that it has started: bubblewrap's own option for
that leaves a process behind where it hits bubblewrap in the middle of its start.

Where root grades, `user`, who may do nothing, runs the command. That user may have no access to the files that the
command needs (a Python in /root, say). So they are laid out first under `stage`, in a mount namespace of its own:
nothing of it is seen, or left, outside. For anybody else `user` is null, and nothing is laid out.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
MOST_DESCRIPTORS = 1024
CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
EVERYBODY_READS = "mode=755"


def call(function, *arguments):
    """Call a function of the C library. Raises OSError if it fails."""
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), function.__name__)


def lay_out(stage, binds):
    """Bind files and folders into a fresh folder. They are opened first: the folder may cover where they are."""
    library = ctypes.CDLL(None, use_errno=True)
    library.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
    call(library.unshare, CLONE_NEWNS)
    call(library.mount, None, b"/", None, MS_REC | MS_PRIVATE, None)
    opened = [(os.open(source, os.O_PATH | os.O_CLOEXEC), stage + place) for source, place in binds]
    call(library.mount, b"stage", os.path.dirname(stage).encode(), b"tmpfs", 0, EVERYBODY_READS.encode())
    for descriptor, target in opened:
        source = f"/proc/self/fd/{descriptor}"
        make_place(target, os.path.isdir(source))
        call(library.mount, source.encode(), target.encode(), None, MS_BIND, None)


def make_place(path, folder):
    """Make an empty file or folder to bind something to."""
    os.makedirs(path if folder else os.path.dirname(path), exist_ok=True)
    if not folder:
        with open(path, "w"):
            pass


def become(user):
    """Give up everything that root may do, for good."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def start(command, user):
    """Run a command in a process of its own, as a user. Returns the id of the process."""
    child = os.fork()
    if child == 0:
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
            if user is not None:
                become(user)
            os.execv(command[0], command)
        finally:
            os._exit(127)
    return child


AWAITED = {signal.SIGTERM, signal.SIGCHLD}


def end_with(judge):
    """Ask Linux for a SIGTERM when the judge ends, to be taken by `sigwait`. Exit where the judge has ended already."""
    signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    call(ctypes.CDLL(None, use_errno=True).prctl, PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != judge:
        sys.exit(1)


def main():
    """Start the command and wait: for its end, or for the judge's."""
    settings = json.loads(sys.argv[1])
    end_with(settings["judge"])
    os.umask(0o022)
    if settings["user"] is not None:
        lay_out(settings["stage"], settings["binds"])
    child = start(sys.argv[2:], settings["user"])
    os.closerange(0, MOST_DESCRIPTORS)
    while signal.sigwait(AWAITED) != signal.SIGTERM:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            status = os.waitstatus_to_exitcode(status)
            os._exit(status if status >= 0 else 128 - status)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
