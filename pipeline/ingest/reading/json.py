"""JSON, one record to a line or one document to a file, read strictly and record by record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.ingest.reading.decode import Decoder, decode
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import BadRow, Row, Seen, split_lines, too_long
from pipeline.records import RejectCode

__all__ = ["parse_json", "read_json", "read_json_lines"]

_SPACE = re.compile(r"[ \t\r\n]*")
_BOM = b"\xef\xbb\xbf"


def read_json_lines(stream: Iterator[bytes], *, head: bytes, limit: int, seen: Seen) -> Iterator[Row | BadRow]:
    r"""Give one row per line that is not blank; one bad line costs one line.

    Where the stream breaks off, the last line is a row if it is whole, else it belongs to the damage.

    Lines end at ``\n`` alone. ``NaN`` and ``Infinity`` (which are no JSON, but Python writes them for missing
    numbers) count as missing; a number of thousands of digits stays text.

    Parameters
    ----------
    head
        The first bytes of the file, to tell its encoding from.
    limit
        Most bytes of a line.
    seen
        Called once per row.
    """
    decoder = Decoder(head)
    for line in split_lines(stream, limit=limit):
        raw = line.raw.removeprefix(_BOM) if line.number == 1 else line.raw
        if not raw.strip() and not line.too_long:
            continue
        raw = raw.rstrip(b"\r\n")
        try:
            if line.too_long:
                raise too_long(line.size, limit)
            decoded = decoder.decode(raw)
            values = parse_json(decoded.text)
        except Refusal as refusal:
            if line.damage is not None:
                continue
            seen(1)
            yield BadRow(line.number, line.byte_offset, refusal, raw or None)
            continue
        seen(1)
        yield Row(line.number, line.byte_offset, values, raw, decoded.encoding)


def read_json(raw: bytes, *, is_article: Any, seen: Seen, cut: bool = False) -> Iterator[Row | BadRow]:
    """Give the rows of one document: an array of objects, one object, or an object that holds one such array.

    Elements before a syntax error are given; the rest of the document is one bad row.

    Parameters
    ----------
    is_article
        Tells of an object whether it is an article itself rather than a wrapper around a list of them.
    seen
        Called once per row.
    cut
        The bytes end at a damage that the caller tells: what cannot be read is no row of its own.
    """
    try:
        decoded = decode(raw)
        text = decoded.text
        start = _SPACE.match(text).end()  # type: ignore[union-attr]
        if not text.startswith("[", start):
            document = parse_json(text)
            start = -1 if is_article(document) else _list_start(text, document)
            if start < 0:
                seen(1)
                yield Row(0, 0, document, raw, decoded.encoding)
                return
    except Refusal as refusal:
        if not cut:
            seen(1)
            yield BadRow(0, 0, refusal, raw)
        return
    for row in _elements(text, start + 1, encoding=decoded.encoding):
        if cut and isinstance(row, BadRow) and row.raw is None:
            return
        seen(1)
        yield row


def parse_json(text: str) -> dict[str, Any]:
    """Read one JSON object.

    Raises
    ------
    Refusal
        ``JSON_SYNTAX``, also for a key that stands twice with two values; ``JSON_NOT_OBJECT``.
    """
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise _syntax(error) from error
    return _object(value)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(
            RejectCode.JSON_NOT_OBJECT,
            f"the record is a {type(value).__name__}, accepted is an object with named fields",
            'write each record as {"text": ...}',
        )
    return value


def _elements(text: str, position: int, *, encoding: str) -> Iterator[Row | BadRow]:
    """Give the elements of an array; a bad row without bytes is the rest that cannot be read."""
    number, offset, last = 0, 0, 0
    position = _skip(text, position)
    while not text.startswith("]", position):
        number += 1
        offset += len(text[last:position].encode("utf-8", "surrogatepass"))
        last = position
        at = offset if encoding == "utf-8" else -1
        try:
            value, stop = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield BadRow(number, at, _syntax(error))
            return
        raw = text[position:stop].encode("utf-8", "surrogatepass")
        try:
            yield Row(number, at, _object(value), raw, encoding)
        except Refusal as refusal:
            yield BadRow(number, at, refusal, raw)
        position = _skip(text, stop)
        if text.startswith(",", position):
            position = _skip(text, position + 1)
        elif not text.startswith("]", position):
            yield BadRow(number + 1, -1, _syntax(ValueError(f"no comma or end after element {number}")))
            return


def _list_start(text: str, document: Mapping[str, Any]) -> int:
    """Find where the one list of objects in a wrapper begins; -1 when there is none, or more than one."""
    lists = [key for key, value in document.items() if _holds_objects(value)]
    if len(lists) != 1:
        return -1
    position = _skip(text, text.index("{") + 1)
    while position < len(text):
        key, position = _DECODER.raw_decode(text, position)
        position = _skip(text, text.index(":", position) + 1)
        if key == lists[0]:
            return position
        _, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)
    return -1


def _holds_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _syntax(error: Exception) -> Refusal:
    if isinstance(error, json.JSONDecodeError):
        problem = f"{error.msg.rstrip(' :')} at character {error.pos + 1:,}"
    elif isinstance(error, RecursionError):
        problem = "it is nested too deeply"
    else:
        problem = str(error)
    return Refusal(RejectCode.JSON_SYNTAX, f"this is no valid JSON: {problem}", "correct it, or write the file again")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise ValueError("a key stands twice with two values")
        found[key] = value
    return found


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= 400 else digits


def _missing(_: str) -> None:
    """Take NaN and Infinity for what they mean in tables: nothing there."""


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=_integer, parse_constant=_missing)
