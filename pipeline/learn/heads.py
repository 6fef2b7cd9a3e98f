"""Linear heads: one logistic regression per theme, kept as plain arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.config import HeadConfig
from pipeline.learn.features import Features, Lesson
from pipeline.progress import Progress, silent

__all__ = ["Heads", "fit_heads", "out_of_fold"]

_SURE = 10.0  # log odds of a head that saw one answer only


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights of t themes.

    Parameters
    ----------
    weight
        float32 (t, width).
    bias
        float32 (t,).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give the head outputs, float64 (n, t), for vectors (n, width).

        Summed row by row, not as a matrix product: a matrix product's last bits depend on how many rows it
        has, and a paragraph's score must not depend on its neighbours.
        """
        products = vectors[:, None, :].astype(np.float64) * self.weight[None, :, :]
        return np.asarray(products.sum(axis=2) + self.bias, dtype=np.float64)


def fit_heads(lesson: Lesson, *, config: HeadConfig) -> Heads:
    """Fit one head per theme on the rows asked for it.

    Parameters
    ----------
    config
        Penalty, class weights, iterations.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # such small sums are 20 times faster on one thread, and the same on any machine
        fitted = [_fit(lesson, column, config) for column in lesson.answers.T]
    return Heads(
        np.stack([weight for weight, _ in fitted]).astype(np.float32),
        np.array([bias for _, bias in fitted], dtype=np.float32),
    )


def _fit(lesson: Lesson, column: NDArray[np.int8], config: HeadConfig) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression

    asked = column >= 0
    seen = set(column[asked].tolist())
    if len(seen) < 2:  # a fold may hold all positives of a rare theme: the head knows one answer
        return np.zeros(lesson.vectors.shape[1]), _SURE if seen == {1} else -_SURE
    weight = None if config.class_weight == "none" else config.class_weight
    head = LogisticRegression(C=config.C, class_weight=weight, max_iter=config.max_iter)
    head.fit(lesson.vectors[asked].astype(np.float64), column[asked], sample_weight=lesson.weights[asked])
    return head.coef_[0], float(head.intercept_[0])


def out_of_fold(
    features: Callable[[NDArray[np.bool_]], Features],
    answers: NDArray[np.int8],
    *,
    fold: NDArray[np.int64],
    config: HeadConfig,
    progress: Progress = silent,
) -> NDArray[np.float64]:
    """Give every row the head outputs of a model that never saw its group.

    Parameters
    ----------
    features
        Gives what the heads read, for all n rows, after learning from the rows that bool (n,) names: an encoder
        that is taught must not see the fold either.

    Returns
    -------
    NDArray
        float64 (n, t).
    """
    numbers = np.unique(fold)
    logits = np.zeros(answers.shape)
    for done, number in enumerate(numbers):
        progress("fit folds", done, len(numbers))
        held_out = fold == number
        found = features(~held_out)
        heads = fit_heads(found.lesson(answers, ~held_out), config=config)
        logits[held_out] = heads.logits(found.rows[held_out])
    progress("fit folds", len(numbers), len(numbers))
    return logits
