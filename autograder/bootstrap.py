"""Sees to it that a command has its packages: in the Python that runs, or else in `.venv`, made on first use.

`.venv` is made and changed only if it carries this module's mark. What it lacks is installed at the versions of
constraints.txt; DONE is written last, so an installation that was interrupted is finished by the next command.

    python3 -m autograder.bootstrap -m ruff check     run something with the Python that has the packages
    python3 -m autograder.bootstrap                   print the path of that Python

Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import json
import os
import platform
import queue
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from autograder.course import ROOT, CourseError

CLASS = ("torch", "lab", "class")
"""The extras of pyproject.toml that a command needs, unless EXTRAS names others."""
EXTRAS = {"lab": ("torch", "lab"), "site": (*CLASS, "site"), "test": (*CLASS, "site", "lint", "test")}
SUFFICIENT = {"verify": ("numpy", "torch")}
"""Commands that run where only a few of the packages are: on a GPU server without Jupyter."""
VARIABLE = "AUTOGRADER_VENV"
REPAIRED = "AUTOGRADER_VENV_REPAIRED"

MARK = "autograder-made-this.json"
DONE = "autograder-installed.json"
LOCK = "autograder.lock"
LOG = "install.log"
DOWNLOADS = "downloads"
PATH_FILE = "training_deep_networks.pth"

SPACE_BYTES = 2_500_000_000
UNWANTED_SETTINGS = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_QUIET", "PIP_NO_DEPS")
READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
FULL = (errno.ENOSPC, errno.EDQUOT)

SMALL_BUILD = """\
On Linux, PyTorch comes with NVIDIA's libraries: several GB to download and on disk. No NVIDIA GPU was found here, and
without one the build for the CPU is enough (0.2 GB). To take that one, stop this with Ctrl-C and run instead:
    PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu {command}
"""

TROUBLES = (
    (
        r"No space left on device|Disk quota exceeded|not enough space on the disk",
        "The disk is full. Make room and run the command again: it goes on from here. On another disk: {elsewhere}",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index was reached, but its certificate is not trusted here. Behind a proxy that reads the "
        "traffic, name its certificate: PIP_CERT=<file.pem> {command}",
    ),
    (
        r"ProxyError|Cannot connect to proxy",
        "The proxy did not let pip through. Name the right one: HTTPS_PROXY=http://<host>:<port> {command}",
    ),
    (
        r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|getaddrinfo failed|"
        r"Network is unreachable|Connection refused|ConnectTimeout|Read timed out|ReadTimeout|Connection aborted|"
        r"Connection reset|Max retries exceeded|No route to host|IncompleteRead|Connection broken",
        "The packages could not be downloaded: the package index does not answer. Connect to the network and run the "
        "command again; what is already there is kept.",
    ),
    (
        r"No matching distribution found for (?P<package>\S+)",
        "There is no ready-made {package} for Python {python} on {machine}. Another Python (3.11 to 3.13) may have "
        "one; conda often has: conda env create -f environment.yml",
    ),
    (
        r"DO NOT MATCH THE HASHES|BadZipFile|has an invalid wheel",
        "A downloaded package is damaged. Run the command again; if it stays so: {pip} cache purge",
    ),
    (
        r"Permission denied",
        "A file could not be written for lack of permission. Another place: {elsewhere}",
    ),
)


def ensure(command: str) -> None:
    """Return if the running Python has what a command needs; otherwise run the same words with a Python that has.

    Raises CourseError, with what to do, where that cannot be arranged.
    """
    extras = EXTRAS.get(command, CLASS)
    lacking = missing(needed(extras))
    if not lacking or (command in SUFFICIENT and not missing(_named(needed(extras), SUFFICIENT[command]))):
        os.environ.pop(REPAIRED, None)
        return
    folder = place()
    inside = Path(sys.prefix).resolve() == folder
    if not is_ours(folder):
        refuse_to_touch(folder, inside, lacking)
    elif inside and os.environ.get(REPAIRED):
        raise CourseError(f"{folder} lacks {_listed(lacking)} even after installing. Remove that folder and run again.")
    elif inside or not is_complete(folder, extras):
        install(folder, extras, lacking, repair=inside)
    environment = {**os.environ, REPAIRED: "1"} if inside else dict(os.environ)
    hand_over([str(python_of(folder)), *sys.orig_argv[1:]], environment)


def place() -> Path:
    """The folder of the environment: `.venv` in the repository's root, or what AUTOGRADER_VENV names."""
    named = os.environ.get(VARIABLE, "").strip()
    return (Path(named).expanduser() if named else ROOT / ".venv").resolve()


