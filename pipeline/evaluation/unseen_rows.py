"""Which judged rows a model may be measured on: those it never saw, and those it has a held-out answer for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.held_out import HeldOut

__all__ = ["Origin", "origin_of"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What each of n rows is to a model.

    Parameters
    ----------
    live
        bool (n,): neither the row nor its group was in training, so the model itself scores it.
    held_out
        int64 (n,): place of the row among the model's held-out rows; -1 where it was not in training.
    """

    live: NDArray[np.bool_]
    held_out: NDArray[np.int64]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Rows that are fair to measure, bool (n,); the others are left out."""
        return np.asarray(self.live | (self.held_out >= 0))


def origin_of(keys: Sequence[str], *, groups: NDArray[np.int64], held_out: HeldOut | None) -> Origin:
    """Tell which rows were in training, which only share a group with such a row, and which are new.

    Parameters
    ----------
    keys
        ``row_key`` of n rows.
    groups
        int64 (n,): group of each row, as found among these rows.
    held_out
        Of the model; None when it does not say what it was trained on, and then every row counts as new.

    Notes
    -----
    A row that was not in training but whose group was is neither: the model saw its story. A group whose rows
    stood in several folds, because stories were joined since, has no honest held-out score either. Both are
    left out.
    """
    if held_out is None:
        return Origin(np.ones(len(keys), dtype=bool), np.full(len(keys), -1, dtype=np.int64))
    found = held_out.rows(keys)
    trained = found >= 0
    fold = held_out.fold[found[trained]]
    count = int(groups.max(initial=-1)) + 1
    lowest, highest = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(lowest, groups[trained], fold)
    np.maximum.at(highest, groups[trained], fold)
    known = highest[groups] >= 0
    torn = known & (lowest[groups] < highest[groups])
    return Origin(~known, np.where(torn, -1, found))
