"""Run as a script in a sandbox, `python -I template.py SETTINGS`: holds Python and NumPy ready, and starts each
submission's process as a copy of itself. A copy costs milliseconds, a start of Python and NumPy a fifth of a second.

SETTINGS is JSON: {"worker": path, "folder": path or null, "packages": [name, ...], "filter": hexadecimal}.

No student's code runs here. A copy has namespaces of its own (mounts, processes, network, messages, host name), empty
scratch folders in place of the template's, no privileges and the filter of system calls before it runs any. The
template keeps the privileges that this takes: they hold in its sandbox alone.

Standard input is a socket to the judge. Each message asks for a copy: the worker's limits and the size of the scratch
folders, with three descriptors: to read requests from, to write answers to, and a socket for reports. On that one the
copy says that it started, which tells the judge its process id, and the template how it ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib.util
import json
import os
import random
import select
import socket
import struct
import sys

LONGEST_MESSAGE_BYTES = 65_536
DESCRIPTORS = 3
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV = 0x2, 0x4
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 22, 24, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION = 0x20080522
SCRATCH = ("/tmp", "/dev/shm")
FILTER_ENTRY_BYTES = 8

library = ctypes.CDLL(None, use_errno=True)
library.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]


class FilterProgram(ctypes.Structure):
    """`struct sock_fprog` of the kernel."""

    _fields_ = (("length", ctypes.c_ushort), ("entries", ctypes.c_char_p))


def call(function, *arguments):
    """Call a function of the C library. Raises OSError if it fails."""
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), function.__name__)


def new_namespaces():
    """Leave the template's namespaces. That of processes is new for the next child."""
    call(library.unshare, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET)


def empty_scratch_folders(size):
    """Cover the scratch folders by empty ones of so many bytes each."""
    for folder in SCRATCH:
        options = f"size={size},mode=1777".encode()
        call(library.mount, b"tmpfs", folder.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options)
    os.chdir(SCRATCH[0])


def give_up_privileges(program):
    """Give up every privilege for good, and have the kernel filter system calls from now on."""
    capability = 0
    while library.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    call(library.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call(library.capset, struct.pack("Ii", CAPABILITY_VERSION, 0), bytes(24))
    wanted = FilterProgram(len(program) // FILTER_ENTRY_BYTES, program)
    call(library.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(wanted), 0, 0)


def new_random_numbers():
    """Draw the state of NumPy's random numbers anew: every copy would have the template's."""
    import numpy

    numpy.random.seed()
    random.seed()


def start(settings, worker, program, descriptors, close):
    """Start a copy. Returns its process id, 0 where it could not be started.

    A process in between takes the new namespaces: the copy is the first in that of processes, and becomes the
    template's child when the one in between has ended.
    """
    told, telling = os.pipe()
    between = os.fork()
    if between == 0:
        with contextlib.suppress(OSError):
            new_namespaces()
            child = os.fork()
            if child == 0:
                run(settings, worker, program, descriptors, [*close, told, telling])
            os.write(telling, str(child).encode())
        os._exit(0)
    os.close(telling)
    number = os.read(told, 32)
    os.close(told)
    os.waitpid(between, 0)
    return int(number or 0)


def run(settings, worker, program, descriptors, close):
    """Be a submission's process, from its start to its end."""
    status = 1
    try:
        reading, writing, report = descriptors
        for descriptor in close:
            os.close(descriptor)
        os.setsid()
        empty_scratch_folders(settings.pop("scratch"))
        with socket.socket(fileno=report) as reports:
            reports.send(b"started")
        new_random_numbers()
        give_up_privileges(program)
        worker.begin(worker.Channel(reading, writing), settings)
        status = 0
    finally:
        os._exit(status)


def reap(number, report):
    """Tell the judge how a copy ended."""
    _, status = os.waitpid(number, 0)
    with report, contextlib.suppress(OSError):
        report.send(str(os.waitstatus_to_exitcode(status)).encode())


def serve(control, worker, program):
    """Start copies and report their ends until the judge closes the socket."""
    copies: dict[int, tuple[int, socket.socket]] = {}
    while True:
        ready, _, _ = select.select([control, *copies], [], [])
        for handle in set(ready) & set(copies):
            reap(*copies.pop(handle))
            os.close(handle)
        if control not in ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, LONGEST_MESSAGE_BYTES, DESCRIPTORS)
        if len(descriptors) != DESCRIPTORS:
            return
        report = socket.socket(fileno=descriptors[2])
        others = [control.fileno(), *copies, *(one.fileno() for _, one in copies.values())]
        number = start(json.loads(message), worker, program, descriptors, others)
        for descriptor in descriptors[:2]:
            os.close(descriptor)
        if number:
            copies[os.pidfd_open(number)] = number, report
        else:
            report.close()


def loaded(path):
    """Load the worker's file as a module."""
    spec = importlib.util.spec_from_file_location("autograder_worker", path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    """Get ready, say so, serve."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=os.dup(0))
    worker = loaded(settings["worker"])
    worker.prepare(settings["folder"], settings["packages"])
    import numpy.linalg
    import numpy.random  # noqa: F401

    gc.collect()
    gc.freeze()
    control.send(b"ready")
    serve(control, worker, bytes.fromhex(settings["filter"]))


if __name__ == "__main__":
    main()
