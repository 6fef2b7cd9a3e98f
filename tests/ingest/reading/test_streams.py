from __future__ import annotations

import gzip
import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import MIB
from pipeline.ingest.reading.streams import gunzip, peek, rescue
from pipeline.records import RejectCode

DATA = "".join(f"line {i} {random.Random(i).random()}\n" for i in range(20_000)).encode()


def unpack(packed: bytes, *, limit: int = 100 * MIB, size: int = 1000):
    """Give what came out and the refusal that ended it."""
    out = bytearray()
    try:
        for piece in gunzip((packed[i : i + size] for i in range(0, len(packed), size)), limit=limit):
            out += piece
    except Refusal as refusal:
        return bytes(out), refusal
    return bytes(out), None


@pytest.mark.parametrize("size", [1, 2, 4096, 10**7])
def test_all_members_and_zero_padding_are_read(size):
    packed = gzip.compress(DATA[:5000]) + gzip.compress(b"") + gzip.compress(DATA[5000:9000]) + b"\0" * 600
    assert unpack(packed, size=size) == (DATA[:9000], None)


def test_what_stands_before_the_cut_is_kept():
    packed = gzip.compress(DATA)
    out, refusal = unpack(packed[: len(packed) // 2])
    assert refusal.code is RejectCode.GZIP_TRUNC
    assert f"byte {len(packed) // 2:,}" in refusal.reason
    assert len(out) > len(DATA) // 4
    assert DATA.startswith(out)


def test_a_wrong_checksum_is_told_and_costs_no_byte():
    packed = bytearray(gzip.compress(DATA))
    packed[-6] ^= 1
    out, refusal = unpack(bytes(packed), size=10**7)
    assert (out, refusal.code) == (DATA, RejectCode.GZIP_TRUNC)


def test_bytes_after_the_end_are_told():
    out, refusal = unpack(gzip.compress(DATA) + b"more")
    assert (out, refusal.code) == (DATA, RejectCode.GZIP_TRUNC)


def test_bombs_stop_at_their_limits():
    out, refusal = unpack(gzip.compress(bytes(60 * MIB)))
    assert refusal.code is RejectCode.GZIP_BOMB
    assert len(out) < 12 * MIB
    out, refusal = unpack(gzip.compress(os.urandom(3 * MIB)), limit=MIB)
    assert (refusal.code, len(out) <= MIB) == (RejectCode.GZIP_BOMB, True)


@settings(deadline=None)
@given(st.binary(max_size=100), st.binary(max_size=20), st.integers(0, 60))
def test_any_bytes_give_data_or_a_refusal(raw, other, cut):
    packed = gzip.compress(raw)
    unpack(raw)
    unpack(packed[:cut] + other)
    out, _ = unpack(packed[:cut])
    assert raw.startswith(out)


def test_looking_ahead_loses_nothing_not_even_the_damage():
    packed = gzip.compress(DATA)[:-2000]
    head, stream = peek(gunzip(iter([packed]), limit=MIB), 10)
    assert head == DATA[:10]
    with pytest.raises(Refusal):
        b"".join(stream)


def test_too_much_is_refused_before_it_is_held():
    with pytest.raises(Refusal) as caught:
        rescue(iter([b"x"] * 10_000_000), limit=5, what="the article", remedy="split it")
    assert caught.value.code is RejectCode.TOO_BIG


def test_what_was_read_before_damage_is_rescued_but_not_before_a_bomb():
    raw, damage = rescue(gunzip(iter([gzip.compress(DATA) + b"more"]), limit=MIB), limit=MIB, what="it", remedy="-")
    assert (raw, damage.code) == (DATA, RejectCode.GZIP_TRUNC)
    with pytest.raises(Refusal) as caught:
        rescue(gunzip(iter([gzip.compress(DATA)]), limit=9), limit=MIB, what="it", remedy="-")
    assert caught.value.code is RejectCode.GZIP_BOMB
