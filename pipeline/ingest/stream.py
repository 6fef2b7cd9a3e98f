"""From the paths of a dump to cut articles, with near-duplicates told: the whole of ingest as one stream."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.configuration.schema import IngestConfig
from pipeline.ingest.cutting.html import LostText
from pipeline.ingest.duplicates.clusters import Clusters
from pipeline.ingest.ledger import Ledger
from pipeline.ingest.paragraphs import cut
from pipeline.ingest.reading.dump import read_dump
from pipeline.ingest.words import words
from pipeline.records import Article, Kind, Paragraph, RejectCode, Rejected

__all__ = ["Cut", "ingest"]


@dataclass(frozen=True, slots=True)
class Cut:
    """An article with its paragraphs.

    Parameters
    ----------
    article
        As read.
    paragraphs
        In reading order, noise included, each with its cluster; at least one is of kind ``body``.
    article_cluster_id
        Shared by reprints; the ``article_id`` of the first one seen.
    """

    article: Article
    paragraphs: tuple[Paragraph, ...]
    article_cluster_id: str


def ingest(
    paths: Sequence[str | Path], *, config: IngestConfig, ledger: Ledger, scratch: Path | None = None
) -> Generator[Cut | Rejected]:
    """Read, cut and cluster a dump, article by article; memory does not grow with it.

    Parameters
    ----------
    paths
        Files, folders and ``hf:`` data sets.
    config
        How articles are found and cut.
    ledger
        Gets every row: as tagged for a ``Cut``, as refused for a ``Rejected``.
    scratch
        Folder for private files that are deleted at the end; the system's when not named. They hold hashes
        of the text, not the text.

    Yields
    ------
    Cut or Rejected
        In the order of the dump; the same dump always gives the same.
    """
    with (
        tempfile.TemporaryDirectory(prefix="themes-", dir=scratch) as folder,
        Clusters(threshold=config.near_duplicate, folder=Path(folder)) as stories,
        Clusters(threshold=config.near_duplicate, folder=Path(folder)) as passages,
    ):
        for read in read_dump(paths, config=config, ledger=ledger):
            found = read if isinstance(read, Rejected) else _cut(read, config=config)
            if isinstance(found, Rejected):
                if found is not read:  # the reader counts what it refuses
                    ledger.refused(found)
                yield found
                continue
            ledger.tagged(found.article.source)
            yield _clustered(found, stories=stories, passages=passages)


def _cut(article: Article, *, config: IngestConfig) -> Cut | Rejected:
    try:
        paragraphs = tuple(cut(article, config=config))
    except LostText:
        return _refused(
            article,
            RejectCode.HTML_LOST_TEXT,
            "the page shows text, but nearly none of it was found to be an article",
            "look at the page; give its text as .txt if it is an article",
        )
    if not any(paragraph.kind is Kind.BODY for paragraph in paragraphs):
        return _refused(
            article,
            RejectCode.NO_CONTENT,
            f"no paragraph of content among {len(paragraphs)} lines",
            "nothing to do, if this is a page without an article",
        )
    return Cut(article, paragraphs, article.article_id)


def _refused(article: Article, code: RejectCode, reason: str, remedy: str) -> Rejected:
    return Rejected(article.source, code, reason, remedy, sha256=article.sha256)


def _clustered(found: Cut, *, stories: Clusters, passages: Clusters) -> Cut:
    body, told, paragraphs = [], [], []
    for paragraph in found.paragraphs:
        cluster = (
            paragraph.paragraph_id
        )  # the same share line stands in every article: that makes it noise, not a story
        if paragraph.kind is not Kind.NOISE:
            own = words(paragraph.text)
            cluster = passages.assign(paragraph.paragraph_id, paragraph.text, own)
            if paragraph.kind is Kind.BODY:
                body.append(paragraph.text)
                told += own  # the words of the whole are those of its parts, for no word goes over a line end
        paragraphs.append(replace(paragraph, cluster_id=cluster))
    story = stories.assign(found.article.article_id, "\n".join(body), told)
    return Cut(found.article, tuple(paragraphs), story)
