"""The judged paragraphs most like a text: what the model learned from, to look at beside a tag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.ingest.clean import clean
from pipeline.labels.table import LabelTable
from pipeline.model.theme_model import ThemeModel

__all__ = ["Near", "nearest"]


@dataclass(frozen=True, slots=True)
class Near:
    """A judged paragraph.

    Parameters
    ----------
    id, place, text
        Its id, ``file:line`` of its judgement, and itself.
    answers
        Of each theme: 1 yes, 0 no, -1 unsure or not asked.
    similarity
        Cosine of its vector and the text's, -1 to 1.
    """

    id: str
    place: str
    text: str
    answers: dict[str, int]
    similarity: float


def nearest(model: ThemeModel, text: str, table: LabelTable, *, count: int = 3) -> list[Near]:
    """Give the judged paragraphs whose vectors are nearest to a text's, nearest first; the text itself is left out.

    Parameters
    ----------
    count
        How many at most.
    """
    cleaned = [clean(one) for one in table.texts]
    vectors = model.encoder.encode([clean(text), *cleaned]).vectors.astype(np.float64)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
    similar = (vectors[1:] @ vectors[0]) / (lengths[1:] * lengths[0])
    order = [row for row in np.argsort(-similar, kind="stable").tolist() if cleaned[row] != clean(text)]
    return [
        Near(
            id=table.ids[row],
            place=table.places[row],
            text=table.texts[row],
            answers=dict(zip(table.codebook_ids, table.answers[row].tolist(), strict=True)),
            similarity=float(similar[row]),
        )
        for row in order[:count]
    ]
