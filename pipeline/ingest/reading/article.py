"""A row or file with its meaning, made into an ``Article``."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from pipeline.ingest.clean import remarks
from pipeline.ingest.reading.dates import read_date
from pipeline.ingest.reading.decode import declared_codec, decode, is_mixed
from pipeline.ingest.reading.fields import Fields, Found
from pipeline.ingest.reading.language import guess_language, read_language
from pipeline.ingest.reading.page_metadata import Facts, front_matter, page_facts
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import MIB, Row
from pipeline.ingest.reading.sniff import looks_like_html
from pipeline.records import Article, Media, RejectCode, Source, digest

__all__ = ["Maker"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_MOJIBAKE = re.compile("â€[™œ“”˜¦\u009d\u0153]|Ã[\u0080-\u00bf©¨ª«¯´¶¼]|Â[\u00a0«»°]|ï»¿|Ð[\u0080-\u00bf]")


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the articles of one file of the dump.

    Parameters
    ----------
    fields
        Finds what the fields of records mean.
    file_sha256
        Of the file as it stands on disk.
    limit
        Most bytes of an article's text.
    """

    fields: Fields
    file_sha256: str
    limit: int

    def from_row(self, row: Row, source: Source) -> Article:
        """Make an article of a record.

        Raises
        ------
        Refusal
            When the record holds no text, or too much of it.
        """
        found = self.fields.find(row)
        is_html = found.is_html or looks_like_html(found.text)
        raw = row.raw if row.raw is not None else found.text.encode("utf-8", "surrogatepass")
        return self._make(
            source,
            found,
            media=Media.HTML if is_html else Media.TEXT,
            sha256=hashlib.sha256(raw).hexdigest(),
            encoding=row.encoding,
        )

    def from_file(self, raw: bytes, source: Source, *, media: Media) -> Article:
        """Make an article of a whole file of text, Markdown or HTML.

        Raises
        ------
        Refusal
            When the file is empty or cannot be decoded.
        """
        decoded = decode(raw, declared=declared_codec(raw) if media is Media.HTML else "")
        if not decoded.text.strip("\ufeff\0 \t\r\n\x0b\x0c\u00a0"):
            raise Refusal(RejectCode.EMPTY, "the file holds no text", "nothing to do: there is nothing to tag")
        found = Found(text=decoded.text, is_html=media is Media.HTML)
        if media is Media.MARKDOWN and (head := front_matter(decoded.text)):
            found = self.fields.find(Row(0, 0, {**head, "text": decoded.text}))
        return self._make(
            source,
            found,
            media=media,
            sha256=hashlib.sha256(raw).hexdigest(),
            encoding=decoded.encoding,
        )

    def _make(self, source: Source, found: Found, *, media: Media, sha256: str, encoding: str) -> Article:
        self._check_size(found.text)
        text = _SURROGATE.sub("\ufffd", found.text)
        facts = page_facts(text) if media is Media.HTML else Facts(sample=text)
        title = _SURROGATE.sub("\ufffd", " ".join(found.title.split())) or facts.title
        return Article(
            article_id="a" + digest(title, " ".join(text.split()))[:20],
            source=source,
            text=text,
            media=media,
            sha256=sha256,
            file_sha256=self.file_sha256,
            title=title,
            date=read_date(found.date) or facts.date,
            publisher=_clean(found.publisher) or facts.publisher,
            url=_clean(found.url) or facts.url,
            language=_language(found.language, facts),
            external_id=_clean(found.external_id),
            encoding=encoding,
            flags=_flags(found, text, encoding),
        )

    def _check_size(self, text: str) -> None:
        size = len(text) if len(text) * 4 <= self.limit else len(text.encode("utf-8", "surrogatepass"))
        if size > self.limit:
            raise Refusal(
                RejectCode.TOO_BIG,
                f"the text has {size:,} bytes, more than {self.limit / MIB:g} MiB",
                "raise ingest.max_article_mib if this is really one article",
            )


def _clean(value: str) -> str:
    return _SURROGATE.sub("\ufffd", value)


def _language(given: str, facts: Facts) -> str:
    """Take the language that a field gives, else what the text looks like, else what the page says of itself.

    In this order because many sites leave the ``lang`` of their template in pages of every language.
    """
    return read_language(given) or guess_language(facts.sample) or read_language(facts.language)


def _flags(found: Found, text: str, encoding: str) -> tuple[str, ...]:
    flags = remarks(text)
    if "\0" in text:
        flags.add("nul")
    if found.text != text:
        flags.add("surrogate")
    if "\ufffd" in found.text:
        flags.add("replacement")
    if _MOJIBAKE.search(text) or is_mixed(text, encoding):
        flags.add("mojibake")
    if found.ignored:
        flags.add("field_ignored")
    return tuple(sorted(flags))
