"""The processors that this machine can emulate, and the tests of claims about training runs on each of them.

The last bits of a product of matrices depend on the processor: OpenBLAS, NumPy and PyTorch have code for each kind.
Environment variables make them use the code of another kind, if the machine can execute it.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from autograder.bootstrap import wait_for
from autograder.course import ROOT

WANTED = 4
"""The processors, this one aside, on which the claims are to be tested."""
PERTURBATIONS = ("1", "2", "1:1e-7", "2:1e-7")
"""The noise of float64 and of float32, from two seeds each: see tests/support/perturbation.py."""
PROBE_SECONDS = 300
CRASHED = "its code cannot run on this machine"
INTERRUPTED = 2
"""pytest's status after Ctrl-C."""

CORE, LOOPS, PYTORCH, MKL = "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "ATEN_CPU_CAPABILITY", "MKL_CBWR"
PERTURBATION = "AUTOGRADER_PERTURBATION"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""The number of threads decides over the last bits, too."""
PLAIN, WITHOUT_AVX512 = "every feature above the baseline", "the features of AVX-512"
"""What NumPy is told to leave unused; which names it has for these depends on its version and on the machine."""
OLD = {LOOPS: PLAIN, PYTORCH: "default"}

CANDIDATES = {
    "x86_64": {
        "Skylake-X (AVX-512)": {CORE: "SkylakeX"},
        "Haswell (AVX2)": {CORE: "Haswell", LOOPS: WITHOUT_AVX512, PYTORCH: "avx2"},
        "Haswell, NumPy and PyTorch without AVX2": {CORE: "Haswell", **OLD},
        "Sandy Bridge (AVX)": {CORE: "Sandybridge", **OLD},
        "Nehalem (SSE4)": {CORE: "Nehalem", **OLD, MKL: "SSE4_2"},
        "Prescott (SSE3)": {CORE: "Prescott", **OLD, MKL: "COMPATIBLE"},
    },
    "arm64": {
        "Neoverse V1 (SVE)": {CORE: "NEOVERSEV1"},
        "Neoverse N1": {CORE: "NEOVERSEN1", PYTORCH: "default"},
        "Cortex-A57": {CORE: "CORTEXA57", **OLD},
        "Cortex-A53": {CORE: "CORTEXA53", **OLD},
        "ThunderX2": {CORE: "THUNDERX2T99", **OLD},
        "any ARMv8": {CORE: "ARMV8", **OLD},
        "this one, NumPy and PyTorch without extensions": OLD,
    },
}
"""Kind of machine -> what to try on it: name -> the variables that ask for it."""


class Report(NamedTuple):
    """Which code NumPy and PyTorch say that they run."""

    openblas: str
    numpy: str
    pytorch: str


class Processor(NamedTuple):
    """A processor on which the claims are tested: its name, the variables that make it so, and what was reported."""

    name: str
    variables: dict[str, str]
    report: Report


class Result(NamedTuple):
    """What a run of the tests came to."""

    name: str
    passed: int
    failed: int
    seconds: float
    status: int


def claims() -> list[str]:
    """The files of the tests of what the notebooks claim."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*_claims.py"))


def run(words: Sequence[str]) -> int:
    """Run pytest with these words on every processor and under every perturbation, and return a status."""
    processors, refused = found()
    print(said(processors, refused), flush=True)
    results = []
    for name, variables in runs(processors):
        print(f"\n======== {name}", flush=True)
        results.append(tested(name, variables, words))
        if results[-1].status == INTERRUPTED:
            return INTERRUPTED
    print(f"\n{table(results)}")
    return int(any(result.status for result in results))


def runs(processors: Sequence[Processor]) -> Iterator[tuple[str, dict[str, str]]]:
    """The name and the variables of each run: every processor, then this one with perturbed random numbers."""
    for processor in processors:
        yield processor.name, processor.variables
    for perturbation in PERTURBATIONS:
        yield f"this machine, perturbation {perturbation}", {PERTURBATION: perturbation}


# ---------------------------------------------------------------- which there are


def found() -> tuple[list[Processor], dict[str, str]]:
    """This machine and the processors that it can emulate, and why the other candidates are not among them."""
    here, features, reason = probed({})
    if here is None:
        raise OSError(f"NumPy and PyTorch do not run here: {reason}")
    processors, refused = [Processor("this machine", {}, here)], {}
    for name, asked in candidates().items():
        variables = spelled_out(asked, features)
        report, _, reason = probed(variables)
        same = next((processor.name for processor in processors if processor.report == report), "")
        if report is None or same:
            refused[name] = reason if report is None else f"takes no effect: the same as {same}"
        else:
            processors.append(Processor(name, variables, report))
    return processors, refused


def candidates() -> dict[str, dict[str, str]]:
    """What is worth trying on a machine of this kind."""
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
    return CANDIDATES.get(machine, {"this one, NumPy and PyTorch without extensions": OLD})


