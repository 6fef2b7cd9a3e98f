"""Streams of bytes: read in chunks, looked ahead into, unpacked from gzip, never faster than their limits."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO, Any

from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import MIB
from pipeline.records import RejectCode

__all__ = ["CHUNK", "MAX_RATIO", "RATIO_FROM", "chunks", "gunzip", "peek", "rescue"]

CHUNK = MIB // 4
MAX_RATIO = 200
"""Packed text seldom shrinks to a fiftieth; a file of zeros to a thousandth."""
RATIO_FROM = 10 * MIB
"""Unpacked bytes from which ``MAX_RATIO`` holds."""

_GZIP = b"\x1f\x8b"
_DAMAGE = (RejectCode.GZIP_TRUNC, RejectCode.ZIP_BAD, RejectCode.READ)


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Read a file piece by piece; a failing disk becomes a ``Refusal`` with the byte it failed at."""
    offset = 0
    while True:
        try:
            chunk = file.read(CHUNK)
        except OSError as error:
            raise Refusal(
                RejectCode.READ,
                f"reading failed at byte {offset:,} ({error.strerror})",
                "check the disk, then run the same command again",
            ) from error
        if not chunk:
            return
        offset += len(chunk)
        yield chunk


def peek(stream: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """Look at up to ``size`` first bytes without losing them.

    Returns
    -------
    bytes
        The beginning, at most ``size`` bytes.
    iterator of bytes
        The whole stream again, with its damage where it was.
    """
    held: list[bytes] = []
    damage: Refusal | None = None
    try:
        while sum(map(len, held)) < size:
            held.append(next(stream))
    except StopIteration:
        pass
    except Refusal as refusal:
        damage = refusal

    def again() -> Iterator[bytes]:
        yield from held
        if damage is not None:
            raise damage
        yield from stream

    return b"".join(held)[:size], again()


def rescue(stream: Iterator[bytes], *, limit: int, what: str, remedy: str) -> tuple[bytes, Refusal | None]:
    """Read a stream into memory, as far as it is whole.

    Returns
    -------
    bytes
        All of it, or all before the damage.
    Refusal or None
        The damage (``GZIP_TRUNC``, ``ZIP_BAD`` or ``READ``), to be told after what the bytes give.

    Raises
    ------
    Refusal
        ``TOO_BIG`` at the first byte over ``limit``; what else the stream refuses for its size.
    """
    held = bytearray()
    try:
        for chunk in stream:
            held += chunk
            if len(held) > limit:
                raise Refusal(RejectCode.TOO_BIG, f"{what} is larger than {limit / MIB:g} MiB", remedy)
    except Refusal as refusal:
        if refusal.code not in _DAMAGE:
            raise
        return bytes(held), refusal
    return bytes(held), None


def gunzip(stream: Iterator[bytes], *, limit: int) -> Iterator[bytes]:
    """Unpack gzip, all of its members, in pieces of at most ``CHUNK`` bytes.

    Raises
    ------
    Refusal
        ``GZIP_TRUNC`` at the damaged byte, after everything before it was given; ``GZIP_BOMB`` at the first
        byte over ``limit`` or over ``MAX_RATIO`` times the packed size.
    """
    packed, written = _Packed(stream), 0
    while packed.at_member():
        for piece in _member(packed):
            written += len(piece)
            _check_size(packed.offset, written, limit)
            yield piece


class _Packed:
    """Packed bytes that wait to be unpacked, and how many have been."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self._read = 0
        self.waiting = b""

    @property
    def offset(self) -> int:
        return self._read - len(self.waiting)

    def fill(self) -> bool:
        more = next(self._stream, b"")
        self._read += len(more)
        self.waiting += more
        return bool(more)

    def at_member(self) -> bool:
        """Skip zero padding; tell whether a gzip member begins here, or refuse what is none."""
        while len(self.waiting) < len(_GZIP) and self.fill():
            self.waiting = self.waiting.lstrip(b"\0")
        self.waiting = self.waiting.lstrip(b"\0")
        if self.waiting and not self.waiting.startswith(_GZIP):
            raise _damaged(self.offset, "bytes follow that are no gzip")
        return bool(self.waiting)


def _member(packed: _Packed) -> Iterator[bytes]:
    unpacker, full = zlib.decompressobj(wbits=31), False
    while not unpacker.eof:
        # When the last piece was full, more of it may wait inside the unpacker.
        if not packed.waiting and not full and not packed.fill():
            raise _damaged(packed.offset, "the file ends too early")
        before = unpacker.copy()
        try:
            piece = unpacker.decompress(packed.waiting, CHUNK)
        except zlib.error:
            yield from _salvage(before, packed)
            raise _damaged(packed.offset, "the data or its checksum is wrong") from None
        packed.waiting = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        full = len(piece) == CHUNK
        if piece:
            yield piece


def _salvage(unpacker: Any, packed: _Packed) -> Iterator[bytes]:
    """Give what can be unpacked before the damaged byte; leaves ``packed`` at that byte."""
    try:
        while packed.waiting:
            piece = unpacker.decompress(packed.waiting[:1])
            packed.waiting = packed.waiting[1:]
            yield piece
    except zlib.error:
        return


def _damaged(offset: int, problem: str) -> Refusal:
    return Refusal(
        RejectCode.GZIP_TRUNC,
        f"the gzip is damaged near byte {max(offset, 0):,} of the packed file: {problem}",
        "get the file again; what stands before the damage is kept",
    )


def _check_size(packed: int, unpacked: int, limit: int) -> None:
    if unpacked > limit:
        problem = f"it unpacks to more than {limit / MIB:g} MiB"
    elif unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed:
        problem = f"it unpacks to more than {MAX_RATIO} times its size"
    else:
        return
    raise Refusal(RejectCode.GZIP_BOMB, problem, "unpack it yourself if you trust it, or raise ingest.max_file_mib")
