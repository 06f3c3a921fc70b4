"""What goes over the pipe between judge and student's process: a bounded JSON header, then raw bytes.

Nothing is unpickled and nothing is evaluated. A frame is

    4 bytes "TDN1" | header length, 4 bytes | body length, 8 bytes | header (JSON) | body (the arrays' bytes)

The header is the message itself, with each array replaced by {"array": [dtype, shape, order, offset]}, each tuple by
{"tuple": [...]} and each dict by {"dict": {...}}.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.call.plain import DTYPES, memory_order, with_memory_order

MAGIC = b"TDN1"
PREFIX = struct.Struct(">4sIQ")
LARGEST_HEADER = 1_000_000
LARGEST_BODY = 64_000_000
MOST_DIMENSIONS = 8


class WireError(Exception):
    """What arrived is no frame of this protocol."""


def encode(message: Any) -> bytes:
    """A message (plain data) as one frame. Raises WireError if it is too large."""
    parts: list[bytes] = []
    header = json.dumps(_pack(message, parts)).encode()
    body = b"".join(parts)
    if len(header) > LARGEST_HEADER or len(body) > LARGEST_BODY:
        raise WireError(f"a message of {len(header) + len(body):,} bytes is too large")
    return PREFIX.pack(MAGIC, len(header), len(body)) + header + body


def read_frame(read: Callable[[int], bytes]) -> Any:
    """The next message. read: returns exactly so many bytes, or raises. Raises WireError for anything malformed."""
    magic, header_length, body_length = PREFIX.unpack(read(PREFIX.size))
    if magic != MAGIC or header_length > LARGEST_HEADER or body_length > LARGEST_BODY:
        raise WireError("what arrived is no frame of this protocol")
    header, body = read(header_length), read(body_length)
    try:
        return _unpack(json.loads(header), body)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise WireError(f"malformed message ({type(error).__name__})") from None


def _pack(value: Any, parts: list[bytes]) -> Any:
    if isinstance(value, np.ndarray):
        offset = sum(map(len, parts))
        parts.append(value.tobytes())
        return {"array": [value.dtype.name, list(value.shape), memory_order(value), offset]}
    if isinstance(value, tuple):
        return {"tuple": [_pack(item, parts) for item in value]}
    if isinstance(value, list):
        return [_pack(item, parts) for item in value]
    if isinstance(value, dict):
        return {"dict": {key: _pack(item, parts) for key, item in value.items()}}
    return value


def _unpack(value: Any, body: bytes) -> Any:
    if isinstance(value, list):
        return [_unpack(item, body) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "dict":
        return {key: _unpack(item, body) for key, item in content.items()}
    if kind == "tuple":
        return tuple(_unpack(item, body) for item in content)
    if kind == "array":
        return _unpack_array(content, body)
    raise WireError("malformed message (unknown kind)")


def _unpack_array(content: Any, body: bytes) -> np.ndarray:
    name, shape, order, offset = content
    if name not in DTYPES or order not in ("C", "F", "strided"):
        raise WireError("malformed message (dtype or order)")
    whole = [offset, *shape]
    if len(shape) > MOST_DIMENSIONS or not all(type(side) is int and 0 <= side <= LARGEST_BODY for side in whole):
        raise WireError("malformed message (shape)")
    dtype = np.dtype(name)
    count = 1
    for side in shape:
        count *= side
    if offset + count * dtype.itemsize > len(body):
        raise WireError("malformed message (length)")
    flat = np.frombuffer(body, dtype, count, offset) if count else np.zeros(0, dtype)
    return with_memory_order(flat.reshape(shape), order)