def hand_over(command: list[str], environment: dict[str, str]) -> None:
    """Become another program; where a system cannot, run it and exit with its status."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(command[0], command, environment)
    raise SystemExit(wait_for(subprocess.Popen(command, env=environment)))


def wait_for(process: subprocess.Popen[bytes]) -> int:
    """Wait for a program, and return its status. Ctrl-C reaches it, too, and is its own to answer."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


# What is needed, and what is there


def _named(requirements: list[str], names: Iterable[str]) -> list[str]:
    """Those of some requirements that are for packages of these names."""
    return [line for line in requirements if _split(line)[0] in names]


def needed(extras: Iterable[str]) -> list[str]:
    """The requirements in pyproject.toml, those of the extras included."""
    project = _project()
    return project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]


def missing(requirements: Iterable[str]) -> list[str]:
    """The requirements that the running Python does not meet."""
    return [requirement for requirement in requirements if not _met(requirement)]


def satisfies(version: str, specifier: str) -> bool:
    """Whether a version lies in a range such as ">=1.2,<2". Reads the numbers of a release alone."""
    return all(_within(version, part.strip()) for part in specifier.split(",") if part.strip())


MODULES = {"psycopg2-binary": "psycopg2", "pytest-xdist": "xdist"}
"""Packages whose module has another name."""


def _met(requirement: str) -> bool:
    import importlib.util

    name, specifier = _split(requirement)
    if importlib.util.find_spec(MODULES.get(name, name.replace("-", "_"))) is None:
        return False
    import importlib.metadata

    try:
        return satisfies(importlib.metadata.version(name), specifier)
    except importlib.metadata.PackageNotFoundError:
        return False


def _within(version: str, part: str) -> bool:
    ((operator, bound),) = re.findall(r"^(>=|<=|==|!=|>|<)\s*(\S+)$", part)
    ours, theirs = _numbers(version), _numbers(bound)
    order = (ours > theirs) - (ours < theirs)
    return order in {">=": (0, 1), "<=": (0, -1), "==": (0,), "!=": (1, -1), ">": (1,), "<": (-1,)}[operator]


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a release, less the zeros at its end: 2.13.0+cpu is (2, 13)."""
    release = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(number) for number in release[0].split(".")] if release else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _split(requirement: str) -> tuple[str, str]:
    ((name, specifier),) = re.findall(r"^([A-Za-z0-9._-]+)(.*)$", requirement)
    return name, specifier.strip()


@functools.cache
def _project() -> dict[str, Any]:
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _listed(requirements: Iterable[str]) -> str:
    return ", ".join(_split(requirement)[0] for requirement in requirements)


# The environment's folder


def python_of(folder: Path) -> Path:
    """The Python of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ours(folder: Path) -> bool:
    """Whether this module may make or change what is in a folder: it is not there, is empty, or carries the mark."""
    return not folder.exists() or (folder / MARK).exists() or (folder.is_dir() and not any(folder.iterdir()))


def is_complete(folder: Path, extras: Iterable[str]) -> bool:
    """Whether an environment has everything at the versions that are asked for today."""
    done = _read(folder / DONE)
    return (
        done.get("key") == _key()
        and done.get("root") == str(ROOT)
        and _read(folder / MARK).get("place") == str(folder)
        and set(extras) <= set(done.get("extras", ()))
        and os.access(python_of(folder), os.X_OK)
    )


def refuse_to_touch(folder: Path, inside: bool, lacking: list[str]) -> None:
    """Leave an environment that somebody else made as it is: it may serve as it is, or the person has to decide."""
    if not inside and python_of(folder).exists():
        return
    raise CourseError(
        f"{folder} was not made by this program, which therefore leaves it alone, and it lacks {_listed(lacking)}.\n"
        f"Either install them there:  {python_of(folder)} -m pip install -c constraints.txt <names>\n"
        f"or rename that folder, or name another place:  {_elsewhere()}"
    )


