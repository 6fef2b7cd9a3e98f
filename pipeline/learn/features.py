"""What heads are fitted on and read: rows, the same rows without their neighbours, and what a codebook says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Features", "Lesson"]

_ALONE = 0.5  # weight of a row and of its second self, so that both together count once


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What heads are fitted on: float32 (m, width), int8 (m, t) of 1, 0 and -1, and float64 (m,) weights."""

    vectors: NDArray[np.float32]
    answers: NDArray[np.int8]
    weights: NDArray[np.float64]


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
    """

    rows: NDArray[np.float32]
    alone: NDArray[np.float32] | None = None
    codebook: NDArray[np.float32] | None = None
    said: NDArray[np.int8] | None = None

    def lesson(self, answers: NDArray[np.int8], learned: NDArray[np.bool_]) -> Lesson:
        """Gather what heads learn from the rows that bool (n,) names, and from the codebook."""
        vectors, said = [self.rows[learned]], [answers[learned]]
        weights = [np.full(len(vectors[0]), 1.0 if self.alone is None else _ALONE)]
        if self.alone is not None:
            vectors.append(self.alone[learned])
            said.append(answers[learned])
            weights.append(np.full(len(vectors[0]), _ALONE))
        if self.codebook is not None and self.said is not None:
            vectors.append(self.codebook)
            said.append(self.said)
            weights.append(np.ones(len(self.codebook)))
        return Lesson(np.concatenate(vectors), np.concatenate(said), np.concatenate(weights))
