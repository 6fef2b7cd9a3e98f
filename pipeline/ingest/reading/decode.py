"""Bytes to text, with a record of how it was decided; nothing is ever left out to make it fit."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingest.reading.refusal import Refusal
from pipeline.records import RejectCode

__all__ = [
    "Decoded",
    "Decoder",
    "declared_codec",
    "decode",
    "guess_codec",
    "is_mixed",
    "marked_codec",
    "transcode",
    "whole_characters",
    "wide_codec",
]

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 18
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_WESTERN = frozenset(
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŠšŽž\u00a0¡¿«»‹›“”„‘’‚–—…•·°§£€©®™ªº½¼¾´"
)
_MOST_WESTERN = 0.25
_MOST_CHAOS = 0.1
_ONE_BYTE = [
    *(f"cp125{n}" for n in range(9)),
    *(f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
    *("latin_1", "cp874", "koi8_r", "koi8_u"),
]
# What newsrooms' files come in; of the rest (mac_*, EBCDIC, DOS) a guess is wrong more often than right.
_PLAUSIBLE = [
    *_ONE_BYTE,
    *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949", "gb18030", "gbk", "gb2312", "big5", "utf_16"),
]
_HIGH = re.compile(rb"[\x80-\xff]+")
_UTF_8 = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and how it came about: ``utf-8``, ``utf-16-le (BOM)``, ``cp1252 (guessed)``, ``... (declared)``."""

    text: str
    encoding: str


def marked_codec(raw: bytes) -> tuple[str, int]:
    """Give the codec that a byte order mark names and the length of the mark, or ``("", 0)``."""
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return codec, len(mark)
    return "", 0


def declared_codec(raw: bytes) -> str:
    """Give the codec that a page's ``<meta charset>`` names; empty when none, or none that is known."""
    match = _META.search(raw[:4096])
    if not match:
        return ""
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return ""
    if name in ("iso8859-1", "ascii"):
        return "cp1252"  # what the web means by it
    return name if _is_text_codec(name) else ""


def decode(raw: bytes, *, declared: str = "", sample: bytes = b"") -> Decoded:
    """Decode by byte order mark, else strictly as UTF-8, else as declared, else by a confident guess.

    Parameters
    ----------
    declared
        Codec that the source names itself.
    sample
        A longer piece of the same file to guess from.

    Raises
    ------
    Refusal
        ``ENCODING`` when no way fits all bytes.
    """
    codec, length = marked_codec(raw)
    if codec:
        return Decoded(_strict(raw[length:], codec, "its byte order mark"), f"{codec} (BOM)")
    text = _try(raw, "utf-8")
    if text is not None and not _looks_wide(raw):
        return Decoded(text, "utf-8")
    if declared and (found := _try(raw, declared)) is not None:
        return Decoded(found, f"{declared} (declared)")
    for piece in (sample, raw):
        guessed = guess_codec(piece[:_SAMPLE]) if piece else ""
        if guessed and (found := _try(raw, guessed)) is not None:
            return Decoded(found, f"{guessed} (guessed)")
    if text is not None:
        return Decoded(text, "utf-8")
    raise _unknown("its bytes are not UTF-8, and no other encoding fits surely")


