"""The judged paragraphs most like a text: what the model learned from, to look at beside a tag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.coding.judged import LabelTable
from pipeline.ingest.clean import clean
from pipeline.model import ThemeModel

__all__ = ["Near", "nearest"]


@dataclass(frozen=True, slots=True)
class Near:
    """A judged paragraph.

    Parameters
    ----------
    id, place, text
        Its id, ``file:line`` of its judgement, and itself.
    answer
        1 yes, 0 no, -1 unsure or not asked.
    similarity
        Cosine of its vector and the text's, -1 to 1.
    """

    id: str
    place: str
    text: str
    answer: int
    similarity: float


def nearest(model: ThemeModel, text: str, table: LabelTable, *, theme: str, count: int = 3) -> list[Near]:
    """Give the judged paragraphs whose vectors are nearest to a text's, nearest first; the text itself is left out.

    Parameters
    ----------
    table
        Judged by a codebook that has the theme.
    count
        How many at most.
    """
    cleaned = [clean(one) for one in table.texts]
    vectors = model.encoder.encode([clean(text), *cleaned]).vectors.astype(np.float64)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
    similar = (vectors[1:] @ vectors[0]) / (lengths[1:] * lengths[0])
    order = [row for row in np.argsort(-similar, kind="stable").tolist() if cleaned[row] != clean(text)]
    column = table.codebook_ids.index(theme)
    return [
        Near(table.ids[row], table.places[row], table.texts[row], int(table.answers[row, column]), float(similar[row]))
        for row in order[:count]
    ]
