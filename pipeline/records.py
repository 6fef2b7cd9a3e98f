"""The records that travel through the pipeline: frozen, typed, plain data.

``Article`` and ``Rejected`` come out of the readers, ``Paragraph`` out of the cutter. All offsets count
Unicode code points in ``Article.text``, the decoded source.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Article", "Kind", "Media", "Paragraph", "RejectCode", "Rejected", "Source", "digest"]


class Media(StrEnum):
    """How the text of an article is marked up."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class Kind(StrEnum):
    """What a paragraph is; only ``BODY`` is content, ``NOISE`` is kept apart with its reason."""

    BODY = "body"
    TITLE = "title"
    SUBHEADING = "subheading"
    NOISE = "noise"


class RejectCode(StrEnum):
    """Why a row, file or archive member gave no article. Each has a heading in docs/errors.md."""

    # skipped: nothing is wrong, there is nothing to tag
    EMPTY = "EMPTY"
    DUPLICATE = "DUPLICATE"
    NO_CONTENT = "NO_CONTENT"
    # rejected: a person should look
    TYPE = "TYPE"
    ENCODING = "ENCODING"
    TOO_BIG = "TOO_BIG"
    READ = "READ"
    LINK = "LINK"
    FIELD_MISSING = "FIELD_MISSING"
    FIELD_TYPE = "FIELD_TYPE"
    JSON_SYNTAX = "JSON_SYNTAX"
    JSON_NOT_OBJECT = "JSON_NOT_OBJECT"
    CSV_SYNTAX = "CSV_SYNTAX"
    CSV_RAGGED = "CSV_RAGGED"
    PARQUET = "PARQUET"
    GZIP_TRUNC = "GZIP_TRUNC"
    GZIP_BOMB = "GZIP_BOMB"
    ZIP_BAD = "ZIP_BAD"
    ZIP_NAME = "ZIP_NAME"
    ZIP_ENCRYPTED = "ZIP_ENCRYPTED"
    ZIP_NESTED = "ZIP_NESTED"
    ZIP_BOMB = "ZIP_BOMB"
    HTML_LOST_TEXT = "HTML_LOST_TEXT"
    DATASET = "DATASET"

    @property
    def skipped(self) -> bool:
        """True when nothing is wrong with the row and it only has nothing (new) to tag."""
        return self in (RejectCode.EMPTY, RejectCode.DUPLICATE, RejectCode.NO_CONTENT)


@dataclass(frozen=True, slots=True)
class Source:
    """Where in a dump a record stands.

    Parameters
    ----------
    file
        Path below the dump that was named, with ``/``; the file's own name when a single file was named.
    member
        Name inside a zip archive; empty outside archives.
    row
        1-based line of a JSONL or CSV record (the physical line it starts on), 1-based row of a Parquet or
        datasets record, 1-based element of a JSON array; 0 when the whole file is one article.
    byte_offset
        Where the record starts in the decompressed file; -1 when not known.
    """

    file: str
    member: str = ""
    row: int = 0
    byte_offset: int = -1

    def __str__(self) -> str:
        """Give the place as a person would write it: ``news.zip!may.jsonl:17``."""
        place = f"{self.file}!{self.member}" if self.member else self.file
        return f"{place}:{self.row}" if self.row else place


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a dump, decoded but not yet cut.

    Parameters
    ----------
    article_id
        ``a`` and 20 hex digits from title and text: survives a rename, a move, another file format.
    source
        Where it stands in the dump.
    text
        The decoded source; the offsets of its paragraphs count in this string.
    media
        How ``text`` is marked up.
    sha256
        Of the raw bytes of the article: the file's, the line's, or the text cell's.
    file_sha256
        Of the file in the dump that holds it.
    title
        From a title field or the page's head; empty when none (a title in the text is found by the cutter).
    date
        ISO 8601 ``YYYY-MM-DD``; empty when none can be read: never today's.
    publisher, url, language, external_id
        As given or found; ``language`` is an ISO 639-1 code; each empty when unknown.
    encoding
        How the bytes were decoded and why, as ``utf-8`` or ``cp1252 (guessed)``.
    flags
        Sorted remarks: ``mojibake``, ``bidi``, ``mixed_script``, ``nul``, ...
    """

    article_id: str
    source: Source
    text: str
    media: Media
    sha256: str
    file_sha256: str
    title: str = ""
    date: str = ""
    publisher: str = ""
    url: str = ""
    language: str = ""
    external_id: str = ""
    encoding: str = "utf-8"
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of an article as a reader sees it.

    Parameters
    ----------
    paragraph_id
        ``p`` and 20 hex digits from article id, number and text.
    article_id
        Of the article it stands in.
    number
        1-based place in the article, counted over all kinds.
    kind
        What it is.
    reason
        Why it is noise (``share``, ``caption``, ``tags`` ...); empty for the other kinds.
    text
        Cleaned for reading and for the model: whitespace folded, invisible characters removed.
    char_start, char_end
        Span in ``Article.text``; both -1 when the span cannot be told.
    cluster_id
        Shared by near-duplicates; the ``paragraph_id`` of the first one seen.
    flags
        Sorted remarks on the text: ``zero_width``, ``bidi``, ``mixed_script``, ``cut`` ...
    """

    paragraph_id: str
    article_id: str
    number: int
    kind: Kind
    reason: str
    text: str
    char_start: int
    char_end: int
    cluster_id: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, file, archive member or paragraph that gives no tags, and why.

    Parameters
    ----------
    source
        Where it stands.
    code
        What kind of problem; ``code.skipped`` tells those that only have nothing to tag.
    reason
        One sentence without any article text.
    remedy
        What a person can do about it.
    sha256
        Of the raw bytes, so that the row can be found again; empty when they could not be read.
    """

    source: Source
    code: RejectCode
    reason: str
    remedy: str
    sha256: str = ""


def digest(*parts: str | bytes) -> str:
    """Hash parts so that no two different lists of parts collide by concatenation.

    Returns
    -------
    str
        64 hex digits of SHA-256 over the length and content of every part.
    """
    sha = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        sha.update(len(raw).to_bytes(8, "big"))
        sha.update(raw)
    return sha.hexdigest()
