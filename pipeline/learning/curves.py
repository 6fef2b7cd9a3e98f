"""Probabilities from head outputs: two numbers (Platt) or a curve (isotonic regression) for each theme."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["isotonic", "platt", "stacked"]

_FEWEST = 5  # positives, and negatives, below which two Platt numbers cannot be told from noise
_STEPS = 100  # of Newton's method; it takes about ten
_CLOSE = 1e-10  # a step that changes nothing any more


def platt(column: NDArray[np.float64], yes: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit Platt (1999): logistic regression of the answer on the head output, without penalty.

    Targets are softened as Platt does, so that separable answers do not give infinite slopes. Newton's method
    with halved steps, after Lin, Lin and Weng (2007), "A note on Platt's probabilistic outputs for support
    vector machines", Machine Learning 68. Written out, and not taken from scikit-learn, for two reasons: retuning
    a bundle loads no such library, and sums in a fixed order give the same bits with any number of cores.
    """
    positives, negatives = int(yes.sum()), int((~yes).sum())
    if min(positives, negatives) < _FEWEST:
        return 1.0, 0.0
    target = np.where(yes, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    found = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    for _ in range(_STEPS):
        step = _newton(found, column, target)
        loss = _cross_entropy(found, column, target)
        while np.abs(step).max() > _CLOSE and _cross_entropy(found - step, column, target) > loss:
            step = step / 2
        found = found - step
        if np.abs(step).max() <= _CLOSE:
            break
    slope, intercept = (float(value) for value in found)
    return (slope, intercept) if slope > 0 else (1.0, 0.0)


def _newton(
    found: NDArray[np.float64], column: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give Newton's step; sums, not matrix products, which add up in another order on other numbers of cores."""
    chance = 1 / (1 + np.exp(-np.clip(found[0] * column + found[1], -60, 60)))
    residual, weight = chance - target, chance * (1 - chance)
    gradient = np.array([(residual * column).sum(), residual.sum()])
    mixed = (weight * column).sum()
    curvature = np.array([[(weight * column**2).sum(), mixed], [mixed, weight.sum()]])
    # a logit that is the same in all rows tells nothing apart: the curvature has no inverse then
    return np.asarray(np.linalg.solve(curvature + _CLOSE * np.eye(2), gradient))


def _cross_entropy(found: NDArray[np.float64], column: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    scaled = found[0] * column + found[1]
    return float(np.sum(np.logaddexp(0, scaled) - target * scaled))


def isotonic(column: NDArray[np.float64], yes: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit isotonic regression and give one knot per step, float64 (k, 2): mean logit, share of yes.

    Scores are interpolated between the middles of the steps (Oron and Flournoy 2017, "Centered isotonic
    regression"), since equal scores over a whole step could not be ordered by anybody who reads from the top.
    No share is 0 or 1: n rows cannot tell that from 1 in n + 2.
    """
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(column, yes.astype(float)).predict(column)
    share, step = np.unique(fitted, return_inverse=True)
    middle = np.bincount(step, weights=column) / np.bincount(step)
    least = 1 / (len(column) + 2)
    return np.stack([middle, np.clip(share, least, 1 - least)], axis=1)


def stacked(curves: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Stack curves of different lengths, the last knot repeated; themes without one stay zero."""
    knots = np.zeros((len(curves), max(map(len, curves), default=0), 2))
    for theme, curve in enumerate(curves):
        if len(curve):
            knots[theme] = curve[-1]
            knots[theme, : len(curve)] = curve
    return knots
