"""What a file is, told from its first bytes; its name only tips the scales."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import re
from enum import StrEnum

from pipeline.ingest.reading.decode import guess_codec, marked_codec
from pipeline.ingest.reading.fields import NAME, is_text_field
from pipeline.ingest.reading.refusal import Refusal
from pipeline.records import RejectCode

__all__ = ["HEAD", "Format", "looks_like_html", "sniff"]

HEAD = 1 << 18
"""Bytes that are looked at."""


class Format(StrEnum):
    """How a file is to be read."""

    EMPTY = "empty"
    GZIP = "gzip"
    ZIP = "zip"
    PARQUET = "parquet"
    ARROW = "arrow"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


_MAGIC = (
    (b"\x1f\x8b", Format.GZIP),
    (b"PK\x03\x04", Format.ZIP),
    (b"PK\x05\x06", Format.ZIP),
    (b"PK\x07\x08", Format.ZIP),
    (b"PAR1", Format.PARQUET),
    (b"ARROW1\0\0", Format.ARROW),
    (b"\xff\xff\xff\xff", Format.ARROW),
)
_FOREIGN = (
    (b"%PDF", "a PDF file"),
    (b"{\\rtf", "an RTF file"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"ID3", "a recording"),
    (b"OggS", "a recording"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MIME-Version:", "a mail or a page saved as MHTML"),
    (b"From: <Saved by", "a page saved as MHTML"),
)
_SPACE = b" \t\r\n\x0b\x0c"
_TAG = re.compile(
    r"</?(?:html|head|body|title|meta|link|script|style|p|div|span|br|a|h[1-6]|ul|ol|li|table|tr|td|img|article|"
    r"section|header|footer|main|nav|figure|blockquote|em|strong|b|i)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:<\?xml[^>]{0,200}>)?\s{0,99}(?><!--.{0,4000}?-->\s{0,99}){0,9}+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"<\?xml|<rss\b|<feed\b|<svg\b", re.IGNORECASE)
_MARKDOWN = re.compile(r"^#{1,6} \S|^\s{0,3}[*-] \[[^\]\n]{1,200}\]\(http|^\[[^\]\n]{1,200}\]: http", re.MULTILINE)
_OBJECT = re.compile(r'\{\s*(?:"|\})')
_KEY = re.compile(r'[\[\s]*\{\s*"[^"\\\n]{1,80}"\s*:\s*(?:["\[{]|-?\d|true|false|null)')
_AFTER = re.compile(r"[ \t\r]*(?:\n|$|,|\{|\])")
_ARRAY = re.compile(r"\[\s*(?:\{|\]\s*$)")
_JSON_SPACE = " \t\r\n"
_DELIMITERS = ",\t;|"
_FEWEST_ROWS, _LOOK_ROWS, _EVEN_SHARE = 3, 20, 0.75
_BINARY = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b")) + b"\x7f"
_BESIDE_PAGES = ("css", "js", "mjs")
_MOST_BINARY = 0.02


def sniff(head: bytes, name: str) -> Format:
    """Tell the format of a file.

    Parameters
    ----------
    head
        Its first ``HEAD`` bytes, or all of them when there are fewer.
    name
        Its name without ``.gz``; only the ending is looked at.

    Raises
    ------
    Refusal
        ``TYPE`` when it is no kind of file that holds articles this tool can read; ``NO_CONTENT`` for the style sheets
        and scripts that a browser saves beside a page.
    """
    if not head.strip(_SPACE):
        return Format.EMPTY
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise _foreign(what)
    if head[257:262] == b"ustar":
        raise _foreign("a tar archive")
    text = _loose_text(head)
    if text is None:
        raise _foreign("not text, nor any other kind of file that is known here")
    return _sniff_text(text.lstrip("\ufeff \t\r\n\x0b\x0c"), name.lower().rpartition(".")[2])


def looks_like_html(text: str) -> bool:
    """Tell whether a text field holds HTML rather than prose that mentions a tag."""
    start = text.lstrip("\ufeff \t\r\n")[:20_000]
    if "<" not in start:
        return False
    if _PAGE.match(start):
        return True
    tags = [match.group() for match, _ in zip(_TAG.finditer(start), range(3), strict=False)]
    return len(tags) >= (2 if start.startswith("<") else 3) and any(tag.startswith("</") for tag in tags)


def _foreign(what: str) -> Refusal:
    return Refusal(
        RejectCode.TYPE,
        f"this is {what}",
        "save it as text, HTML, JSON Lines, CSV or Parquet (an archive: unpack it, or pack it as zip)",
    )


def _loose_text(head: bytes) -> str | None:
    """Decode well enough to look at the structure; None when this is no text."""
    codec, length = marked_codec(head)
    if codec:
        return head[length:].decode(codec, "replace")
    if head.count(0) * 5 >= len(head):
        codec = guess_codec(head)
        return head.decode(codec, "replace") if codec.startswith("utf-16") else None
    if len(head) - len(head.translate(None, _BINARY)) > _MOST_BINARY * len(head) + 1:
        return None
    return head.decode("utf-8", "replace")


def _sniff_text(text: str, ending: str) -> Format:
    if ending in _BESIDE_PAGES:
        raise Refusal(
            RejectCode.NO_CONTENT,
            "this is a style sheet or a script",
            "nothing to do; if it is an article after all, give it another name",
        )
    if text.startswith(("{", "[")) and (found := _sniff_json(text, ending)):
        return found
    if ending in ("jsonl", "ndjson") and any(line.lstrip().startswith("{") for line in text.split("\n")[:50]):
        return Format.JSONL
    if text.startswith("<") and (found := _sniff_markup(text)):
        return found
    return _sniff_prose(text, ending)


def _sniff_prose(text: str, ending: str) -> Format:
    if ending in ("html", "htm", "xhtml") and _TAG.search(text):
        return Format.HTML
    if ending in ("csv", "tsv") or _is_table(text):
        return Format.CSV
    if ending in ("md", "markdown") or len(_MARKDOWN.findall(text[:50_000])) >= 2:
        return Format.MARKDOWN
    return Format.HTML if looks_like_html(text) else Format.TEXT


def _sniff_markup(text: str) -> Format | None:
    if _PAGE.match(text):
        return Format.HTML
    if _XML.match(text):
        raise _foreign("an XML file")
    return Format.HTML if looks_like_html(text) else None


def _sniff_json(text: str, ending: str) -> Format | None:
    """Tell JSON Lines from one JSON document; None for prose that begins with a bracket."""
    by_name = ending in ("json", "jsonl", "ndjson")
    if not by_name and not _begins_json(text):
        return None
    if _ARRAY.match(text) or (text.startswith("[") and ending == "json"):
        return Format.JSON
    if not (_OBJECT.match(text) or by_name):
        return None
    first, _, rest = text.partition("\n")
    if _is_whole(first):
        return Format.JSON if ending == "json" and not rest.strip() else Format.JSONL
    if first.strip() == "{" or (not by_name and rest) or (ending == "json" and '\n{"' not in rest):
        return Format.JSON
    return Format.JSONL


def _begins_json(text: str) -> bool:
    """Tell whether the first object, alone or in an array, can be read, as far as it was looked at."""
    if _ARRAY.match(text) and "{" not in text:
        return True
    start = text.find("{")
    if start < 0 or text[:start].strip(_JSON_SPACE + "["):
        return False
    try:
        _, stop = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return len(text) * 4 >= HEAD and bool(_KEY.match(text))  # perhaps only cut where the look ends
    return bool(_AFTER.match(text, stop))


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str) -> bool:
    """Tell whether the first line names columns, one of them a text field, and most rows have as many cells.

    Prose has commas too: so a name is one word, there are some rows, and no blank follows most delimiters.
    """
    for delimiter in _DELIMITERS:
        names, *rows = _records(text, delimiter)
        if len(names) > 1 and all(map(NAME.fullmatch, names)) and any(map(is_text_field, names)):
            even = [row for row in rows if len(row) == len(names)]
            spaced = sum(cell.startswith(" ") for row in even for cell in row[1:])
            most = len(even) >= max(_FEWEST_ROWS - 1, _EVEN_SHARE * len(rows))
            return most and 2 * spaced < len(even) * (len(names) - 1)
    return False


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Cut the first records of what may be a table; the first is there even when it is empty."""
    records: list[list[str]] = []
    lines = io.StringIO(text, newline="")
    with contextlib.suppress(csv.Error):  # a cell too long for a look, or line ends of old
        reader = csv.reader(lines, delimiter=delimiter)
        records.extend(itertools.islice((cells for cells in reader if cells), _LOOK_ROWS))
    if len(records) > _FEWEST_ROWS and len(text) * 4 >= HEAD and not lines.read(1):
        records.pop()  # cut where the look ends
    return records or [[]]
