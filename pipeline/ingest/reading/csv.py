"""CSV and TSV: every cell a string, every broken row told apart from its neighbours."""

from __future__ import annotations

import contextlib
import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.ingest.reading.decode import Decoder
from pipeline.ingest.reading.fields import NAME, is_text_field
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import BadRow, Line, Row, Seen, split_lines, too_long
from pipeline.records import RejectCode

__all__ = ["read_table"]

_DELIMITERS = ",\t;|"
_BOM = b"\xef\xbb\xbf"


def read_table(
    stream: Iterator[bytes], *, head: bytes, limit: int, seen: Seen, wants: Callable[[str], bool] = is_text_field
) -> Iterator[Row | BadRow]:
    """Give one row per record under the header line; cells stay the strings they are (``NA``, ``007``).

    A record that cannot be read (a quote that is never closed, text after a closing quote) is a bad row from
    the line it opens on. Reading resumes at the next line from which a whole record with as many cells as the
    header can be read; the lines between belong to the bad row. A record on one line with too few or too many
    cells is one bad row, and reading resumes at the next line.

    A file whose first record names nothing (no cell is a known name, none is a single word) has no header: then
    every record is a bad row, the first one too.

    Parameters
    ----------
    head
        The first bytes of the file, to tell delimiter, line ends and encoding from.
    limit
        Most bytes of a record.
    seen
        Called once per record, without the header.
    wants
        Tells a known name of a column.
    """
    end = b"\r" if b"\n" not in head and b"\r" in head else b"\n"
    lines = _Lines(split_lines(stream, limit=limit, end=end))
    table = _Table(Decoder(head), _delimiter(head), limit, wants)
    broken: _Record | None = None
    for record in table.records(lines):
        if table.is_header(record):
            continue
        if record.resumes or (broken and record.refusal):
            broken = broken or record
            broken.last = record.last
            continue
        if broken:
            seen(1)
            yield broken.bad()
            broken = None
        seen(1)
        yield record.bad() if record.refusal else record.row(table.names)
    if broken:
        seen(1)
        yield broken.bad()
    if lines.damage:
        raise lines.damage


