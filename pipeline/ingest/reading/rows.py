"""Rows of a file as they stand, before anyone asks what they mean; bytes cut into lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.reading.refusal import Refusal
from pipeline.records import RejectCode

__all__ = ["MIB", "BadRow", "Line", "Row", "Seen", "split_lines", "too_long"]

MIB = 1 << 20

Seen = Callable[[int], None]
"""Called by every splitter with the number of rows it sees, whatever becomes of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record with named values.

    Parameters
    ----------
    number
        1-based line, row or element; 0 when the whole file is the record.
    byte_offset
        Where it starts in the decompressed file; -1 when not known.
    values
        By field name.
    raw
        Its bytes where it has bytes of its own (a JSON line); None for cells of a table.
    encoding
        How it was decoded.
    names
        All field names, where ``values`` holds only those that matter; empty when ``values`` holds all.
    """

    number: int
    byte_offset: int
    values: Mapping[str, object]
    raw: bytes | None = None
    encoding: str = "utf-8"
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, and why."""

    number: int
    byte_offset: int
    refusal: Refusal
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line with its terminator; ``raw`` is empty when the line is longer than was allowed.

    ``damage`` is why the stream broke off behind ``raw``, so that nobody knows whether the line is whole.
    """

    number: int
    byte_offset: int
    raw: bytes
    size: int
    damage: Refusal | None = None

    @property
    def too_long(self) -> bool:
        """Whether the bytes were let go because there were too many."""
        return self.size > len(self.raw)


def split_lines(stream: Iterator[bytes], *, limit: int, end: bytes = b"\n") -> Iterator[Line]:
    r"""Cut a stream at ``end`` and nowhere else (``splitlines`` would also cut at U+2028 or ``\x0b``).

    When the stream breaks off with a ``Refusal``, the lines before the damage are given, then what there is of
    the line at the damage, with its ``damage``, and the refusal is raised again.

    Parameters
    ----------
    limit
        Most bytes of a line that are held; the bytes of a longer line are let go while they are read.
    end
        One byte.
    """
    held: list[bytes] = []
    number, start, size = 1, 0, 0
    pieces = _Pieces(stream)
    for chunk in pieces:
        position = 0
        while position < len(chunk):
            stop = chunk.find(end, position) + 1
            piece = chunk[position : stop or len(chunk)]
            position += len(piece)
            size += len(piece)
            if size <= limit:
                held.append(piece)
            else:
                held.clear()
            if stop:
                yield Line(number, start, b"".join(held), size)
                number, start, size, held = number + 1, start + size, 0, []
    if size:
        yield Line(number, start, b"".join(held), size, pieces.damage)
    if pieces.damage is not None:
        raise pieces.damage


class _Pieces:
    """The pieces of a stream up to its damage, which is kept."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self.damage: Refusal | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except Refusal as refusal:
            self.damage = refusal


def too_long(size: int, limit: int) -> Refusal:
    """Say that a row of ``size`` bytes is over ``limit``."""
    return Refusal(
        RejectCode.TOO_BIG,
        f"the row has {size:,} bytes, more than {limit / MIB:g} MiB",
        "raise ingest.max_line_mib if this is really one article",
    )
