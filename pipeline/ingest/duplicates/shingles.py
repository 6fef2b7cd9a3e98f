"""Texts as sets of hashed three-word shingles, and how alike two such sets are."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from pipeline.ingest.clean import clean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FEWEST_WORDS", "jaccard", "same_text_key", "shingles"]

FEWEST_WORDS = 6
"""Texts of fewer words are alike only when they are equal: their shingles are too few to tell."""

_MOST_WORDS = 1 << 17  # hashes that are kept
_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


class _Hashes(dict[str, int]):
    """Hashes of words, made when they are first asked for."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = found = int.from_bytes(
            blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
        )
        return found


_hash = _Hashes().__getitem__


def shingles(found: list[str]) -> NDArray[np.uint64]:
    """Hash every run of three words.

    Parameters
    ----------
    found
        The words of one text (``pipeline.ingest.words``).

    Returns
    -------
    array of uint64, shape (n,)
        Sorted, without repeats, the same in every process; empty for fewer than ``FEWEST_WORDS`` words.
    """
    import numpy as np

    if len(found) < FEWEST_WORDS:
        return np.empty(0, dtype=np.uint64)
    hashes = np.fromiter(map(_hash, found), dtype=np.uint64, count=len(found))
    first, second, third = (np.uint64(number) for number in _MULTIPLIERS)
    mixed = hashes[:-2] * first + hashes[1:-1] * second + hashes[2:] * third
    mixed ^= mixed >> np.uint64(31)
    mixed *= second
    mixed ^= mixed >> np.uint64(29)
    mixed.sort()
    new = np.ones(len(mixed), dtype=bool)
    np.not_equal(mixed[1:], mixed[:-1], out=new[1:])
    return np.asarray(mixed[new])


def jaccard(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> float:
    """Give the share of shingles two texts have in common among all they have, 0 to 1."""
    import numpy as np

    common = len(np.intersect1d(one, two, assume_unique=True))
    return common / max(1, len(one) + len(two) - common)


def same_text_key(text: str, found: list[str]) -> bytes:
    """Give 16 bytes that are equal for texts of the same words, whatever their case and punctuation."""
    content = "\0".join(found) if found else "\1" + clean(text)
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()
