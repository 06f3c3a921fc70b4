"""Certificates of the hardware on which the course was verified: one file a device, by `autograder verify --write`.

A certificate holds, for every kernel and dtype, the tolerance, how far PyTorch and the solution are from it, and the
nearest mistake (`judge.separation.Precision`), with the device's name, the versions and the date. For each notebook it
identifies the code it was measured with; where that has changed, the certificate is out of date.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.course import Course, read, solution_cells, text_of
from autograder.exercises import catalogue, files_of
from autograder.exercises.tolerances import tolerance
from autograder.judge import devices as device_list
from autograder.judge.separation import Measurement, Precision
from autograder.judge.session import versions

FOLDER = Path(__file__).parent


@dataclass
class Certificate:
    """What was measured on one device.

    hardware, versions: of the device, and of what computed. date: ISO.
    made_from: notebook -> a hash of the code that was measured.
    rows: for each kernel and dtype the fields of `Precision`, with the kernel's name and the tolerances.
    """

    device: str
    hardware: dict[str, str]
    versions: dict[str, str]
    date: str
    made_from: dict[str, str]
    rows: list[dict[str, Any]]

    @property
    def exercises(self) -> int:
        """How many kernels it certifies."""
        return len({row["exercise"] for row in self.rows})

    @property
    def largest_error(self) -> float:
        """The largest error of a reference or a solution, in tolerances."""
        return max(max(row["reference_error"], row["solution_error"]) for row in self.rows)

    @property
    def nearest(self) -> float:
        """The distance of the nearest mistake in the dtype that shows it best, in tolerances."""
        return min(row["nearest_anywhere"] for row in self.rows)

    def out_of_date(self) -> list[str]:
        """The notebooks that it does not certify as they are now."""
        return [notebook for notebook in made_from_now() if self.made_from.get(notebook) != made_from(notebook)]


def certify(device: str, measurements: list[Measurement]) -> Certificate:
    """Make today's certificate from the measurements of all exercises on one device."""
    rows = [
        _row(measurement, precision)
        for measurement in measurements
        if measurement.device == device
        for precision in measurement.precisions
    ]
    used = {**versions(), "system": f"{platform.system()} {platform.machine()}"}
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return Certificate(device, device_list.hardware(device), used, today, made_from_now(), rows)


def _row(measurement: Measurement, precision: Precision) -> dict[str, Any]:
    limits = [tolerance(name, precision.dtype, measurement.device) for name in precision.computation]
    row = {
        "exercise": measurement.exercise,
        **asdict(precision),
        "rtol": [limit.rtol for limit in limits],
        "atol": [limit.atol for limit in limits],
        "nearest_anywhere": measurement.distance,
    }
    return {name: _legible(value) for name, value in row.items()}


def _legible(value: Any) -> Any:
    """Round a measured number to three digits: they are enough, and the same on two runs."""
    return float(f"{value:.3g}") if isinstance(value, float) and math.isfinite(value) else value


# ---------------------------------------------------------------- what was measured


def made_from(notebook: str) -> str:
    """Return a hash of the code that a notebook's measurements depend on: exercises, solutions, tolerances."""
    cells = solution_cells(read(Course().source_of(notebook)))
    texts = [*(path.read_text(encoding="utf-8") for path in files_of(notebook)), *map(text_of, cells)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def made_from_now() -> dict[str, str]:
    """Return `made_from` of every notebook."""
    return {notebook: made_from(notebook) for notebook in dict.fromkeys(k.notebook for k in catalogue().values())}


# ---------------------------------------------------------------- files


def path_of(device: str) -> Path:
    """Return the path of a device's certificate."""
    return FOLDER / f"{device}.json"


def write_certificate(certificate: Certificate) -> Path:
    """Write a certificate, a line for each row, so that a change can be read. Returns the file."""
    head = {name: value for name, value in vars(certificate).items() if name != "rows"}
    lines = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    rows = ",\n".join(f"  {json.dumps(_finite(row), ensure_ascii=False)}" for row in certificate.rows)
    path = path_of(certificate.device)
    path.write_text(f'{lines},\n "rows": [\n{rows}\n ]\n}}\n', encoding="utf-8")
    return path


def read_certificate(device: str) -> Certificate | None:
    """Read the certificate of a device; None where there is none. Raises ValueError for a file that is unreadable."""
    path = path_of(device)
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        rows = [
            {name: math.inf if value is None and name in _MAY_BE_INFINITE else value for name, value in row.items()}
            for row in data.pop("rows")
        ]
        return Certificate(**data, rows=rows)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{path} is no certificate ({error}): write it anew with verify --write") from None


_MAY_BE_INFINITE = ("distance", "nearest_anywhere")


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """Replace infinity by None: JSON has no infinity."""
    return {name: None if value == math.inf else value for name, value in row.items()}


# ---------------------------------------------------------------- for the README


def as_markdown(certificates: list[Certificate]) -> str:
    """Write a table with a row for each certificate."""
    head = ["device", "hardware", "PyTorch", "NumPy", "kernels", "dtypes", "largest error", "nearest mistake", "date"]
    rows = [head, ["---"] * len(head), *map(_readme_row, certificates)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _readme_row(certificate: Certificate) -> list[str]:
    dtypes = dict.fromkeys(row["dtype"] for row in certificate.rows)
    return [
        certificate.device,
        certificate.hardware["name"],
        certificate.versions["torch"],
        certificate.versions["numpy"],
        str(certificate.exercises),
        ", ".join(dtypes),
        f"{certificate.largest_error:.3g}",
        f"{certificate.nearest:.3g}",
        certificate.date,
    ]


def all_certificates() -> list[Certificate]:
    """Read all certificates, the CPU's first."""
    found = [read_certificate(device) for device in device_list.KNOWN]
    return [certificate for certificate in found if certificate is not None]
