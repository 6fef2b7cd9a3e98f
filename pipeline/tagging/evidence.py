"""The evidence table: which sentences and words carried each yes and review tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.explain import Weighed, weigh
from pipeline.ingest.clean import clean
from pipeline.model import Scored, ThemeModel, TokenShares
from pipeline.tagging.rows import Columns, Table, Taggable, whole_unicode

__all__ = ["EVIDENCE", "evidence_rows"]

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
_SENTENCES, _WORDS = 2, 5  # at most; the rest can be had with `pipeline.evidence`


def evidence_rows(
    model: ThemeModel,
    items: Sequence[Taggable],
    scored: Scored,
    *,
    shares: Mapping[int, TokenShares],
    run_id: str,
) -> Columns:
    """Give the rows of ``EVIDENCE``: for each yes or review tag its best sentences, words, and the neighbours.

    Parameters
    ----------
    shares
        Token shares by row, from the pass that scored it; rows that are not in it are read again.
    """
    columns: Columns = {name: [] for name in EVIDENCE.names}
    for row in np.flatnonzero((scored.bands > 0).any(axis=1)).tolist():
        text = items[row].paragraph.text
        weighed = weigh(model, text, shares=shares[row] if row in shares else model.shares(text))
        beside = (scored.logits[row] - model.heads.bias) * model.decider.slope - weighed.own
        for column in np.flatnonzero(scored.bands[row] > 0).tolist():
            found = _spans(weighed, column)
            if model.recipe.neighbours:
                found.append(("neighbours", 1, -1, -1, float(beside[column])))
            for kind, rank, start, end, weight in found:
                quoted = clean(text)[start:end] if start >= 0 else ""
                values = (kind, rank, start, end, weight, whole_unicode(quoted), weighed.method, run_id)
                one = (items[row].paragraph.paragraph_id, model.themes[column], *values)
                for name, value in zip(EVIDENCE.names, one, strict=True):
                    columns[name].append(value)
    return columns


def _spans(weighed: Weighed, column: int) -> list[tuple[str, int, int, int, float]]:
    """Give kind, rank, start, end and weight: the best sentence whatever it weighs, others that speak for the theme."""
    found = []
    for kind, spans, weights, most, least in (
        ("sentence", weighed.sentences, weighed.sentence_weights[:, column], _SENTENCES, 1),
        ("word", weighed.words, weighed.word_weights[:, column], _WORDS, 0),
    ):
        for rank, index in enumerate(_best(weights, most=most, least=least), start=1):
            found.append((kind, rank, *spans[index], float(weights[index])))
    return found


def _best(weights: NDArray[np.float64], *, most: int, least: int) -> list[int]:
    order = np.argsort(-weights, kind="stable")[:most].tolist()
    return [index for place, index in enumerate(order) if place < least or weights[index] > 0]