class _Lines:
    """Lines that can be put back; a stream that breaks off ends, and its damage is kept for later."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self.damage: Refusal | None = None

    def take(self) -> Line | None:
        if self._waiting:
            return self._waiting.popleft()
        try:
            return next(self._lines, None)
        except Refusal as refusal:
            self.damage, self._lines = refusal, iter(())
            return None

    def put_back(self, lines: list[Line]) -> None:
        self._waiting.extendleft(reversed(lines))


@dataclass(slots=True)
class _Record:
    """A record, or why there is none; ``resumes`` when the lines after its first were put back."""

    first: int
    last: int
    byte_offset: int
    cells: list[str]
    encoding: str = "utf-8"
    refusal: Refusal | None = None
    resumes: bool = False

    def bad(self) -> BadRow:
        assert self.refusal is not None
        refusal = self.refusal
        if self.last > self.first:
            reason = f"{refusal.reason} (lines {self.first} to {self.last})"
            refusal = Refusal(refusal.code, reason, refusal.remedy)
        return BadRow(self.first, self.byte_offset, refusal)

    def row(self, names: list[str]) -> Row:
        values: dict[str, object] = {}
        for name, cell in zip(names, self.cells, strict=True):
            values.setdefault(name, cell)
        return Row(self.first, self.byte_offset, values, None, self.encoding)


class _Table:
    """Puts lines together to records."""

    def __init__(self, decoder: Decoder, delimiter: str, limit: int, wants: Callable[[str], bool]) -> None:
        self._decoder = decoder
        self._delimiter = delimiter
        self._limit = limit
        self._wants = wants
        self._headless = False
        self.names: list[str] = []
        self.columns = 0

    def is_header(self, record: _Record) -> bool:
        """Take the first record that can be read as the header; refuse all when it names nothing."""
        if record.refusal is not None:
            return False
        if not self.names and not self._headless:
            names = [name.strip().lstrip("\ufeff") for name in record.cells]
            self._headless = not any(NAME.fullmatch(name) or self._wants(name) for name in names)
            if not self._headless:
                self.names, self.columns = names, len(names)
                return True
        if self._headless:
            record.refusal = _headless()
        return False

    def records(self, lines: _Lines) -> Iterator[_Record]:
        while (opening := lines.take()) is not None:
            if not self._is_blank(opening):
                yield self._record(opening, lines)

    def _is_blank(self, line: Line) -> bool:
        if line.too_long:
            return False
        return not (line.raw.strip(b" \r\n" if self.columns > 1 else b"\r\n"))

    def _record(self, opening: Line, lines: _Lines) -> _Record:
        if opening.too_long:
            refusal = too_long(opening.size, self._limit)
            return _Record(opening.number, opening.number, opening.byte_offset, [], refusal=refusal)
        taken = [opening]
        problem: Refusal | None
        try:
            cells = self._parse(_decoded(opening.raw), taken, lines)
            raw = b"".join(line.raw for line in taken)
            encoding = "utf-8"
            if any(map(_is_undecoded, cells)):
                decoded = self._decoder.decode(raw)
                encoding = decoded.encoding
                cells = self._parse_text(decoded.text)
            problem = self._ragged(cells) or _half(taken[-1])
            resumes = False
        except (csv.Error, StopIteration, _TooMuchError) as error:
            lines.put_back(taken[1:])
            cells, encoding, problem, resumes = [], "utf-8", self._broken(error), True
            taken = taken[:1]
        except Refusal as undecodable:
            cells, encoding, problem, resumes = [], "utf-8", undecodable, False
        return _Record(opening.number, taken[-1].number, opening.byte_offset, cells, encoding, problem, resumes)

    def _parse(self, first: str, taken: list[Line], lines: _Lines) -> list[str]:
        def feed() -> Iterator[str]:
            yield first
            size = len(first)
            while (line := lines.take()) is not None:
                taken.append(line)
                size += line.size
                if size > self._limit:
                    raise _TooMuchError
                yield _decoded(line.raw)

        return self._next(feed())

    def _parse_text(self, text: str) -> list[str]:
        return self._next(iter([f"{line}\n" for line in text.removesuffix("\n").split("\n")]))

    def _next(self, source: Iterator[str]) -> list[str]:
        with _field_limit(self._limit):
            return next(csv.reader(source, delimiter=self._delimiter, strict=True))

    def _ragged(self, cells: list[str]) -> Refusal | None:
        if not self.columns or len(cells) == self.columns:
            return None
        return Refusal(
            RejectCode.CSV_RAGGED,
            f"the row has {len(cells)} cells, the header has {self.columns}",
            "quote cells that hold the delimiter or a line break",
        )

    def _broken(self, error: Exception) -> Refusal:
        if isinstance(error, _TooMuchError):
            problem = f"a quote that opens here is not closed within {self._limit:,} bytes"
        elif "unexpected end" in str(error) or isinstance(error, StopIteration):
            problem = "a quote that opens here is never closed"
        elif "expected after" in str(error):
            problem = "text follows a closing quote"
        else:
            problem = "a line break or character stands where none may stand"
        return Refusal(RejectCode.CSV_SYNTAX, problem, 'write quotes inside a quoted cell twice ("")')


def _half(last: Line) -> Refusal | None:
    """Refuse a record that ends where the stream broke off, unless the quote that closes it was read."""
    if last.damage is None or last.raw.endswith(b'"'):
        return None
    return Refusal(last.damage.code, "the row is cut off, or may be: the damage follows", last.damage.remedy)


def _headless() -> Refusal:
    return Refusal(
        RejectCode.FIELD_MISSING,
        "no header line: no cell of the first line is the name of a field",
        "add a first line that names the columns, one of them text, or name it with --field text=NAME",
    )


class _TooMuchError(Exception):
    """A quoted cell runs on beyond the limit."""


@contextlib.contextmanager
def _field_limit(limit: int) -> Iterator[None]:
    """Raise the limit of the csv module, which all of the process shares, for one record only."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _decoded(raw: bytes) -> str:
    """Decode so that the structure (all ASCII) can be read; other encodings are settled per record."""
    return raw.removeprefix(_BOM).decode("utf-8", "surrogateescape")


def _is_undecoded(cell: str) -> bool:
    return not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell)


def _delimiter(head: bytes) -> str:
    """Choose the delimiter under which the header names most fields that are known, then most fields."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    header = next((line for line in text.splitlines() if line.strip()), "")

    def score(delimiter: str) -> tuple[int, int]:
        names = header.split(delimiter)
        return sum(is_text_field(name.strip().strip('"')) for name in names), len(names)

    return max(_DELIMITERS, key=score)
