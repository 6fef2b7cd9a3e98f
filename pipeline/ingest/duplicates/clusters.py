"""Near-duplicates: reprints of one text get the key of the first one seen.

Streaming with bounded memory: what is known of earlier texts lies in a private file. Only the first
text of a cluster (its leader) is kept and compared with, so a cluster never drifts. Candidates are found by
MinHash bands and then checked by the exact Jaccard similarity of their three-word shingles.

Two texts of similarity s share a band of r values with probability s^r, and at least one of b bands with
1 - (1 - s^r)^b. For the default threshold 0.75, r = 4 and b = 14 give 1 - (1 - 0.75^4)^14 = 0.995 at the
threshold itself (0.9995 at 0.85); other thresholds get the r and b that reach 0.995 with at most 64 values.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pipeline.errors import WriteError
from pipeline.ingest.duplicates.shingles import jaccard, same_text_key, shingles
from pipeline.ingest.duplicates.store import Leaders
from pipeline.ingest.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Clusters", "banding", "groups"]

_RECALL, _MOST_VALUES = 0.995, 64
_MOST_CANDIDATES = 200
_SEED = 7
_BATCH = 20_000


def banding(threshold: float) -> tuple[int, int]:
    """Give rows per band and number of bands by which pairs at ``threshold`` are found with 99.5 %.

    Parameters
    ----------
    threshold
        Jaccard similarity, above 0 up to 1. Below 0.08 even bands of one value stay under 99.5 %.

    Returns
    -------
    tuple of int
        The longest bands (up to 8 values) that need at most 64 values in all.
    """
    for rows in range(8, 0, -1):
        chance = threshold**rows
        bands = 1 if chance >= 1 else math.ceil(math.log(1 - _RECALL) / math.log(1 - chance))
        if rows * bands <= _MOST_VALUES:
            return rows, bands
    return 1, _MOST_VALUES


class Clusters:
    """Near-duplicate clusters of a stream of texts; a context manager that deletes its file when left.

    Parameters
    ----------
    threshold
        Jaccard similarity of three-word shingles from which two texts are one, above 0 up to 1.
    folder
        Where the private file lies; the system's folder for temporary files when not named.
    """

    def __init__(self, *, threshold: float, folder: Path | None = None) -> None:
        self._threshold = threshold
        self._rows, self._bands = banding(threshold)
        self._leaders = Leaders(folder=folder)
        self._minhash = _minhash(self._rows * self._bands)
        self._fresh = self._minhash.hashvalues.copy()

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close and delete the file."""
        self.close()

    def close(self) -> None:
        """Close and delete the file; calling it twice does no harm."""
        self._leaders.close()

    def assign(self, key: str, text: str, found: list[str] | None = None) -> str:
        """Give the cluster of a text: the key of the first text that it is a near-duplicate of, or its own.

        Parameters
        ----------
        key
            Of this text; unique in the stream.
        text
            Texts of fewer than six words are near-duplicates only of the same words.
        found
            ``words(text)``, where they are known.

        Returns
        -------
        str
            Of several leaders that are alike enough, the most alike; of equally alike ones, the first.
            The same stream in the same order always gives the same clusters.

        Raises
        ------
        WriteError
            When the disk is full or fails.
        """
        try:
            return self._assign(key, text, words(text) if found is None else found)
        except sqlite3.OperationalError as error:
            raise WriteError(
                self._leaders.path,
                f"the file of near-duplicates cannot be used ({error})",
                "free some space, then run again",
            ) from error

    def _assign(self, key: str, text: str, found: list[str]) -> str:
        same = same_text_key(text, found)
        known = self._leaders.find(same)
        if known is not None:
            return known
        own = shingles(found)
        bands = self._band_keys(own) if len(own) else []
        nearest = self._nearest(own, bands)
        if nearest is None:
            self._leaders.lead(key, same, own, bands)
            return key
        self._leaders.follow(same, nearest[0])
        return nearest[1]

    def _nearest(self, own: NDArray[np.uint64], bands: list[int]) -> tuple[int, str] | None:
        """Give number and key of the most alike leader; those that share most bands are looked at first."""
        found = self._leaders.sharing(bands, most=_MOST_CANDIDATES)
        if not found:
            return None
        similarity, negative, key = max((jaccard(own, other), -leader, key) for leader, key, other in found)
        return (-negative, key) if similarity >= self._threshold else None

    def _band_keys(self, own: NDArray[np.uint64]) -> list[int]:
        """Give one 63-bit number for each band: its values and its place hashed together."""
        import numpy as np

        self._minhash.hashvalues = self._fresh.copy()
        for start in range(0, len(own), _BATCH):  # a batch costs memory for each of its shingles and values
            self._minhash.update_batch((own[start : start + _BATCH] & np.uint64(0xFFFFFFFF)).tolist())
        values = np.asarray(self._minhash.hashvalues, dtype=np.uint64).reshape(self._bands, self._rows)
        keys = np.arange(1, self._bands + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        for column in values.T:
            keys = (keys ^ column) * np.uint64(0xC2B2AE3D27D4EB4F)
            keys ^= keys >> np.uint64(29)
        return list(dict.fromkeys((keys >> np.uint64(1)).tolist()))


def _minhash(values: int) -> Any:
    from datasketch import MinHash

    return MinHash(num_perm=values, seed=_SEED, hashfunc=int)


def groups(texts: Sequence[str], *, threshold: float) -> list[int]:
    """Divide texts so that every pair of near-duplicates stands in one group (connected components).

    Exact, not by MinHash: used to keep training and test texts apart, where one miss is a leak. Meant for
    sets of up to some ten thousand texts.

    Parameters
    ----------
    texts
        In any order.
    threshold
        Jaccard similarity of three-word shingles, above 0 up to 1.

    Returns
    -------
    list of int
        For each text the place of the first text of its group.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = list(range(len(texts))), list(range(len(texts)))
    first_of: dict[bytes, int] = {}
    sizes: list[int] = []
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        found = words(text)
        first = first_of.setdefault(same_text_key(text, found), place)
        own = shingles(found).tolist() if first == place else []
        sizes.append(len(own))
        left.append(place)
        right.append(first)
        for other, common in Counter(other for shingle in own for other in holders[shingle]).items():
            if common >= threshold * (len(own) + sizes[other] - common):
                left.append(place)
                right.append(other)
        for shingle in own:
            holders[shingle].append(place)
    if not texts:
        return []
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(len(texts), len(texts)))
    labels = connected_components(graph, directed=False)[1]
    _, firsts = np.unique(labels, return_index=True)
    return [int(firsts[label]) for label in labels]