class Decoder:
    """Decodes the rows of one file: UTF-8, else the one other encoding that the head of the file suggests."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._codec: str | None = None

    def decode(self, raw: bytes) -> Decoded:
        """Decode one row.

        Raises
        ------
        Refusal
            ``ENCODING`` when no way fits all bytes.
        """
        text = _try(raw, "utf-8")
        if text is not None:
            return Decoded(text, "utf-8")
        if self._codec is None:
            self._codec = guess_codec(self._head[:_SAMPLE])
        if self._codec and (found := _try(raw, self._codec)) is not None:
            return Decoded(found, f"{self._codec} (guessed)")
        return decode(raw)


def guess_codec(raw: bytes) -> str:
    """Tell the encoding from the bytes alone.

    Text that is mostly ASCII with a few Western letters and quotation marks is taken as cp1252: there
    charset-normalizer wavers between its many relatives. For all else its answer counts, where it is sure.

    Returns
    -------
    str
        Name of a Python codec; empty when nothing fits well, or the bytes are plain ASCII.
    """
    if wide := _wide_codec(raw):
        return wide
    text = _try(raw, "cp1252")
    if text is not None and not _CONTROL.search(text):
        foreign = [character for character in text if not character.isascii()]
        if not foreign:
            return ""
        if _WESTERN.issuperset(foreign) and len(foreign) <= max(1, _MOST_WESTERN * len(text)):
            return "cp1252"
    return _normalizer_guess(raw)


def _normalizer_guess(raw: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=_PLAUSIBLE).best()
    if best is None or best.chaos > _MOST_CHAOS or not best.encoding:
        return ""
    text = _try(raw, best.encoding)
    if text is not None and (_CONTROL.search(text) or best.language == "Unknown"):
        return ""
    return best.encoding


def is_mixed(text: str, encoding: str) -> bool:
    """Tell whether a text that was decoded by one byte per character holds UTF-8 as well, now unreadable.

    Parameters
    ----------
    text
        As decoded.
    encoding
        As in ``Decoded.encoding``.
    """
    codec = encoding.partition(" ")[0].replace("-", "_").lower()
    if codec not in _ONE_BYTE:
        return False
    raw = text.encode(codec, "replace")
    return any(_UTF_8.fullmatch(run[0]) for run in _HIGH.finditer(raw))


def whole_characters(raw: bytes) -> bytes:
    """Leave out the half character at the end of UTF-8, UTF-16 or UTF-32 that was cut somewhere."""
    codec = wide_codec(raw)[0] or "utf-8"
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        decoder.decode(raw, False)
    except UnicodeError:
        return raw
    half = len(decoder.getstate()[0])
    return raw[: len(raw) - half]


def wide_codec(head: bytes) -> tuple[str, int, str]:
    """Tell UTF-16 and UTF-32, in which line ends cannot be found byte by byte.

    Returns
    -------
    tuple
        Codec, length of the byte order mark, and how it was decided; ``("", 0, "")`` for all other encodings.
    """
    codec, length = marked_codec(head)
    if codec and codec != "utf-8":
        return codec, length, f"{codec} (BOM)"
    guessed = "" if codec else _wide_codec(head)
    return (guessed, 0, f"{guessed} (guessed)") if guessed else ("", 0, "")


def transcode(stream: Iterator[bytes], codec: str, mark: int) -> Iterator[bytes]:
    """Turn a stream of UTF-16 or UTF-32 into UTF-8, without its byte order mark of ``mark`` bytes."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    for chunk in stream:
        piece = chunk[mark:]
        mark = max(0, mark - len(chunk))
        yield _feed(decoder, piece, codec, final=False)
    yield _feed(decoder, b"", codec, final=True)


def _feed(decoder: codecs.IncrementalDecoder, piece: bytes, codec: str, *, final: bool) -> bytes:
    try:
        return decoder.decode(piece, final).encode("utf-8", "surrogatepass")
    except UnicodeError as error:
        raise _unknown(f"its beginning says {codec}, but not all bytes fit") from error


def _strict(raw: bytes, codec: str, says: str) -> str:
    text = _try(raw, codec)
    if text is None:
        raise _unknown(f"{says} says {codec}, but not all bytes fit")
    return text


def _try(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _is_text_codec(name: str) -> bool:
    return bool(getattr(codecs.lookup(name), "_is_text_encoding", True))


def _looks_wide(raw: bytes) -> bool:
    """Tell whether about every second byte is NUL: UTF-16 of Western text without a byte order mark."""
    return len(raw) >= 4 and raw[:_SAMPLE].count(0) * 5 >= 2 * len(raw[:_SAMPLE])


def _wide_codec(raw: bytes) -> str:
    if not _looks_wide(raw):
        return ""
    even = raw[: len(raw) // 2 * 2]
    for codec, high in (("utf-16-le", even[1::2]), ("utf-16-be", even[::2])):
        text = _try(even, codec)
        if high.count(0) * 10 >= len(high) * 8 and text is not None and not _CONTROL.search(text):
            return codec
    return ""


def _unknown(reason: str) -> Refusal:
    return Refusal(RejectCode.ENCODING, reason, "save it as UTF-8 and run the same command again")
