"""A paragraph among its neighbours: reports say in one paragraph what the next one leans on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["around", "with_neighbours"]


def around(vectors: NDArray[np.float32], articles: Sequence[str]) -> NDArray[np.float32]:
    """Add up the vectors of the paragraphs before and after each, within its article.

    Parameters
    ----------
    vectors
        float32 (n, width), paragraphs of an article one after another in their order.
    articles
        n names; rows with one name that stand together are one article.

    Returns
    -------
    NDArray
        float32 (n, width): zeros where a paragraph has no neighbour.
    """
    sums = np.zeros_like(vectors)
    if len(vectors) < 2:
        return sums
    same = np.array([first == second for first, second in pairwise(articles)])
    sums[1:][same] += vectors[:-1][same]
    sums[:-1][same] += vectors[1:][same]
    return sums


def with_neighbours(
    vectors: NDArray[np.float32], articles: Sequence[str] | None, *, weight: float
) -> NDArray[np.float32]:
    """Give what the heads read: the vector, and beside it ``weight`` times the sum of its neighbours' vectors.

    Parameters
    ----------
    articles
        As for ``around``; None when every paragraph stands alone.
    weight
        0: the vectors as they are.

    Returns
    -------
    NDArray
        float32 (n, 2 * width), or (n, width) with weight 0.
    """
    if weight == 0:
        return vectors
    beside = np.zeros_like(vectors) if articles is None else around(vectors, articles)
    return np.hstack([vectors, np.float32(weight) * beside])
