"""One file of a dump: unpacked, recognised, split into rows, each row made into an article."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

from pipeline.configuration.schema import IngestConfig
from pipeline.ingest.ledger import Ledger
from pipeline.ingest.reading.article import Maker
from pipeline.ingest.reading.columnar import read_arrow, read_parquet
from pipeline.ingest.reading.csv import read_table
from pipeline.ingest.reading.decode import transcode, whole_characters, wide_codec
from pipeline.ingest.reading.discover import hidden
from pipeline.ingest.reading.fields import Fields
from pipeline.ingest.reading.hub import read_hub
from pipeline.ingest.reading.json import read_json, read_json_lines
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import MIB, BadRow, Row
from pipeline.ingest.reading.sniff import HEAD, Format, sniff
from pipeline.ingest.reading.streams import chunks, gunzip, peek, rescue
from pipeline.ingest.reading.zip import members
from pipeline.records import Article, Media, RejectCode, Rejected, Source

__all__ = ["WHOLE_MIB", "FileReader", "rejected"]

WHOLE_MIB = 512
"""Largest JSON document, and largest packed Parquet file, that is held in memory to be read."""

_MEDIA = {Format.TEXT: Media.TEXT, Format.MARKDOWN: Media.MARKDOWN, Format.HTML: Media.HTML}
_MOST_GZIP = 2
_Rows = Iterator[Row | BadRow]


def rejected(source: Source, refusal: Refusal, sha256: str = "") -> Rejected:
    """Write down a refusal with its place."""
    return Rejected(source, refusal.code, refusal.reason, refusal.remedy, sha256)


@dataclass(frozen=True, slots=True)
class _Content:
    """Bytes on their way: a file, what is in a gzip, or a member of an archive.

    ``file`` is there (and can be sought in) only while nothing has been unpacked.
    """

    stream: Iterator[bytes]
    source: Source
    name: str
    file: IO[bytes] | None = None
    depth: int = 0


class FileReader:
    """Reads one file of a dump.

    Parameters
    ----------
    name
        As it goes into ``Source.file``.
    sha256
        Of its bytes.
    fields
        Finds what the fields of records mean.
    config
        Limits.
    ledger
        Where rows are counted.
    """

    def __init__(self, name: str, sha256: str, *, fields: Fields, config: IngestConfig, ledger: Ledger) -> None:
        self._name = name
        self._sha256 = sha256
        self._fields = fields
        self._ledger = ledger
        self._most_file = int(config.max_file_mib * MIB)
        self._most_line = int(config.max_line_mib * MIB)
        self._maker = Maker(fields, sha256, int(config.max_article_mib * MIB))

    def read_file(self, path: Path) -> Iterator[Article | Rejected]:
        """Give what a file on disk holds."""
        source = Source(self._name)
        try:
            file = path.open("rb")
        except OSError as error:
            refusal = Refusal(RejectCode.READ, f"the file cannot be opened ({error.strerror})", "change its rights")
            self._seen(1)
            yield rejected(source, refusal, self._sha256)
            return
        with file:
            yield from self._content(_Content(chunks(file), source, self._name, file))

    def read_hub(self) -> Iterator[Article | Rejected]:
        """Give the rows of the data set on a hub that the name names."""
        rows = read_hub(self._name, wants=self._fields.wants, seen=self._seen)
        yield from self._at_least_one(rows, Source(self._name))

    def _seen(self, count: int) -> None:
        self._ledger.seen(self._name, count)

    def _content(self, content: _Content) -> Iterator[Article | Rejected]:
        try:
            head, stream = peek(content.stream, HEAD)
            name = content.name.lower().removesuffix(".gz")
            yield from self._as_format(replace(content, stream=stream, name=name), head)
        except Refusal as refusal:
            self._seen(1)
            yield rejected(content.source, refusal, self._sha256 if content.file else "")

    def _as_format(self, content: _Content, head: bytes) -> Iterator[Article | Rejected]:
        found = sniff(head, content.name)
        if found is Format.EMPTY:
            found = Format.TEXT  # blank as far as was looked
        if found is Format.GZIP:
            return self._unpacked(content)
        if found is Format.ZIP:
            return self._archive(content)
        if found in _MEDIA:
            return self._whole(content, _MEDIA[found], wide=bool(wide_codec(head)[0]))
        return self._at_least_one(self._rows(found, content, head), content.source)

    def _unpacked(self, content: _Content) -> Iterator[Article | Rejected]:
        if content.depth >= _MOST_GZIP:
            raise Refusal(RejectCode.GZIP_BOMB, "gzip within gzip within gzip", "unpack it yourself first")
        stream = gunzip(content.stream, limit=self._most_file)
        yield from self._content(_Content(stream, content.source, content.name, None, content.depth + 1))

    def _archive(self, content: _Content) -> Iterator[Article | Rejected]:
        if content.file is None:
            raise Refusal(RejectCode.ZIP_NESTED, "an archive within an archive", "unpack the outer one first")
        count = 0
        for member in members(content.file, limit=self._most_file):
            count += 1
            source = Source(self._name, member.name)
            refusal = member.refusal or hidden(member.name)
            if refusal is None:
                yield from self._content(_Content(member.stream, source, member.name))
            else:
                self._seen(1)
                yield rejected(source, refusal)
        if not count:
            raise _nothing("the archive has no members")

    def _whole(self, content: _Content, media: Media, *, wide: bool) -> Iterator[Article | Rejected]:
        limit = self._maker.limit * (2 if wide else 1)  # the text itself is measured later
        remedy = "split it into articles, or raise ingest.max_article_mib"
        raw, damage = rescue(content.stream, limit=limit, what="the article", remedy=remedy)
        if damage is not None:
            raw = whole_characters(raw)
            if not raw.strip():
                raise damage
        self._seen(1)
        try:
            yield self._maker.from_file(raw, content.source, media=media)
        except Refusal as refusal:
            yield rejected(content.source, refusal, self._sha256 if content.file else "")
        if damage is not None:
            raise damage

    def _rows(self, found: Format, content: _Content, head: bytes) -> _Rows:
        if found in (Format.PARQUET, Format.ARROW):
            read = read_parquet if found is Format.PARQUET else read_arrow
            raw, damage = (b"", None) if content.file else _held(content.stream, "the file")
            file = content.file or io.BytesIO(raw)
            file.seek(0)
            return _then(read(file, wants=self._fields.wants, seen=self._seen), damage)
        if found is Format.JSON:
            raw, damage = _held(content.stream, "the JSON document")
            raw, cut = (raw, False) if damage is None else (whole_characters(raw), True)
            return _then(read_json(raw, is_article=self._fields.is_article, seen=self._seen, cut=cut), damage)
        if found is Format.CSV:
            return self._lines(partial(read_table, wants=self._fields.wants), content.stream, head)
        return self._lines(read_json_lines, content.stream, head)

    def _lines(self, read: Callable[..., _Rows], stream: Iterator[bytes], head: bytes) -> _Rows:
        codec, mark, label = wide_codec(head)
        if not codec:
            yield from read(stream, head=head, limit=self._most_line, seen=self._seen)
            return
        head, stream = peek(transcode(stream, codec, mark), HEAD)
        for row in read(stream, head=head, limit=self._most_line, seen=self._seen):
            if isinstance(row, Row):
                yield replace(row, byte_offset=-1, encoding=label)
            else:
                yield replace(row, byte_offset=-1)

    def _at_least_one(self, rows: _Rows, source: Source) -> Iterator[Article | Rejected]:
        """Make articles of rows; a file without a row counts as one empty row."""
        empty = True
        for row in rows:
            empty = False
            yield self._made(row, replace(source, row=row.number, byte_offset=row.byte_offset))
        if empty:
            raise _nothing("the file has no rows")

    def _made(self, row: Row | BadRow, source: Source) -> Article | Rejected:
        try:
            if isinstance(row, BadRow):
                raise row.refusal
            return self._maker.from_row(row, source)
        except Refusal as refusal:
            return rejected(source, refusal, hashlib.sha256(row.raw).hexdigest() if row.raw else "")


def _then(rows: _Rows, damage: Refusal | None) -> _Rows:
    """Give the rows before the damage, then the damage."""
    yield from rows
    if damage is not None:
        raise damage


def _held(stream: Iterator[bytes], what: str) -> tuple[bytes, Refusal | None]:
    return rescue(stream, limit=WHOLE_MIB * MIB, what=what, remedy="write it as JSON Lines, or unpacked as Parquet")


def _nothing(reason: str) -> Refusal:
    return Refusal(RejectCode.EMPTY, reason, "nothing to do: there is nothing to tag")
