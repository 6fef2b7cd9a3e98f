"""The tables of the output: which columns they have, and how a record becomes a row.

One definition serves Parquet, JSONL and CSV; docs/output.md explains every column (a test compares).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from pipeline.learning.calibration import Decider
from pipeline.model.theme_model import BANDS, PATHS, Scored
from pipeline.records import Article, Kind, Paragraph, Rejected
from pipeline.tagging.table import Columns, ColumnType, Table

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

_MORE_THAN_ONE = 1  # windows: the encoder read the paragraph in pieces

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
        ("path", "string"),
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


def _columns(items: Sequence[Taggable], *, run_id: str) -> Columns:
    """Give every column that paragraphs and noise share; what an article says is read once for all of it."""
    paragraphs = [item.paragraph for item in items]
    articles = {id(item.article): _of_article(item.article) for item in items}
    told = [articles[id(item.article)] for item in items]
    return {
        "paragraph_id": [one.paragraph_id for one in paragraphs],
        "article_id": [one.article_id for one in paragraphs],
        "kind": [one.kind.value for one in paragraphs],
        "number": [one.number for one in paragraphs],
        "reason": [one.reason for one in paragraphs],
        "text": [whole_unicode(one.text) for one in paragraphs],
        "char_start": [one.char_start for one in paragraphs],
        "char_end": [one.char_end for one in paragraphs],
        "cluster_id": [one.cluster_id for one in paragraphs],
        "article_cluster_id": [item.article_cluster_id for item in items],
        "flags": [" ".join(one.flags) for one in paragraphs],
        **{name: [values[place] for values in told] for place, name in enumerate(_ARTICLE)},
        "run_id": [run_id] * len(items),
    }


_ARTICLE = (
    *("file", "member", "row", "file_sha256", "article_sha256", "title", "date", "publisher", "url"),
    *("language", "encoding", "external_id", "article_flags"),
)


def _of_article(article: Article) -> tuple[Any, ...]:
    """Give what all rows of an article share, in the order of ``_ARTICLE``."""
    return (
        whole_unicode(article.source.file),
        whole_unicode(article.source.member),
        article.source.row,
        article.file_sha256,
        article.sha256,
        whole_unicode(article.title),
        article.date,
        whole_unicode(article.publisher),
        whole_unicode(article.url),
        article.language,
        article.encoding,
        whole_unicode(article.external_id),
        " ".join(article.flags),
    )


def paragraph_rows(items: Sequence[Taggable], windows: Sequence[int], *, run_id: str) -> Columns:
    """Give the rows of ``PARAGRAPHS``.

    Parameters
    ----------
    items
        n paragraphs that are not noise.
    windows
        n counts: in how many windows the encoder read each; more than 1 adds the flag ``long``.
    """
    columns = _columns(items, run_id=run_id) | {"windows": list(map(int, windows))}
    for row, (item, count) in enumerate(zip(items, windows, strict=True)):
        if count > _MORE_THAN_ONE:
            columns["flags"][row] = " ".join(sorted({*item.paragraph.flags, "long"}))
    return _chosen(columns, PARAGRAPHS)


def noise_rows(items: Sequence[Taggable], *, run_id: str) -> Columns:
    """Give the rows of ``NOISE``."""
    return _chosen(_columns(items, run_id=run_id), NOISE)


def listing_rows(items: Sequence[Taggable]) -> Columns:
    """Give the rows of ``LISTING``."""
    return _chosen(_columns(items, run_id=""), LISTING)


def _chosen(columns: Columns, table: Table) -> Columns:
    return {name: columns[name] for name in table.names}


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
    files = {id(item.article): whole_unicode(item.article.source.file) for item in items}

    def repeated(values: Iterable[Any]) -> list[Any]:
        return list(chain.from_iterable(map(repeat, values, repeat(each))))

    columns: Columns = {
        "paragraph_id": repeated(item.paragraph.paragraph_id for item in items),
        "theme": list(themes) * count,
        "score": scored.scores.reshape(-1).tolist(),
        "threshold": decider.threshold.astype("float32").tolist() * count,
        "floor": decider.floor.astype("float32").tolist() * count,
        "decision": [BANDS[band] for band in scored.bands.reshape(-1).tolist()],
        "path": repeated(PATHS[path] for path in scored.path.tolist()),
        "article_id": repeated(item.paragraph.article_id for item in items),
        "cluster_id": repeated(item.paragraph.cluster_id for item in items),
        "file": repeated(files[id(item.article)] for item in items),
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