def spelled_out(asked: dict[str, str], features: Sequence[str]) -> dict[str, str]:
    """The variables of a candidate, with the features that NumPy leaves unused by the names it has for them here."""
    unused = {
        PLAIN: features,
        WITHOUT_AVX512: [feature for feature in features if "AVX512" in feature or feature == "X86_V4"],
    }.get(asked.get(LOOPS, ""), ())
    variables = {name: value for name, value in asked.items() if name != LOOPS}
    return {**variables, LOOPS: " ".join(unused)} if unused else variables


def probed(variables: dict[str, str]) -> tuple[Report | None, list[str], str]:
    """What a fresh process with these variables reports, the features NumPy can leave unused, and why it failed."""
    command = [sys.executable, "-m", "autograder.commands._processors"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment(variables), capture_output=True, text=True, timeout=PROBE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return None, [], f"no answer within {PROBE_SECONDS} seconds"
    if done.returncode < 0:
        return None, [], CRASHED
    if done.returncode:
        return None, [], (done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"])[-1]
    answer = json.loads(done.stdout.splitlines()[-1])
    return Report(**answer["report"]), answer["features"], ""


def environment(variables: dict[str, str]) -> dict[str, str]:
    """The environment of a process with these variables, and none of this kind from outside."""
    ours = (CORE, LOOPS, PYTORCH, MKL, PERTURBATION)
    return {**{name: value for name, value in os.environ.items() if name not in ours}, **ONE_THREAD, **variables}


def said(processors: Sequence[Processor], refused: dict[str, str]) -> str:
    """The processors of this run and the reports by which they differ; the others with the reason; whether too few."""
    width = max(map(len, (*(processor.name for processor in processors), *refused)))
    lines = ["The claims are tested on"]
    for name, _, (openblas, numpy, pytorch) in processors:
        lines.append(f"  {name:<{width}}  OpenBLAS: {openblas}, NumPy: {numpy}, PyTorch: {pytorch}")
    if refused:
        lines += ["Not emulated here", *(f"  {name:<{width}}  {reason}" for name, reason in refused.items())]
    emulated = len(processors) - 1
    if emulated < WANTED:
        lines.append(f"This machine can emulate only {emulated} of the {WANTED} other processors that are wanted.")
    return "\n".join(lines)


# ---------------------------------------------------------------- in the fresh process


def probe() -> dict:
    """What NumPy and PyTorch report in this process, after they have computed something with the code they chose."""
    import numpy as np
    import torch
    from numpy._core import _multiarray_umath as core  # type: ignore[attr-defined]  # not in NumPy's stubs

    for dtype in ("float32", "float64"):
        x = np.linspace(-1, 1, 90_000, dtype=dtype).reshape(300, 300)
        tensor = torch.tensor(x, requires_grad=True)
        (torch.tanh(tensor @ tensor).sum() + tensor.exp().sum() + float(np.exp(np.tanh(x @ x)).sum())).backward()
    used = [feature for feature in core.__cpu_dispatch__ if core.__cpu_features__[feature]]
    report = Report(openblas_core(core.__file__), " ".join(used) or "baseline", torch.backends.cpu.get_cpu_capability())
    return {"report": report._asdict(), "features": used}


def openblas_core(library: str) -> str:
    """The kind of processor that NumPy's OpenBLAS runs the code of; "none" where NumPy uses something else."""
    import ctypes

    loaded = ctypes.CDLL(library)
    for name in ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename", "openblas_get_corename"):
        if hasattr(loaded, name):
            corename = getattr(loaded, name)
            corename.restype = ctypes.c_char_p
            return corename().decode()
    return "none"


# ---------------------------------------------------------------- the runs


def tested(name: str, variables: dict[str, str], words: Sequence[str]) -> Result:
    """One run of pytest. Ctrl-C is pytest's to answer."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "results.xml")
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", f"--junitxml={written}", *words]
        status = wait_for(subprocess.Popen(command, cwd=ROOT, env=environment(variables)))
        return Result(name, *counted(written), status)


def counted(path: Path) -> tuple[int, int, float]:
    """Tests passed, tests failed and seconds, from the file that pytest writes; zeros where it wrote none."""
    if not path.exists():
        return 0, 0, 0.0
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    seconds = sum(float(suite.get("time", "0")) for suite in suites)
    return total - failures - errors - skipped, failures + errors, seconds


def table(results: Sequence[Result]) -> str:
    """A row for each run, and the sentence that sums them up."""
    width = max(len(result.name) for result in results)
    rows = [f"{'':<{width}}  passed  failed  seconds"]
    rows += [f"{one.name:<{width}}  {one.passed:>6}  {one.failed:>6}  {one.seconds:>7.0f}" for one in results]
    failed = [one.name for one in results if one.status]
    return "\n".join([*rows, f"Failed: {'; '.join(failed)}." if failed else "The claims hold in every run."])


if __name__ == "__main__":
    print(json.dumps(probe()))