def _key() -> str:
    project = _project()
    wanted = [project["dependencies"], project["optional-dependencies"]]
    return hashlib.sha256(json.dumps(wanted).encode() + (ROOT / "constraints.txt").read_bytes()).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _command() -> str:
    return shlex.join(["python3", *sys.orig_argv[1:]])


def _elsewhere() -> str:
    return f"{VARIABLE}=~/course-venv {_command()}"


# Installing


def install(folder: Path, extras: Iterable[str], lacking: list[str], repair: bool = False) -> None:
    """Make an environment or finish it, so that it has everything. One process at a time.

    lacking: what the running Python does not have, for the message. repair: install even if it seems complete.
    """
    _claim(folder)
    progress = Progress(sys.stderr)
    with _alone(folder, progress) as lock:
        if is_complete(folder, extras) and not repair:
            return
        extras = sorted({*extras, *_read(folder / DONE).get("extras", ())})
        (folder / DONE).unlink(missing_ok=True)
        _announce(folder, lacking)
        try:
            _make(folder, progress)
            _require_room(folder)
            _install_packages(folder, needed(extras), progress, lock)
        except KeyboardInterrupt:
            progress.end()
            raise KeyboardInterrupt("Stopped. The next command finishes the installation.") from None
        _write_done(folder, extras)


def _claim(folder: Path) -> None:
    """Put the mark into the folder; it says that what is in there is this module's to change."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / MARK).exists():
            (folder / MARK).write_text(json.dumps({"place": str(folder)}), encoding="utf-8")
        with (folder / LOG).open("a"):
            pass
    except OSError as error:
        if error.errno in READ_ONLY:
            raise CourseError(
                f"The packages cannot be installed into {folder}: this user may not write there.\n"
                f"Name another place:  {_elsewhere()}"
            ) from error
        if error.errno in FULL:
            raise CourseError(f"The disk of {folder} is full. Make room, or name another:  {_elsewhere()}") from error
        raise


@contextlib.contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[IO[str]]:
    """Hold the folder's lock, waiting for another run that holds it. The system drops it when its holder dies."""
    with (folder / LOCK).open("a") as lock:
        waited = not _try_lock(lock)
        if waited:
            progress.say(f"Another run is installing the packages into {folder}; this one waits for it.")
        while waited and not _try_lock(lock):
            time.sleep(0.2)
        yield lock


