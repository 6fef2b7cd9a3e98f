"""The paragraphs of an unlabelled dump, cut as ``tag`` cuts them, in groups that no split may cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import IngestConfig
from pipeline.errors import DataError
from pipeline.ingest.ledger import Ledger
from pipeline.ingest.reading.fields import Fields
from pipeline.ingest.stream import ingest
from pipeline.learning.splits import join_groups
from pipeline.progress import Progress, silent
from pipeline.records import Kind, Rejected

__all__ = ["Passages", "read_passages"]


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """n paragraphs in the order of the dump.

    Parameters
    ----------
    texts, articles
        n paragraphs, and the article of each.
    groups
        int64 (n,): paragraphs of one article, of its reprints, and near-duplicates of them share one.
    off_topic
        bool (n,): paragraphs that are about other things, says who named them; every yes there counts as wrong.
    read
        How many paragraphs the dump has, of which n were drawn.
    """

    texts: list[str]
    articles: list[str]
    groups: NDArray[np.int64]
    off_topic: NDArray[np.bool_]
    read: int

    def take(self, rows: NDArray[np.bool_]) -> Passages:
        """Give the rows that bool (n,) names."""
        places = np.flatnonzero(rows).tolist()
        texts, articles = ([values[place] for place in places] for values in (self.texts, self.articles))
        return Passages(texts, articles, self.groups[rows], self.off_topic[rows], self.read)

    def and_off_topic(self, other: Passages) -> Passages:
        """Put paragraphs about other things after these; such as stand here already are left out."""
        here = set(self.texts)
        other = other.take(np.array([text not in here for text in other.texts]))
        after = int(self.groups.max()) + 1
        return Passages(
            self.texts + other.texts,
            self.articles + other.articles,
            np.concatenate([self.groups, other.groups + after]),
            np.concatenate([self.off_topic, np.ones(len(other.texts), dtype=bool)]),
            self.read + other.read,
        )

    def shares(self, share: float, *, seed: int) -> NDArray[np.bool_]:
        """Draw whole groups until they hold a share of the paragraphs, bool (n,)."""
        names, sizes = np.unique(self.groups, return_counts=True)
        order = np.random.default_rng(seed).permutation(len(names))
        before = np.cumsum(sizes[order]) - sizes[order]
        return np.isin(self.groups, names[order[before < share * len(self.texts)]])

    def folds(self, n: int, *, seed: int) -> NDArray[np.int64]:
        """Deal whole groups into folds of about as many paragraphs, int64 (n,): the largest first, then by chance."""
        names, index, sizes = np.unique(self.groups, return_inverse=True, return_counts=True)
        order = np.random.default_rng(seed).permutation(len(names))
        order = order[np.argsort(-sizes[order], kind="stable")]
        held, fold = np.zeros(n), np.zeros(len(names), dtype=np.int64)
        for group in order.tolist():
            fold[group] = int(held.argmin())
            held[fold[group]] += sizes[group]
        return np.asarray(fold[index])


def read_passages(
    dump: Sequence[Path | str],
    *,
    config: IngestConfig,
    fields: Mapping[str, str] | None = None,
    most: int,
    seed: int,
    progress: Progress = silent,
) -> Passages:
    """Read a dump and draw whole groups of its paragraphs.

    Parameters
    ----------
    config, fields
        How it is cut, and where fields stand in records beyond that.
    most
        Paragraphs to draw; a few more when the last group does not fit.

    Raises
    ------
    DataError
        When it holds no paragraph.
    """
    chosen = config.model_copy(update={"fields": {**config.fields, **(fields or {})}})
    Fields(chosen.fields)  # a wrong name is told before anything is read
    texts, articles, clusters, stories = [], [], [], []
    for found in ingest(list(dump), config=chosen, ledger=Ledger()):
        if isinstance(found, Rejected):
            continue  # `themes paragraphs` and `themes tag` tell of them; here they teach nothing
        for paragraph in found.paragraphs:
            if paragraph.kind is not Kind.NOISE:
                texts.append(paragraph.text)
                articles.append(found.article.article_id)
                clusters.append(paragraph.cluster_id)
                stories.append(found.article_cluster_id)
        progress("read the dump", len(texts), None)
    if not texts:
        raise DataError(" ".join(map(str, dump)), "no paragraph to learn from", "look at it with `themes paragraphs`")
    groups = join_groups(articles, stories, clusters)
    passages = Passages(texts, articles, groups, np.zeros(len(texts), dtype=bool), len(texts))
    return passages if len(texts) <= most else passages.take(passages.shares(most / len(texts), seed=seed))
