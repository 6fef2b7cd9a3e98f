"""The gate: which paragraphs a slow model need not read, because a fast one expects it to find nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.curves import platt
from pipeline.learning.metrics import drawn_groups

__all__ = ["GateRule", "article_means", "beside", "choose_level", "fit_gate", "runs"]

_FEWEST = 20  # yes, and no, below which a second number cannot be told from noise
_SURE = 0.95  # of the draws lose no more than is allowed
_DRAWS, _SEED = 500, 7


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
    logits: NDArray[np.float64],
    yes: NDArray[np.bool_],
    *,
    articles: Sequence[int] | None,
    groups: NDArray[np.int64],
    miss: float,
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
    groups
        int64 (n,): the story of each paragraph.
    miss
        Share of the yes tags that may be lost; see ``choose_level``.
    """
    means = article_means(logits, articles)
    fitted = [_probability(logits[:, theme], means[:, theme], yes[:, theme]) for theme in range(yes.shape[1])]
    slope, article, intercept = (np.array(column) for column in zip(*fitted, strict=True))
    rule = GateRule(slope, article, intercept, 0.0)
    level = choose_level(rule.expected(logits, articles), yes.sum(axis=1), groups=groups, miss=miss)
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


def choose_level(
    expected: NDArray[np.float64], tags: NDArray[np.int64], *, groups: NDArray[np.int64], miss: float
) -> float:
    """Choose the highest level that loses no more than a share of the tags in 95 of 100 draws of the groups.

    Groups are drawn with replacement. In every draw one tag more is counted as lost, and one more as there, than
    were found: the expected loss on new paragraphs is then no larger (Vovk's conformal rank), and with too few tags,
    or all of them in a few groups, the level is 0.

    Parameters
    ----------
    expected, tags
        (n,): what the gate expects in each paragraph, and how many yes tags the full model gives there.
    groups
        int64 (n,): the story of each paragraph.
    miss
        Share of the tags that may be lost.
    """
    drawn, group = drawn_groups(groups, resamplings=_DRAWS, seed=_SEED)
    total = drawn @ np.bincount(group, weights=tags, minlength=drawn.shape[1])
    lost, level = np.zeros(_DRAWS), 0.0
    order = np.argsort(expected, kind="stable")
    for row in order[tags[order] > 0].tolist():
        if np.quantile((lost + 1) / (total + 1), _SURE) > miss:
            break
        level = float(expected[row])  # what lies below is excluded, not what is as little
        lost += drawn[:, group[row]] * tags[row]
    return level


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