def _try_lock(lock: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def _announce(folder: Path, lacking: list[str]) -> None:
    if _has_torch(folder):
        sys.stderr.write(f"{folder} is brought up to date.\n")
        return
    sys.stderr.write(f"This Python lacks {_listed(lacking)}.\n")
    sys.stderr.write(f"The course's packages are installed into {folder}; this happens once and takes some minutes.\n")
    if _small_build_is_better():
        sys.stderr.write(SMALL_BUILD.format(command=_command()))
    sys.stderr.flush()


def _small_build_is_better() -> bool:
    """Whether this is a Linux without an NVIDIA GPU whose person has not chosen where packages come from."""
    chosen = any(os.environ.get(name) for name in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_FIND_LINKS"))
    gpu = Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi")
    return sys.platform == "linux" and not chosen and not gpu


def _has_torch(folder: Path) -> bool:
    return any(_packages(folder).glob("torch-*.dist-info"))


def _packages(folder: Path) -> Path:
    if os.name == "nt":
        return folder / "Lib" / "site-packages"
    return next(iter(folder.glob("lib/python3*/site-packages")), folder / "lib" / "site-packages")


def _make(folder: Path, progress: Progress) -> None:
    """Make the environment itself unless it is there and sound."""
    moved = _read(folder / MARK).get("place") != str(folder)
    if not moved and _is_sound(folder):
        return
    _require_venv_modules()
    if _clear(folder):
        progress.say(f"{folder} was not usable as it was; it is made anew.")
    (folder / MARK).write_text(json.dumps({"place": str(folder)}), encoding="utf-8")
    base = getattr(sys, "_base_executable", None) or sys.executable
    command = [base, "-I", "-m", "venv", "--prompt", "training-deep-networks", str(folder)]
    status, output = _follow(command, folder / LOG, Work(folder, folder, doing="making the environment"), progress)
    if status:
        progress.end()
        raise CourseError(_explained(folder, output, "The environment could not be made."))


def _is_sound(folder: Path) -> bool:
    """Whether the folder's Python starts and has pip."""
    if not os.access(python_of(folder), os.X_OK):
        return False
    try:
        return not subprocess.run([python_of(folder), "-I", "-m", "pip", "--version"], capture_output=True).returncode
    except OSError:
        return False


def _require_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < SPACE_BYTES and not _has_torch(folder):
        raise CourseError(
            f"The disk of {folder} has {free / 1e9:.1f} GB left; the packages need {SPACE_BYTES / 1e9:.1f} GB.\n"
            f"Make room, or name a place on another disk:  {_elsewhere()}"
        )


def _require_venv_modules() -> None:
    import importlib.util

    if all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    raise CourseError(
        f"This Python ({sys.executable}) cannot make environments: its `venv` is packaged apart.\n"
        f"On Debian and Ubuntu:  sudo apt install python{version}-venv\n"
        "Then run the command again."
    )


def _clear(folder: Path) -> bool:
    """Empty the folder of all but the mark and the lock; whether there was anything."""
    leftovers = [path for path in folder.iterdir() if path.name not in (MARK, LOCK, LOG)]
    for path in leftovers:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return bool(leftovers)


def _install_packages(folder: Path, requirements: list[str], progress: Progress, lock: IO[str]) -> None:
    """Let pip install the requirements, with its whole output in the log and what it is at on the screen.

    pip inherits the lock: if this process is killed and pip lives on, the next run still waits for it.
    """
    packages, downloads = _packages(folder), folder / DOWNLOADS
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir()
    _forget_half_installed(packages)
    (packages / PATH_FILE).write_text(f"{ROOT}\n", encoding="utf-8")
    try:
        status, output = _follow(
            pip_command(folder, requirements),
            folder / LOG,
            Work(packages, downloads),
            progress,
            env=_pip_environment(downloads),
            pass_fds=() if os.name == "nt" else (lock.fileno(),),
        )
    finally:
        shutil.rmtree(downloads, ignore_errors=True)
    progress.end()
    if status:
        raise CourseError(_explained(folder, output, "pip could not install the packages."))
    progress.say(f"Installed in {progress.elapsed()}.")


def pip_command(folder: Path, requirements: list[str]) -> list[str]:
    """The call of pip: ready-made packages alone, at the tested versions."""
    pip = [str(python_of(folder)), "-I", "-u", "-m", "pip", "install"]
    quiet = ["--disable-pip-version-check", "--no-input", "--no-color", "--progress-bar", "off"]
    return [*pip, *quiet, "--only-binary", ":all:", "--constraint", str(ROOT / "constraints.txt"), *requirements]


def _pip_environment(downloads: Path) -> dict[str, str]:
    """The environment of pip, less the settings that would make it install somewhere else."""
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED_SETTINGS}
    return {**kept, "PIP_USER": "0", "TMPDIR": str(downloads), "TEMP": str(downloads), "TMP": str(downloads)}


def _forget_half_installed(packages: Path) -> None:
    """Drop the records of packages whose installation was cut off, so that pip installs them again.

    pip writes RECORD last; it takes a package without it for installed all the same.
    """
    for record in packages.glob("*.dist-info"):
        if not (record / "RECORD").exists():
            shutil.rmtree(record)


def _follow(command: list[str], log: Path, work: Work, progress: Progress, **options: Any) -> tuple[int, str]:
    """Run a command with its output in the log and its progress on the screen; its status and output."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    assert process.stdout is not None
    output = []
    try:
        with log.open("a", encoding="utf-8", buffering=1) as file:
            file.write(f"\n{time.ctime()}  {' '.join(command)}\n")
            for line in _lines(process.stdout):
                if line:
                    output.append(line)
                    file.write(line)
                    work.read(line)
                else:
                    progress.show(work.text())
        return process.wait(), "".join(output)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _lines(stream: IO[str], pause: float = 0.25) -> Iterator[str]:
    """The lines of a stream as they come, and an empty text after every pause."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def collect() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=collect, daemon=True).start()
    shown = 0.0
    while True:
        try:
            line = lines.get(timeout=pause)
        except queue.Empty:
            line = ""
        if line is None:
            return
        if line:
            yield line
        if time.monotonic() - shown > pause:
            shown = time.monotonic()
            yield ""


def _write_done(folder: Path, extras: Iterable[str]) -> None:
    done = {"key": _key(), "root": str(ROOT), "extras": list(extras)}
    unfinished = folder / (DONE + ".unfinished")
    unfinished.write_text(json.dumps(done), encoding="utf-8")
    unfinished.replace(folder / DONE)


def _explained(folder: Path, output: str, otherwise: str) -> str:
    """What went wrong in a sentence, and where the whole log is."""
    known = {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "machine": f"{platform.system()} {platform.machine()}",
        "elsewhere": _elsewhere(),
        "command": _command(),
        "pip": f"{python_of(folder)} -m pip",
    }
    for pattern, sentence in TROUBLES:
        found = re.search(pattern, output)
        if found:
            sentence = sentence.format(**known, **found.groupdict())
            break
    else:
        said = [line.strip() for line in output.splitlines() if line.strip()]
        sentence = f"{otherwise} It said:  {said[-1] if said else 'nothing'}"
    return f"{sentence}\nThe whole log: {folder / LOG}"


# What is shown meanwhile


@dataclass
class Work:
    """What pip is at, read from its output and from the folders that it fills."""

    packages: Path
    downloads: Path
    found: set[str] = field(default_factory=set)
    doing: str = "starting pip"
    file: str = ""
    size: str = ""
    total: int = 0
    before: int = 0

    def read(self, line: str) -> None:
        """Take in a line of pip's."""
        line = line.strip()
        if match := re.match(r"Collecting ([\w.-]+)", line):
            self.found.add(match[1].lower().replace("-", "_"))
            self.doing, self.file = f"finding packages: {match[1]} ({len(self.found)} so far)", ""
        elif match := re.match(r"(Downloading|Using cached|Processing) (?:\S*/)?([^/\s]+\.whl)(?: \((.+)\))?$", line):
            name, version = match[2].split("-")[:2]
            self.found.add(name.lower())
            self.doing = f"{match[1].lower()} {name} {version}"
            self.file, self.size = match[2] if match[1] == "Downloading" else "", match[3] or ""
        elif line.startswith("Installing collected packages:"):
            self.total, self.before = line.count(",") + 1, self._installed()
            self.file = ""
        elif "Retrying (Retry(" in line:
            self.doing, self.file = "the package index does not answer; trying again", ""

    def text(self) -> str:
        """What pip is at, in a few words."""
        if self.total:
            return f"installing {min(self._installed() - self.before + 1, self.total)} of {self.total} packages"
        if self.file:
            return f"{self.doing}: {self._downloaded()}{self.size} ({len(self.found)} packages so far)"
        return self.doing

    def _installed(self) -> int:
        return sum(1 for _ in self.packages.glob("*.dist-info/RECORD"))

    def _downloaded(self) -> str:
        if not self.size.endswith(" MB"):
            return ""
        with contextlib.suppress(OSError):
            for path in self.downloads.glob(f"*/{self.file}"):
                return f"{path.stat().st_size / 1e6:.1f} of "
        return ""


@dataclass
class Progress:
    """A line that is kept up to date on a terminal; elsewhere a line now and then."""

    stream: IO[str]
    pause: float = 10.0
    started: float = field(default_factory=time.monotonic)
    written: float = 0.0
    shown: str = ""

    def show(self, text: str) -> None:
        """What is going on at the moment."""
        now = time.monotonic()
        if self.stream.isatty():
            columns = shutil.get_terminal_size().columns - 1
            line = f"  {self.elapsed():>10}  {text}"
            self.stream.write("\r" + line[:columns].ljust(columns))
            self.shown = line
        elif not self.written or now - self.written >= self.pause:
            self.stream.write(f"  {self.elapsed():>10}  {text}\n")
            self.written = now
        self.stream.flush()

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self.end()
        self.stream.write(sentence + "\n")
        self.stream.flush()

    def end(self) -> None:
        """Leave the line that was kept up to date."""
        if self.shown:
            self.stream.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            self.stream.flush()
            self.shown = ""

    def elapsed(self) -> str:
        """The time since the beginning."""
        minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
        return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def main(words: list[str]) -> int:
    """Run something with the Python that has the packages of every command, or print the path of that Python."""
    try:
        ensure("test")
    except CourseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt as stop:
        sys.stderr.write(f"{stop or 'Stopped.'}\n")
        return 130
    if words:
        hand_over([sys.executable, *words], dict(os.environ))
    sys.stdout.write(f"{sys.executable}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
