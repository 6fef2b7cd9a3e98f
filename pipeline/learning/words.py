"""Words beside the vectors: thrown on a fixed number of columns by a hash, so that no vocabulary is kept.

A vector says what a paragraph is about and blurs single words; some themes hang on a word. A model keeps one weight
per column and theme, not the words; whoever guesses a word can still look up its column's weight.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Words", "hash_words", "word_parts"]

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_RARITY = 0.25  # times the inverse document frequency: what a column weighs beside a vector of length 1


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The hashed words of n texts, as a sparse table (n, width) whose filled rows have length 1.

    Parameters
    ----------
    starts
        int64 (n + 1,): row i holds the entries from ``starts[i]`` to ``starts[i + 1]``.
    columns
        int32 (k,), below ``width``, each once in a row.
    values
        float32 (k,), above 0.
    width
        Number of columns.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    width: int

    def __len__(self) -> int:
        """Give n."""
        return len(self.starts) - 1

    def take(self, rows: NDArray[np.int64]) -> Words:
        """Give the rows with these numbers, in this order."""
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        entries = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Words(starts, self.columns[entries], self.values[entries], self.width)

    def logits(self, weight: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give what heads (t, width) add for each row, float64 (n, t); the same bits whatever rows stand beside."""
        sums = np.zeros((len(self), len(weight)))
        filled = np.diff(self.starts) > 0
        if filled.any():
            products = weight.T[self.columns].astype(np.float64) * self.values[:, None]
            sums[filled] = np.add.reduceat(products, self.starts[:-1][filled], axis=0)
        return sums

    def rarity(self) -> NDArray[np.float64]:
        """Give what each column should weigh in a fit, float64 (width,): the more, the fewer rows have it."""
        rows = np.bincount(self.columns, minlength=self.width)
        return _RARITY * (1.0 + np.log((1 + len(self)) / (1 + rows)))

    def sparse(self, scale: NDArray[np.float64]) -> Any:
        """Give the table with its columns times ``scale`` (width,), as float64 rows of SciPy."""
        from scipy.sparse import csr_matrix

        values = self.values * scale[self.columns]
        return csr_matrix((values, self.columns, self.starts), shape=(len(self), self.width))


def hash_words(texts: Sequence[str], *, columns: int) -> Words:
    """Throw the words of texts on columns.

    A column has the value 1 + log(how often its words stand in the text), and the text's values together the length 1.

    Parameters
    ----------
    texts
        n cleaned texts.
    columns
        How many columns, 1 or more. Words that fall on one column are one word to the heads.
    """
    lengths: list[int] = []
    found: list[int] = []
    often: list[int] = []
    for text in texts:
        counts = Counter([_hash(word) % columns for word in _WORD.findall(text)])
        lengths.append(len(counts))
        found += counts
        often += counts.values()
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    values = 1.0 + np.log(np.array(often, dtype=np.float64))
    filled = np.diff(starts) > 0
    if filled.any():
        squares = np.add.reduceat(values * values, starts[:-1][filled])
        values /= np.repeat(np.sqrt(squares), np.diff(starts)[filled])
    return Words(starts, np.array(found, dtype=np.int32), values.astype(np.float32), columns)


def word_parts(text: str, weight: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Split what heads add for a text's words over these words.

    Parameters
    ----------
    weight
        float32 (t, columns).

    Returns
    -------
    spans, shares
        int32 (w, 2), the character span of each word, and float64 (w, t), whose columns add up to ``Words.logits``.
        Words of one column share its value evenly.
    """
    words = list(_WORD.finditer(text))
    columns = [_hash(word.group()) % weight.shape[1] for word in words]
    counts, table = Counter(columns), hash_words([text], columns=weight.shape[1])
    values = dict(zip(table.columns.tolist(), table.values.tolist(), strict=True))
    each = np.array([values[column] / counts[column] for column in columns])
    spans = np.array([word.span() for word in words], dtype=np.int32).reshape(-1, 2)
    return spans, weight.T[columns].astype(np.float64).reshape(-1, len(weight)) * each[:, None]


@functools.lru_cache(maxsize=2**16)
def _hash(word: str) -> int:
    """Hash a word without its capitals: the same number in every process and on every machine."""
    return zlib.crc32(word.lower().encode("utf-8", "surrogatepass"))
