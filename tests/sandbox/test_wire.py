"""The protocol between judge and student's process: all plain data survives it, and nothing else gets in."""

from __future__ import annotations

import io
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.plaindata.values import DTYPES, memory_order, same, with_memory_order
from autograder.sandbox.wire import (
    LARGEST_BODY_BYTES,
    LARGEST_HEADER_BYTES,
    MAGIC,
    MOST_CONTAINERS,
    PREFIX,
    WireError,
    encode,
    read_frame,
)
from tests.support.thorough import THOROUGH

quick = settings(max_examples=150, deadline=None)


def reader(data: bytes):
    """What `read_frame` reads from; raises EOFError where there is too little, as a closed pipe does."""
    stream = io.BytesIO(data)

    def read(count: int) -> bytes:
        found = stream.read(count)
        if len(found) < count:
            raise EOFError
        return found

    return read


def decode(data: bytes):
    return read_frame(reader(data))


def frame(header: object, body: bytes = b"") -> bytes:
    """A frame with this header, as a hostile process might write it. header: bytes, or what JSON can hold."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(MAGIC, len(text), len(body)) + text + body


ARRAYS = st.builds(
    with_memory_order,
    npst.arrays(
        st.sampled_from(sorted(DTYPES)).map(np.dtype), npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    ),
    st.sampled_from(["C", "F", "strided"]),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=8), ARRAYS)
PLAIN = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=4), inner, max_size=3),
    ),
    max_leaves=8,
)


@quick
@given(PLAIN)
def test_plain_data_comes_back_to_the_last_bit(message):
    assert same(decode(encode(message)), message)


@quick
@given(ARRAYS)
def test_an_array_keeps_its_memory_order(array):
    assert memory_order(decode(encode(array))) == memory_order(array)


@pytest.mark.parametrize("order", ["C", "F", "strided"])
def test_a_matrix_keeps_its_memory_order(order):
    array = with_memory_order(np.arange(6.0).reshape(2, 3), order)
    back = decode(encode({"do": "call", "arguments": [array, (array, array)]}))
    assert memory_order(back["arguments"][0]) == memory_order(back["arguments"][1][1]) == order
    assert same(back["arguments"][1], (array, array))


def test_what_arrives_may_be_written_to():
    array = decode(encode(np.zeros(3)))
    array[0] = 1.0
    assert array[0] == 1.0


def test_keys_that_look_like_the_protocol_are_data():
    message = {"array": ["float64", [1], "C"], "tuple": [1], "dict": {"dict": {}}}
    assert decode(encode(message)) == message


def test_a_lone_surrogate_becomes_text_that_can_be_written():
    back = decode(frame(["\ud800", {"dict": {"\udfff": 1}}]))
    assert json.dumps(back, ensure_ascii=False).encode() == b'["?", {"?": 1}]'


def test_the_largest_cell_fits_whatever_its_letters():
    source = "\U0001f600" * 200_000
    assert decode(encode({"source": source}))["source"] == source


@pytest.mark.parametrize("message", [np.zeros(LARGEST_BODY_BYTES // 8 + 1), "x" * LARGEST_HEADER_BYTES])
def test_a_message_that_is_too_large_is_not_sent(message):
    with pytest.raises(WireError, match="too large"):
        encode(message)


@pytest.mark.parametrize("length", range(40))
def test_a_frame_cut_short_is_an_end_of_file(length):
    whole = encode([np.arange(2.0)])
    with pytest.raises(EOFError):
        decode(whole[: length * len(whole) // 40])


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


MALFORMED = {
    "another magic": b"PK\x03\x04" + encode(1)[4:],
    "text": b"Traceback (most recent call last):\n" * 3,
    "zeros": bytes(64),
    "a header longer than allowed": PREFIX.pack(MAGIC, LARGEST_HEADER_BYTES + 1, 0),
    "a body longer than allowed": PREFIX.pack(MAGIC, 2, LARGEST_BODY_BYTES + 1),
    "a body of 16 exabytes": PREFIX.pack(MAGIC, 2, 2**64 - 1),
    "no JSON": frame(b"{"),
    "no UTF-8": frame(b"\xff\xfe"),
    "an empty header": frame(b""),
    "deep JSON": frame(deep(100_000)),
    "JSON deeper than Python's stack": frame(deep(900)),
    "lists 65 deep": frame(deep(66)),
    "a key that stands twice": frame(b'{"dict": {"a": 1, "a": 2}}'),
    "more containers than any message has": frame(b"[" + b"[]," * (MOST_CONTAINERS - 1) + b"[]]"),
    "a number of 5000 digits": frame(b"1" * 5000),
    "an unknown kind": frame({"pickle": "gASVAAAAAAAAAAA="}),
    "two kinds": frame({"dict": {}, "tuple": []}),
    "no kind": frame({}),
    "a dict that is a list": frame({"dict": []}),
    "a tuple that is a number": frame({"tuple": 5}),
    "a tuple that is null": frame({"tuple": None}),
    "an array that is null": frame({"array": None}),
    "an array without order": frame({"array": ["float64", [1]]}, bytes(8)),
    "dtype object": frame({"array": ["object", [1], "C"]}, bytes(8)),
    "dtype of objects by code": frame({"array": ["O", [1], "C"]}, bytes(8)),
    "a structured dtype": frame({"array": [[["a", "O"]], [1], "C"]}, bytes(8)),
    "dtype complex": frame({"array": ["complex128", [1], "C"]}, bytes(16)),
    "dtype null": frame({"array": [None, [1], "C"]}, bytes(8)),
    "an unknown order": frame({"array": ["float64", [1], "K"]}, bytes(8)),
    "an order that is a list": frame({"array": ["float64", [1], ["C"]]}, bytes(8)),
    "a negative side": frame({"array": ["float64", [-1], "C"]}, bytes(8)),
    "two negative sides": frame({"array": ["float64", [-1, -1], "C"]}, bytes(8)),
    "a side that is a float": frame({"array": ["float64", [1.0], "C"]}, bytes(8)),
    "a side that is true": frame({"array": ["float64", [True], "C"]}, bytes(8)),
    "a shape that is a number": frame({"array": ["float64", 1, "C"]}, bytes(8)),
    "a shape that is text": frame({"array": ["float64", "1", "C"]}, bytes(8)),
    "a shape that is a dict": frame({"array": ["float64", {}, "C"]}, bytes(8)),
    "a huge side": frame({"array": ["float64", [10**30], "C"]}, bytes(8)),
    "huge sides": frame({"array": ["float64", [10**7] * 8, "C"]}, bytes(8)),
    "nine dimensions": frame({"array": ["float64", [1] * 9, "C"]}, bytes(8)),
    "sides that overflow beside a zero": frame({"array": ["float64", [0] + [10**7] * 7, "strided"]}),
    "fewer bytes than the shape": frame({"array": ["float64", [2], "C"]}, bytes(15)),
    "more bytes than the shape": frame({"array": ["float64", [2], "C"]}, bytes(17)),
    "the same bytes for two arrays": frame([{"array": ["float64", [2], "C"]}] * 2, bytes(16)),
    "bytes for no array": frame(1, b"x"),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_frame_is_a_wire_error_and_nothing_else(data):
    with pytest.raises(WireError):
        decode(data)


LYING = {
    "one huge array": frame({"array": ["float64", [8_000_000], "C"]}, bytes(8)),
    "one huge strided array": frame({"array": ["float64", [1, 8_000_000], "strided"]}, bytes(8)),
    "a small body for many arrays": frame([{"array": ["float64", [100_000], "C"]}] * 500, bytes(800_000)),
    "a body announced and not sent": PREFIX.pack(MAGIC, 2, LARGEST_BODY_BYTES) + b"[]",
}


@pytest.mark.parametrize("data", LYING.values(), ids=LYING)
def test_a_lying_header_costs_no_memory(data):
    tracemalloc.start()
    try:
        with pytest.raises((WireError, EOFError)):
            decode(data)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@quick
@given(st.binary(max_size=200))
def test_no_bytes_are_anything_but_a_message_or_a_wire_error(data):
    for candidate in (data, PREFIX.pack(MAGIC, len(data), 0) + data):
        try:
            decode(candidate)
        except (WireError, EOFError):
            continue


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=4),
        st.sampled_from(["float64", "C", "F"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["array", "tuple", "dict", "x"]), inner, max_size=2),
    ),
    max_leaves=10,
)


@quick
@given(JSON, st.integers(0, 64))
def test_no_header_is_anything_but_a_message_or_a_wire_error(header, length):
    try:
        decode(frame(header, bytes(length)))
    except WireError:
        return


MUTATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("replace"), st.integers(0, 400), st.binary(min_size=1, max_size=8)),
        st.tuples(st.just("insert"), st.integers(0, 400), st.binary(min_size=1, max_size=8)),
        st.tuples(st.just("delete"), st.integers(0, 400), st.binary(min_size=1, max_size=8)),
    ),
    min_size=1,
    max_size=4,
)


def mutated(data: bytes, mutations: list[tuple[str, int, bytes]]) -> bytes:
    """Some bytes with others put in their place, between them, or left out."""
    for kind, position, piece in mutations:
        position %= len(data) + 1
        skipped = 0 if kind == "insert" else len(piece)
        data = data[:position] + (b"" if kind == "delete" else piece) + data[position + skipped :]
    return data


@given(PLAIN, MUTATIONS)
def test_a_mutated_frame_is_a_message_a_wire_error_or_an_end_of_file(message, mutations):
    tracemalloc.start()
    try:
        decode(mutated(encode(message), mutations))
    except (WireError, EOFError):
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 5_000_000


@given(PLAIN, MUTATIONS)
def test_a_frame_with_a_mutated_header_is_a_message_or_a_wire_error(message, mutations):
    whole = encode(message)
    _, header, body = PREFIX.unpack_from(whole)
    text = mutated(whole[PREFIX.size : PREFIX.size + header], mutations)
    try:
        decode(PREFIX.pack(MAGIC, len(text), body) + text + whole[PREFIX.size + header :])
    except WireError:
        return


SHARE = 1 if THOROUGH else 8
"""What part of the largest headers is read: all of it takes minutes on a slow machine."""
AMPLIFIERS = {
    "empty lists": (b"[],", MOST_CONTAINERS - 2),
    "empty dicts": (b'{"dict":{}},', 300_000),
    "empty tuples": (b'{"tuple":[]},', 230_000),
    "empty arrays": (b'{"array":["bool",[0],"C"]},', 140_000),
    "texts of one letter": (b'"\xc3\xa9",', 790_000),
    "numbers": (b"1.5,", 990_000),
}


@pytest.mark.parametrize(("item", "count"), AMPLIFIERS.values(), ids=AMPLIFIERS)
def test_the_largest_header_takes_a_bounded_multiple_of_its_size(item, count):
    assert len(item) * count <= LARGEST_HEADER_BYTES
    tracemalloc.start()
    try:
        decode(frame(b"[" + item * (count // SHARE) + b"1]"))
        assert tracemalloc.get_traced_memory()[1] < 60 * LARGEST_HEADER_BYTES / SHARE
    finally:
        tracemalloc.stop()


def test_the_bytes_of_truth_values_become_true_and_false():
    back = decode(frame({"array": ["bool", [3], "C"]}, bytes([0, 2, 255])))
    assert back.tobytes() == bytes([0, 1, 1])
