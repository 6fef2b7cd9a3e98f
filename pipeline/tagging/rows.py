"""The tables of the output: which columns they have, and how a record becomes a row.

One definition serves Parquet, JSONL and CSV; docs/output.md explains every column (a test compares).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.learn.calibration import Decider
from pipeline.model import BANDS, Scored
from pipeline.records import Article, Kind, Paragraph, Rejected

__all__ = [
    "LISTING",
    "NOISE",
    "PARAGRAPHS",
    "TAGS",
    "Columns",
    "Table",
    "Taggable",
    "listing_rows",
    "noise_rows",
    "paragraph_rows",
    "rejected_row",
    "tag_rows",
    "whole_unicode",
]

ColumnType = Literal["string", "int32", "int64", "float32"]
Columns = dict[str, list[Any]]
"""Rows by column, all lists of one length."""

_MORE_THAN_ONE = 1  # windows: the encoder read the paragraph in pieces


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the output.

    Parameters
    ----------
    name
        Of its folder.
    columns
        Names and types, in order.
    """

    name: str
    columns: tuple[tuple[str, ColumnType], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(name for name, _ in self.columns)

    def without(self, *names: str) -> Table:
        """Give the table without some columns."""
        return Table(self.name, tuple(column for column in self.columns if column[0] not in names))

    def arrow(self) -> Any:
        """Give the ``pyarrow.Schema``; no column is ever null."""
        import pyarrow as pa

        types = {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "float32": pa.float32()}
        return pa.schema([pa.field(name, types[kind], nullable=False) for name, kind in self.columns])

    def rows(self, columns: Columns) -> Iterable[tuple[Any, ...]]:
        """Give the rows of columns, in the order of this table."""
        return zip(*(columns[name] for name in self.names), strict=True)


_PLACE: tuple[tuple[str, ColumnType], ...] = (
    ("file", "string"),
    ("member", "string"),
    ("row", "int64"),
    ("file_sha256", "string"),
    ("article_sha256", "string"),
)

PARAGRAPHS = Table(
    "paragraphs",
    (
        ("paragraph_id", "string"),
        ("article_id", "string"),
        ("kind", "string"),
        ("number", "int32"),
        ("text", "string"),
        ("char_start", "int64"),
        ("char_end", "int64"),
        ("cluster_id", "string"),
        ("article_cluster_id", "string"),
        ("flags", "string"),
        ("windows", "int32"),
        *_PLACE,
        ("title", "string"),
        ("date", "string"),
        ("publisher", "string"),
        ("url", "string"),
        ("language", "string"),
        ("encoding", "string"),
        ("external_id", "string"),
        ("article_flags", "string"),
        ("run_id", "string"),
    ),
)
TAGS = Table(
    "tags",
    (
        ("paragraph_id", "string"),
        ("theme", "string"),
        ("score", "float32"),
        ("threshold", "float32"),
        ("floor", "float32"),
        ("decision", "string"),
        ("article_id", "string"),
        ("cluster_id", "string"),
        ("file", "string"),
        ("file_sha256", "string"),
        ("char_start", "int64"),
        ("char_end", "int64"),
        ("model_sha256", "string"),
        ("codebook_version", "string"),
        ("run_id", "string"),
    ),
)
NOISE = Table(
    "noise",
    (
        ("paragraph_id", "string"),
        ("article_id", "string"),
        ("number", "int32"),
        ("reason", "string"),
        ("text", "string"),
        ("char_start", "int64"),
        ("char_end", "int64"),
        ("flags", "string"),
        *_PLACE,
        ("run_id", "string"),
    ),
)
LISTING = Table(
    "listing",
    (
        *PARAGRAPHS.columns[:4],
        ("reason", "string"),
        *(column for column in PARAGRAPHS.columns[4:] if column[0] not in ("windows", "run_id")),
    ),
)
"""What ``themes paragraphs --out`` writes: all kinds in one table, before anything is tagged."""


@dataclass(frozen=True, slots=True)
class Taggable:
    """A paragraph with the article it stands in and the cluster of that article."""

    paragraph: Paragraph
    article: Article
    article_cluster_id: str

    @property
    def is_noise(self) -> bool:
        """Whether the paragraph gets no tags."""
        return self.paragraph.kind is Kind.NOISE


def whole_unicode(text: str) -> str:
    """Replace what no UTF-8 file and no spreadsheet can hold: lone surrogates and NUL."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _values(item: Taggable, *, run_id: str) -> dict[str, Any]:
    """Give every value that paragraphs and noise share."""
    paragraph, article = item.paragraph, item.article
    return {
        "paragraph_id": paragraph.paragraph_id,
        "article_id": paragraph.article_id,
        "kind": str(paragraph.kind),
        "number": paragraph.number,
        "reason": paragraph.reason,
        "text": whole_unicode(paragraph.text),
        "char_start": paragraph.char_start,
        "char_end": paragraph.char_end,
        "cluster_id": paragraph.cluster_id,
        "article_cluster_id": item.article_cluster_id,
        "flags": " ".join(paragraph.flags),
        "file": whole_unicode(article.source.file),
        "member": whole_unicode(article.source.member),
        "row": article.source.row,
        "file_sha256": article.file_sha256,
        "article_sha256": article.sha256,
        "title": whole_unicode(article.title),
        "date": article.date,
        "publisher": whole_unicode(article.publisher),
        "url": whole_unicode(article.url),
        "language": article.language,
        "encoding": article.encoding,
        "external_id": whole_unicode(article.external_id),
        "article_flags": " ".join(article.flags),
        "run_id": run_id,
    }


def paragraph_rows(items: Sequence[Taggable], windows: Sequence[int], *, run_id: str) -> Columns:
    """Give the rows of ``PARAGRAPHS``.

    Parameters
    ----------
    items
        n paragraphs that are not noise.
    windows
        n counts: in how many windows the encoder read each; more than 1 adds the flag ``long``.
    """
    rows = []
    for item, count in zip(items, windows, strict=True):
        values = _values(item, run_id=run_id) | {"windows": int(count)}
        if count > _MORE_THAN_ONE:
            values["flags"] = " ".join(sorted({*item.paragraph.flags, "long"}))
        rows.append(values)
    return _turned(rows, PARAGRAPHS)


def noise_rows(items: Sequence[Taggable], *, run_id: str) -> Columns:
    """Give the rows of ``NOISE``."""
    return _turned([_values(item, run_id=run_id) for item in items], NOISE)


def listing_rows(items: Sequence[Taggable]) -> Columns:
    """Give the rows of ``LISTING``."""
    return _turned([_values(item, run_id="") for item in items], LISTING)


def _turned(rows: list[dict[str, Any]], table: Table) -> Columns:
    return {name: [row[name] for row in rows] for name in table.names}


def tag_rows(
    items: Sequence[Taggable],
    scored: Scored,
    *,
    themes: Sequence[str],
    decider: Decider,
    same: dict[str, str],
) -> Columns:
    """Give the rows of ``TAGS``: paragraph by paragraph, the t themes in the codebook's order.

    Parameters
    ----------
    items
        n paragraphs that are not noise.
    scored
        Their scores and bands, (n, t).
    decider, same
        Where the bands begin; the columns that are the same in every row.
    """
    count, each = len(items), len(themes)

    def repeated(values: Iterable[Any]) -> list[Any]:
        return [value for value in values for _ in range(each)]

    columns: Columns = {
        "paragraph_id": repeated(item.paragraph.paragraph_id for item in items),
        "theme": list(themes) * count,
        "score": scored.scores.reshape(-1).tolist(),
        "threshold": decider.threshold.astype("float32").tolist() * count,
        "floor": decider.floor.astype("float32").tolist() * count,
        "decision": [BANDS[band] for band in scored.bands.reshape(-1).tolist()],
        "article_id": repeated(item.paragraph.article_id for item in items),
        "cluster_id": repeated(item.paragraph.cluster_id for item in items),
        "file": repeated(whole_unicode(item.article.source.file) for item in items),
        "file_sha256": repeated(item.article.file_sha256 for item in items),
        "char_start": repeated(item.paragraph.char_start for item in items),
        "char_end": repeated(item.paragraph.char_end for item in items),
    }
    return columns | {name: [value] * (count * each) for name, value in same.items()}


def rejected_row(rejected: Rejected, *, run_id: str) -> dict[str, Any]:
    """Give the record of ``rejected.jsonl``."""
    source = rejected.source
    return {
        "outcome": "skipped" if rejected.code.skipped else "rejected",
        "code": str(rejected.code),
        "reason": whole_unicode(rejected.reason),
        "remedy": whole_unicode(rejected.remedy),
        "file": whole_unicode(source.file),
        "member": whole_unicode(source.member),
        "row": source.row,
        "byte_offset": source.byte_offset,
        "sha256": rejected.sha256,
        "run_id": run_id,
    }
