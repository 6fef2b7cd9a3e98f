"""Fitting a student: heads on static vectors, then what every single token adds beyond them. No network, no steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.encoders import StaticEncoder, TokenTable
from pipeline.learning.heads import Heads
from pipeline.learning.neighbours import with_neighbours

__all__ = ["Fitted", "Pages", "fit_student"]

_HEADS, _TOKENS = 16.0, 2.0  # ridge penalties, the best of a grid by folds over 9,866 paragraphs of HRDsAttack
_RARE = 2  # paragraphs: of a token that stands in fewer nothing is learned


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """n paragraphs as a student reads them.

    Parameters
    ----------
    features
        float32 (n, w) or (n, 2 w): static vectors, with those of the neighbours beside them.
    tokens
        Sparse (n, v): how often each token stands in the paragraph, divided by the root of its number of tokens.
    """

    features: NDArray[np.float32]
    tokens: Any

    @classmethod
    def of(
        cls, encoder: StaticEncoder, texts: Sequence[str], articles: Sequence[str] | None, *, neighbours: float
    ) -> Pages:
        """Read cleaned texts with an encoder whose table has nothing beside yet."""
        from scipy.sparse import csr_matrix

        found = encoder.tokens(texts)
        counts = np.array([len(one) for one in found], dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)])
        columns = np.array([token for one in found for token in one], dtype=np.int64)
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
        tokens = csr_matrix((values, columns, starts), shape=(len(texts), len(encoder.table.codes)))
        tokens.sum_duplicates()
        width = encoder.table.codes.shape[1]
        vectors = encoder.encode(texts).vectors[:, :width]
        return cls(with_neighbours(vectors, articles, weight=neighbours), tokens)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A student's numbers: heads (t, w or 2 w) on the features, and float64 (v, t) what tokens add to the outputs."""

    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    tokens: NDArray[np.float64]

    def logits(self, pages: Pages) -> NDArray[np.float64]:
        """Give the head outputs, float64 (n, t)."""
        return np.asarray(pages.features @ self.weight.T + self.bias + pages.tokens @ self.tokens)

    def assembled(self, encoder: StaticEncoder) -> tuple[StaticEncoder, Heads]:
        """Put what tokens add into the table, where the heads read it as it is."""
        table = TokenTable(encoder.table.codes, encoder.table.scale, self.tokens.astype(np.float16))
        themes, width = len(self.weight), encoder.table.codes.shape[1]
        sides = [self.weight[:, :width], np.eye(themes)]
        if self.weight.shape[1] > width:
            sides += [self.weight[:, width:], np.zeros((themes, themes))]  # neighbours have their static vectors only
        return StaticEncoder(table, encoder.tokenizer), Heads(
            np.hstack(sides).astype(np.float32), self.bias.astype(np.float32)
        )


def fit_student(pages: Pages, targets: NDArray[np.float64], *, learned: NDArray[np.bool_]) -> Fitted:
    """Fit the teacher's log odds, float64 (n, t), on the rows that bool (n,) names.

    Ridge regression on the static vectors first; what that leaves is fitted by the tokens, rare ones more freely.
    """
    from scipy.sparse import diags
    from sklearn.linear_model import Ridge
    from threadpoolctl import threadpool_limits

    tokens = pages.tokens[learned]
    rows = np.bincount(tokens.indices, minlength=tokens.shape[1])
    rarity = np.where(rows >= _RARE, np.log((1 + len(targets[learned])) / (1 + rows)), 0.0)
    weighed = tokens @ diags(rarity)
    scale = np.sqrt(weighed.multiply(weighed).sum() / max(1, weighed.shape[0])) or 1.0
    with threadpool_limits(1):  # sums in one order, so that the same dump gives the same student
        heads = Ridge(alpha=_HEADS, solver="cholesky").fit(pages.features[learned].astype(np.float64), targets[learned])
        left = targets[learned] - heads.predict(pages.features[learned].astype(np.float64))
        words = Ridge(alpha=_TOKENS, solver="sparse_cg", tol=1e-4).fit(weighed / scale, left)
    added = np.atleast_2d(words.coef_).T * (rarity / scale)[:, None]
    return Fitted(np.atleast_2d(heads.coef_), np.atleast_1d(heads.intercept_ + words.intercept_), added)
