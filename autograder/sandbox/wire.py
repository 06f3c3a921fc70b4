"""The messages between judge and student's process: a bounded JSON header, then raw bytes.

Nothing is unpickled and nothing is evaluated. A frame is

    4 bytes "TDN1" | header length, 4 bytes | body length, 8 bytes | header (JSON) | body (the arrays' bytes)

The header is the message itself, with each array replaced by {"array": [dtype, shape, order]}, each tuple by
{"tuple": [...]} and each dict by {"dict": {...}}. The body holds the arrays one after another, every byte of it once: a
message needs no more memory than it has bytes, whatever its header says.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.plaindata.values import DTYPES, dtype_name, memory_order, with_memory_order

MAGIC = b"TDN1"
PREFIX = struct.Struct(">4sIQ")
LARGEST_HEADER_BYTES = 4_000_000
LARGEST_BODY_BYTES = 64_000_000
MOST_DIMENSIONS = 8
MOST_CONTAINERS = 700_000
DEEPEST_NESTING = 64
"""How deep a header may be nested: more than plain data is, and less than Python's stack."""


class WireError(Exception):
    """The bytes that arrived are not a frame of this protocol."""


def encode(message: Any) -> bytes:
    """Make a frame of a message (plain data). Raises WireError if it is too large."""
    parts: list[bytes] = []
    header = json.dumps(_pack(message, parts)).encode()
    body = b"".join(parts)
    if len(header) > LARGEST_HEADER_BYTES or len(body) > LARGEST_BODY_BYTES:
        raise WireError(f"a message of {len(header) + len(body):,} bytes is too large")
    return PREFIX.pack(MAGIC, len(header), len(body)) + header + body


def read_frame(read: Callable[[int], bytes]) -> Any:
    """Read the next message. read: returns exactly so many bytes, or raises. Raises WireError for malformed ones."""
    magic, header_length, body_length = PREFIX.unpack(read(PREFIX.size))
    if magic != MAGIC or header_length > LARGEST_HEADER_BYTES or body_length > LARGEST_BODY_BYTES:
        raise WireError("what arrived is no frame of this protocol")
    header, body = read(header_length), _Body(read(body_length))
    if header.count(b"[") + header.count(b"{") > MOST_CONTAINERS:
        raise WireError("malformed message (too many containers)")
    try:
        message = _unpack(json.loads(header, object_pairs_hook=_without_doubles), body, 0)
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise WireError(f"malformed message ({type(error).__name__})") from None
    body.expect_end()
    return message


def _pack(value: Any, parts: list[bytes]) -> Any:
    if isinstance(value, np.ndarray):
        parts.append(value.tobytes())
        return {"array": [dtype_name(value.dtype), list(value.shape), memory_order(value)]}
    if isinstance(value, tuple):
        return {"tuple": [_pack(item, parts) for item in value]}
    if isinstance(value, list):
        return [_pack(item, parts) for item in value]
    if isinstance(value, dict):
        return {"dict": {key: _pack(item, parts) for key, item in value.items()}}
    return value


class _Body:
    """The bytes of a message's arrays, handed out in order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def take(self, dtype: np.dtype, count: int) -> np.ndarray:
        """Take the next `count` numbers, read-only."""
        start, end = self._position, self._position + count * dtype.itemsize
        if end > len(self._data):
            raise WireError("malformed message (length)")
        self._position = end
        return np.frombuffer(self._data, dtype, count, start) if count else np.zeros(0, dtype)

    def expect_end(self) -> None:
        """Raise WireError if there are bytes that belong to no array."""
        if self._position != len(self._data):
            raise WireError("malformed message (length)")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dict of a JSON object. Raises ValueError where a key stands in it twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _unpack(value: Any, body: _Body, depth: int) -> Any:
    if depth > DEEPEST_NESTING:
        raise WireError("malformed message (depth)")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_unpack(item, body, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "dict":
        return {_text(key): _unpack(item, body, depth + 1) for key, item in content.items()}
    if kind == "tuple":
        return tuple(_unpack(item, body, depth + 1) for item in content)
    if kind == "array":
        return _unpack_array(content, body)
    raise WireError("malformed message (unknown kind)")


def _text(value: str) -> str:
    """Replace lone surrogates, which JSON can spell and no file can hold, by question marks."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _unpack_array(content: Any, body: _Body) -> np.ndarray:
    name, shape, order = content
    if name not in DTYPES or order not in ("C", "F", "strided"):
        raise WireError("malformed message (dtype or order)")
    if not isinstance(shape, list) or len(shape) > MOST_DIMENSIONS:
        raise WireError("malformed message (shape)")
    if not all(type(side) is int and 0 <= side <= LARGEST_BODY_BYTES for side in shape):
        raise WireError("malformed message (shape)")
    flat = body.take(np.dtype(name), math.prod(shape))
    if name == "bool":
        flat = flat.view(np.uint8) != 0
    return with_memory_order(flat.reshape(shape), order)
