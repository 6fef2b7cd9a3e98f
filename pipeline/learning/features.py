"""What heads are fitted on and read: rows, the same rows without their neighbours, and what a codebook says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.words import Words

__all__ = ["Features", "Lesson"]

_ALONE = 0.5  # weight of a row and of its second self, so that both together count once


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What heads are fitted on.

    Parameters
    ----------
    vectors, answers, weights
        float32 (m, width), int8 (m, t) of 1, 0 and -1, and float64 (m,).
    words
        Of the m rows; None when heads read vectors alone.
    """

    vectors: NDArray[np.float32]
    answers: NDArray[np.int8]
    weights: NDArray[np.float64]
    words: Words | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The judged rows as the heads read them.

    Parameters
    ----------
    rows
        float32 (n, width).
    alone
        float32 (n, width): the same paragraphs as if nothing stood beside them; None when neighbours are not read.
        Heads learn from both, because dumps hold single paragraphs too.
    codebook
        float32 (k, width): sentences of the codebook; None without them.
    said
        int8 (k, t): what the codebook says of them, 1 for their theme and -1 (not asked) for the others.
    words
        Of the n rows, and after them of the codebook's k sentences; None when heads read vectors alone.
    unsure
        bool (n, t): what coders were not sure of; None when nothing is learned from it.
    unsure_weight
        What such a judgement counts as a yes, 0 to 1.
    """

    rows: NDArray[np.float32]
    alone: NDArray[np.float32] | None = None
    codebook: NDArray[np.float32] | None = None
    said: NDArray[np.int8] | None = None
    words: Words | None = None
    unsure: NDArray[np.bool_] | None = None
    unsure_weight: float = 0.0

    def lesson(self, answers: NDArray[np.int8], learned: NDArray[np.bool_]) -> Lesson:
        """Gather what heads learn from the rows that bool (n,) names, and from the codebook."""
        numbers = np.flatnonzero(learned)
        parts = self._judged(numbers, answers[numbers], weight=1.0)
        if self.unsure is not None:  # rows of their own, which say nothing of the themes that were sure
            numbers = numbers[self.unsure[numbers].any(axis=1)]
            parts += self._judged(numbers, _yes(self.unsure[numbers]), weight=self.unsure_weight)
        if self.codebook is not None and self.said is not None:
            numbers = len(self.rows) + np.arange(len(self.codebook))
            parts.append(_Part(self.codebook, self.said, np.ones(len(numbers)), numbers))
        return Lesson(
            vectors=np.concatenate([part.vectors for part in parts]),
            answers=np.concatenate([part.answers for part in parts]),
            weights=np.concatenate([part.weights for part in parts]),
            words=None if self.words is None else self.words.take(np.concatenate([part.numbers for part in parts])),
        )

    def words_of(self, held_out: NDArray[np.bool_]) -> Words | None:
        """Give the words of the rows that bool (n,) names."""
        return None if self.words is None else self.words.take(np.flatnonzero(held_out))

    def _judged(self, numbers: NDArray[np.int64], answers: NDArray[np.int8], *, weight: float) -> list[_Part]:
        """Give the rows with these numbers, and beside them their lone selves."""
        faces = [self.rows] if self.alone is None else [self.rows, self.alone]
        each = np.full(len(numbers), weight if self.alone is None else weight * _ALONE)
        return [_Part(face[numbers], answers, each, numbers) for face in faces]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Rows of a lesson, and ``numbers``: which rows of the words belong to them."""

    vectors: NDArray[np.float32]
    answers: NDArray[np.int8]
    weights: NDArray[np.float64]
    numbers: NDArray[np.int64]


def _yes(unsure: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Answer yes where someone was unsure, and nothing elsewhere."""
    return np.where(unsure, 1, -1).astype(np.int8)
