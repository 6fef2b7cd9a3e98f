"""Splits that never cut a group."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError

__all__ = ["folds", "join_groups", "outlet", "source_folds"]


def join_groups(*keys: Sequence[Hashable]) -> NDArray[np.int64]:
    """Join rows that share any key, transitively.

    Parameters
    ----------
    keys
        Each a sequence of n values, as articles, stories and near-duplicate clusters.

    Returns
    -------
    NDArray
        int64 (n,): group of each row, numbered in order of first appearance.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = len(keys[0])
    left, right = [], []
    for column in keys:
        first: dict[Hashable, int] = {}
        for row, key in enumerate(column):
            left.append(first.setdefault(key, row))
            right.append(row)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    _, first_rows, groups = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first_rows))
    return np.asarray(order[groups], dtype=np.int64)


def folds(answers: NDArray[np.int8], *, groups: NDArray[np.int64], n: int, seed: int) -> NDArray[np.int64]:
    """Deal groups into folds so that each fold gets its share of every row's rarest theme.

    Returns
    -------
    NDArray
        int64 (rows,): fold of each row, 0 to n - 1.

    Raises
    ------
    DataError
        When there are fewer groups than folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    found = len(np.unique(groups))
    if found < n:
        raise DataError(
            "labels",
            f"too few groups for {n} folds, found {found}",
            f"label more articles or set folds.n={found}",
        )
    rarity = np.argsort(np.argsort((answers == 1).sum(axis=0), kind="stable"), kind="stable")
    rarest = np.where(answers == 1, rarity, answers.shape[1]).min(axis=1)
    splitter = StratifiedGroupKFold(n_splits=n, shuffle=True, random_state=seed)
    fold = np.zeros(len(answers), dtype=np.int64)
    for number, (_, held_out) in enumerate(splitter.split(rarest[:, None], _common(rarest, n), groups)):
        fold[held_out] = number
    return fold


def outlet(source: str) -> str:
    """Give the outlet of a ``topic_source``: the text before the first comma, as in ``Daily NK, Nov 2018``."""
    return source.partition(",")[0].strip()


def source_folds(sources: Sequence[str], *, groups: NDArray[np.int64], n: int) -> NDArray[np.int64] | None:
    """Deal sources into folds, so that a row's source is never in training: reports unlike the training ones.

    A source is the ``outlet``. Groups stay whole, so outlets that tell the same story stand in one fold. The
    largest go first, each to the smallest fold.

    Returns
    -------
    NDArray or None
        int64 (rows,): fold of each row; None when all rows hang together, so that there is nothing to hold out.
    """
    outlets = [outlet(source).casefold() or f"? {row}" for row, source in enumerate(sources)]
    together = join_groups(outlets, groups.tolist())
    found = len(np.unique(together))
    if found < 2:
        return None
    sizes = np.bincount(together)
    load = np.zeros(min(n, found), dtype=np.int64)
    home = np.zeros(len(sizes), dtype=np.int64)
    for index in np.argsort(-sizes, kind="stable"):
        home[index] = int(np.argmin(load))
        load[home[index]] += sizes[index]
    return np.asarray(home[together])


def _common(rarest: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Pool strata with fewer than n rows, which cannot be spread over n folds, with the largest one."""
    values, counts = np.unique(rarest, return_counts=True)
    rare = np.isin(rarest, values[counts < n])
    return np.where(rare, values[np.argmax(counts)], rarest)
