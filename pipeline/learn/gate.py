"""The gate: which paragraphs a slow model need not read, because a fast one expects it to find nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.curves import platt

__all__ = ["GateRule", "article_means", "beside", "choose_level", "fit_gate", "runs"]

_FEWEST = 20  # yes, and no, below which a second number cannot be told from noise


@dataclass(frozen=True, slots=True, eq=False)
class GateRule:
    """Passes the paragraphs in which enough yes tags of the full model are expected.

    The number expected is the sum, over the t themes, of the probability that the full model says yes. Passing the
    paragraphs that have most of it is the least reading for a given share of tags lost.

    Parameters
    ----------
    slope, article, intercept
        float64 (t,): from the student's head output, and its mean over the paragraph's article, to that probability:
        ``sigmoid(slope * logit + article * mean + intercept)``. Articles are about one thing, so that what stands
        around a paragraph says whether it is likely to have a theme.
    level
        Fewest expected yes tags that pass; 0 passes everything.
    """

    slope: NDArray[np.float64]
    article: NDArray[np.float64]
    intercept: NDArray[np.float64]
    level: float

    def expected(self, logits: NDArray[np.float64], articles: Sequence[int] | None) -> NDArray[np.float64]:
        """Give the expected number of yes tags, float64 (n,).

        Parameters
        ----------
        logits
            float64 (n, t): the student's head outputs.
        articles
            As ``runs`` gives them; None when every paragraph stands alone.
        """
        odds = logits * self.slope + article_means(logits, articles) * self.article + self.intercept
        return np.asarray((1.0 / (1.0 + np.exp(-np.clip(odds, -60, 60)))).sum(axis=1))

    def passes(self, logits: NDArray[np.float64], articles: Sequence[int] | None) -> NDArray[np.bool_]:
        """Say which paragraphs the full model reads, bool (n,); see ``expected``."""
        return np.asarray(self.expected(logits, articles) >= self.level)


def fit_gate(
    logits: NDArray[np.float64], yes: NDArray[np.bool_], *, articles: Sequence[int] | None, miss: float
) -> GateRule:
    """Fit the probabilities and choose the level.

    Parameters
    ----------
    logits
        float64 (n, t): of students that never saw the row's group.
    yes
        bool (n, t): the full model's yes tags.
    articles
        As ``runs`` gives them; None when every paragraph stands alone.
    miss
        Share of the yes tags that may be lost.
    """
    means = article_means(logits, articles)
    fitted = [_probability(logits[:, theme], means[:, theme], yes[:, theme]) for theme in range(yes.shape[1])]
    slope, article, intercept = (np.array(column) for column in zip(*fitted, strict=True))
    rule = GateRule(slope, article, intercept, 0.0)
    level = choose_level(rule.expected(logits, articles), yes.sum(axis=1), miss=miss)
    return GateRule(slope, article, intercept, level)


def _probability(
    logit: NDArray[np.float64], mean: NDArray[np.float64], yes: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Fit one theme; by the paragraph alone where there are few yes, or its own output would speak against it."""
    from sklearn.linear_model import LogisticRegression

    if min(int(yes.sum()), int((~yes).sum())) >= _FEWEST:
        fit = LogisticRegression(C=1.0, max_iter=1000).fit(np.stack([logit, mean], axis=1), yes)
        slope, article = fit.coef_[0].tolist()
        if slope > 0:
            return slope, article, float(fit.intercept_[0])
    slope, intercept = platt(logit, yes)
    return slope, 0.0, intercept


def article_means(logits: NDArray[np.float64], articles: Sequence[int] | None) -> NDArray[np.float64]:
    """Give the mean of each column over the paragraph's article, float64 (n, t), itself included."""
    if articles is None or not len(logits):
        return logits
    rows = np.asarray(articles)
    starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    counts = np.diff(np.append(starts, len(rows)))
    return np.asarray(np.repeat(np.add.reduceat(logits, starts, axis=0) / counts[:, None], counts, axis=0))


def choose_level(expected: NDArray[np.float64], tags: NDArray[np.int64], *, miss: float) -> float:
    """Choose the highest level that loses no more than a share of the tags.

    One tag more is counted as lost, and one more as there, than were found: for new paragraphs drawn like these the
    expected loss then stays below ``miss`` (Vovk's conformal rank). With too few tags the level is 0.

    Parameters
    ----------
    expected, tags
        (n,): what the gate expects in each paragraph, and how many yes tags the full model gives there.
    miss
        Share of the tags that may be lost, in 0 to 1.
    """
    order = np.argsort(expected, kind="stable")
    ranked = expected[order]
    lost = np.cumsum(tags[order])  # when everything up to this row is excluded
    total = int(tags.sum())
    ends = np.flatnonzero(np.append(ranked[1:] > ranked[:-1], True))  # ties are excluded together
    allowed = ends[(lost[ends] + 1) <= miss * (total + 1)]
    if not len(allowed):
        return 0.0
    last = int(allowed[-1])
    return float(ranked[last + 1]) if last + 1 < len(ranked) else float(np.nextafter(ranked[last], np.inf))


def beside(passed: NDArray[np.bool_], articles: Sequence[int]) -> NDArray[np.bool_]:
    """Give the rows that stand right before or after a passed one in its article, and the passed ones, bool (n,).

    Parameters
    ----------
    articles
        As ``runs`` gives them.
    """
    wanted = passed.copy()
    if len(passed) < 2:
        return wanted
    same = np.array([first == second for first, second in pairwise(articles)])
    wanted[1:] |= passed[:-1] & same
    wanted[:-1] |= passed[1:] & same
    return wanted


def runs(articles: Sequence[str]) -> list[int]:
    """Number the articles in their order: rows with one name that stand together are one, apart they are two."""
    changes = [first != second for first, second in pairwise(articles)]
    return np.cumsum([0, *changes]).tolist() if len(articles) else []
