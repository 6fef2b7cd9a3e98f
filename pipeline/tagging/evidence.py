"""The evidence table: which sentences and words carried each yes and review tag.

Nearly every paragraph has such a tag, so that the tables of a whole chunk are made at once: with numpy, over
the sentences or words of all its paragraphs one after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.clean import clean
from pipeline.model.explain import Weighed, spans, weigh
from pipeline.model.theme_model import Scored, ThemeModel, TokenShares
from pipeline.tagging.rows import Columns, Table, Taggable

__all__ = ["EVIDENCE", "Told", "evidence_rows", "told_of"]

EVIDENCE = Table(
    "evidence",
    (
        ("paragraph_id", "string"),
        ("theme", "string"),
        ("kind", "string"),
        ("rank", "int32"),
        ("start", "int64"),
        ("end", "int64"),
        ("weight", "float32"),
        ("text", "string"),
        ("method", "string"),
        ("run_id", "string"),
    ),
)
_KINDS = ("sentence", "word", "neighbours")  # in this order within a tag
_MOST = (2, 5)  # sentences and words; the rest can be had with `pipeline.evidence`
_LEAST = (1, 0)  # the best sentence stands there whatever it weighs, others only when they speak for the theme

Told = Mapping[int, TokenShares | Weighed]
"""What is known of the paragraphs that have a yes or review tag, by row."""


def told_of(model: ThemeModel, items: Sequence[Taggable], scored: Scored, *, shares: Mapping[int, TokenShares]) -> Told:
    """Give what the evidence is made from; only here the encoder may be asked again.

    Parameters
    ----------
    shares
        Token shares by row, from the pass that scored it; rows that are not in it are read again.
    """
    rows = np.flatnonzero((scored.bands > 0).any(axis=1)).tolist()
    texts = {row: items[row].paragraph.text for row in rows}
    again = [row for row in rows if row not in shares]
    read = dict(zip(again, model.shares_of([texts[row] for row in again]), strict=True))
    told: dict[int, TokenShares | Weighed] = {}
    for row in rows:
        found = shares[row] if row in shares else read[row]
        told[row] = weigh(model.full, texts[row], shares=None) if found is None else found
    return told


def evidence_rows(model: ThemeModel, items: Sequence[Taggable], scored: Scored, *, told: Told, run_id: str) -> Columns:
    """Give the rows of ``EVIDENCE``: for each yes or review tag its best sentences, words, and the neighbours.

    Parameters
    ----------
    told
        As ``told_of`` gives it.
    """
    rows, themes = np.nonzero(scored.bands > 0)
    texts = {row: clean(items[row].paragraph.text) for row in told}
    weighed = _weighed(told, texts, slope=model.decider.slope)
    place = np.searchsorted(np.array(list(told), dtype=np.int64), rows)  # of each tag's paragraph in `told`
    parts = [
        _best(part, place, themes, most=most, least=least)
        for part, most, least in zip((weighed.sentences, weighed.words), _MOST, _LEAST, strict=True)
    ]
    if model.recipe.neighbours:
        beside = (scored.logits[rows] - model.heads.bias) * model.decider.slope - weighed.own[place]
        tags = np.arange(len(rows))
        parts.append((tags, np.ones_like(tags), np.full((len(tags), 2), -1), beside[tags, themes]))
    kind = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    tag, rank, borders, weight = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.lexsort((rank, kind, tag))
    tag, (start, end) = tag[order], borders[order].T.tolist()
    of, ids = rows[tag].tolist(), [item.paragraph.paragraph_id for item in items]
    names = model.themes
    methods = {row: one.method if isinstance(one, Weighed) else "tokens" for row, one in told.items()}
    return {
        "paragraph_id": [ids[row] for row in of],
        "theme": [names[column] for column in themes[tag].tolist()],
        "kind": [_KINDS[one] for one in kind[order].tolist()],
        "rank": rank[order].tolist(),
        "start": start,
        "end": end,
        "weight": weight[order].tolist(),
        "text": [texts[row][a:b] if a >= 0 else "" for row, a, b in zip(of, start, end, strict=True)],
        "method": [methods[row] for row in of],
        "run_id": [run_id] * len(of),
    }


_Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Of r rows of the table the number of the tag, rank, span (r, 2) and weight."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """Sentences or words of p paragraphs, s in all.

    ``borders`` int64 (s, 2) within their paragraph, ``weights`` float64 (s, t), ``first`` int64 (p + 1,): where
    those of each paragraph begin.
    """

    borders: NDArray[np.int64]
    weights: NDArray[np.float64]
    first: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _AllWeighed:
    """What ``Weighed`` is for one paragraph, for p of them; ``own`` float64 (p, t)."""

    sentences: _Parts
    words: _Parts
    own: NDArray[np.float64]


def _weighed(told: Told, texts: Mapping[int, str], *, slope: NDArray[np.float64]) -> _AllWeighed:
    """Add up token shares over sentences and words, as ``pipeline.model.explain.weigh`` does for one paragraph."""
    shared = [(place, one) for place, one in enumerate(told.values()) if isinstance(one, TokenShares)]
    lefts = [(place, one) for place, one in enumerate(told.values()) if isinstance(one, Weighed)]
    found = [(one.sentences, one.words) if isinstance(one, Weighed) else spans(texts[row]) for row, one in told.items()]
    bases = np.cumsum([0, *(len(texts[row]) + 1 for row in told)])
    weights = np.concatenate([np.zeros((0, len(slope))), *(one.shares for _, one in shared)]) * slope
    places = np.concatenate([np.zeros((0, 2), dtype=np.int64), *(one.spans for _, one in shared)])
    home = np.repeat([place for place, _ in shared], [len(one.spans) for _, one in shared]).astype(np.int64)
    special = places[:, 1] <= places[:, 0]
    starts, inside = (places[:, 0] + bases[home])[~special], weights[~special]
    own = np.zeros((len(told), len(slope)))
    np.add.at(own, home, weights)
    sentences = _sums([one for one, _ in found], bases, starts, inside)
    words = _sums([one for _, one in found], bases, starts, inside)
    for place, one in lefts:
        own[place] = one.own
        sentences.weights[sentences.first[place] : sentences.first[place + 1]] = one.sentence_weights
        words.weights[words.first[place] : words.first[place + 1]] = one.word_weights
    return _AllWeighed(sentences, words, own)


def _sums(
    found: Sequence[Sequence[tuple[int, int]]],
    bases: NDArray[np.int64],
    starts: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> _Parts:
    """Sum token weights (k, t) over the spans of all paragraphs; a token belongs where it starts.

    Parameters
    ----------
    bases
        Where each paragraph begins in a text of all of them, in which ``starts`` count.
    """
    counts = [len(one) for one in found]
    flat = chain.from_iterable(chain.from_iterable(found))
    borders = np.fromiter(flat, dtype=np.int64, count=2 * sum(counts)).reshape(-1, 2)
    sums = np.zeros((len(borders), weights.shape[1]))
    if len(borders):
        base = np.repeat(bases[: len(found)], counts)
        home = np.searchsorted(borders[:, 0] + base, starts, side="right") - 1
        inside = (home >= 0) & (starts < (borders[:, 1] + base)[np.maximum(home, 0)])
        np.add.at(sums, home[inside], weights[inside])
    return _Parts(borders, sums, np.cumsum([0, *counts]))


def _best(parts: _Parts, place: NDArray[np.int64], themes: NDArray[np.int64], *, most: int, least: int) -> _Found:
    """Give the spans that weigh most for each tag, highest first, those of equal weight in order.

    Parameters
    ----------
    place, themes
        Paragraph and theme of each tag.
    """
    counts = (parts.first[1:] - parts.first[:-1])[place]
    tag = np.repeat(np.arange(len(place)), counts)
    begins = np.cumsum(counts) - counts
    span = np.arange(len(tag)) - np.repeat(begins - parts.first[place], counts)
    weight = parts.weights[span, themes[tag]]
    order = np.lexsort((-weight, tag))
    span, weight = span[order], weight[order]
    rank = np.arange(len(tag)) - np.repeat(begins, counts)
    kept = (rank < most) & ((rank < least) | (weight > 0))
    return tag[kept], rank[kept] + 1, parts.borders[span[kept]], weight[kept]
