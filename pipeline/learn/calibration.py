"""From head outputs to probabilities, and from probabilities to decisions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.config import CalibrationConfig, ThresholdsConfig

__all__ = ["Decider", "best_f1", "fit_decider", "held_out_scores"]

_FEWEST = 5  # positives, and negatives, below which two Platt numbers cannot be told from noise


@dataclass(frozen=True, slots=True)
class Decider:
    """Probability and threshold of each theme: ``score = sigmoid(slope * logit + intercept)``.

    Parameters
    ----------
    slope, intercept
        float64 (t,): Platt scaling; 1 and 0 leave the head's own probability.
    threshold
        float64 (t,): the theme is given from this score on; 2 when no threshold could be chosen.
    """

    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    threshold: NDArray[np.float64]

    def scores(self, logits: NDArray[np.float64]) -> NDArray[np.float32]:
        """Turn head outputs (n, t) into probabilities, float32 (n, t)."""
        scaled = np.clip(logits * self.slope + self.intercept, -60, 60)
        return np.asarray(1.0 / (1.0 + np.exp(-scaled)), dtype=np.float32)

    def decide(self, scores: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Say which themes each row gets, bool (n, t)."""
        return np.asarray(scores >= self.threshold.astype(np.float32))


def fit_decider(
    logits: NDArray[np.float64],
    answers: NDArray[np.int8],
    *,
    calibration: CalibrationConfig,
    thresholds: ThresholdsConfig,
) -> Decider:
    """Choose probabilities and thresholds on out-of-fold head outputs.

    Parameters
    ----------
    logits
        float64 (n, t), each row from a model that never saw its group.
    answers
        int8 (n, t) of 1, 0 and -1.
    """
    from threadpoolctl import threadpool_limits

    themes = answers.shape[1]
    slope, intercept, threshold = np.ones(themes), np.zeros(themes), np.full(themes, 2.0)
    for theme in range(themes):
        asked = answers[:, theme] >= 0
        column, yes = logits[asked, theme], answers[asked, theme] == 1
        if calibration.method == "platt":
            with threadpool_limits(1):
                slope[theme], intercept[theme] = _platt(column, yes)
        one = Decider(slope[theme], intercept[theme], threshold[theme])
        threshold[theme] = best_f1(one.scores(column), yes)
    return Decider(slope, intercept, threshold)


def _platt(column: NDArray[np.float64], yes: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit Platt (1999): logistic regression of the answer on the head output, without penalty.

    Targets are softened as Platt does, so that separable answers do not give infinite slopes.
    """
    positives, negatives = int(yes.sum()), int((~yes).sum())
    if min(positives, negatives) < _FEWEST:
        return 1.0, 0.0
    from sklearn.linear_model import LogisticRegression

    high, low = (positives + 1) / (positives + 2), 1 / (negatives + 2)
    target = np.where(yes, high, low)
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(
        np.concatenate([column, column])[:, None],
        np.concatenate([np.ones(len(column)), np.zeros(len(column))]),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (1.0, 0.0)


def best_f1(scores: NDArray[np.float32], yes: NDArray[np.bool_]) -> float:
    """Find the threshold with the highest F1, midway between two neighbouring scores.

    Returns
    -------
    float
        In (0, 1]; 2.0, which no score reaches, when there is no positive.
    """
    if not yes.any():
        return 2.0
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order].astype(np.float64), np.cumsum(yes[order])
    f1 = 2 * hits / (np.arange(1, len(ranked) + 1) + yes.sum())
    last_of_tie = np.append(ranked[1:] < ranked[:-1], True)
    best = int(np.argmax(np.where(last_of_tie, f1, -1.0)))
    below = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return float((ranked[best] + below) / 2)


def held_out_scores(
    logits: NDArray[np.float64],
    answers: NDArray[np.int8],
    *,
    fold: NDArray[np.int64],
    calibration: CalibrationConfig,
    thresholds: ThresholdsConfig,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Score and decide every row with probabilities and thresholds chosen without its fold.

    Returns
    -------
    scores, decisions
        float32 (n, t) and bool (n, t).
    """
    scores = np.zeros(logits.shape, dtype=np.float32)
    decisions = np.zeros(logits.shape, dtype=bool)
    for number in np.unique(fold):
        held_out = fold == number
        decider = fit_decider(logits[~held_out], answers[~held_out], calibration=calibration, thresholds=thresholds)
        scores[held_out] = decider.scores(logits[held_out])
        decisions[held_out] = decider.decide(scores[held_out])
    return scores, decisions
