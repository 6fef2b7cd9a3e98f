"""Linear heads: one logistic regression per theme, kept as plain arrays."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.configuration.schema import HeadConfig
from pipeline.learning.features import Features, Lesson
from pipeline.learning.words import Words
from pipeline.progress import Progress, silent

__all__ = ["Heads", "fit_heads", "out_of_fold"]

_SURE = 10.0  # log odds of a head that saw one answer only


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights of t themes.

    Parameters
    ----------
    weight
        float32 (t, width); where heads read hashed words too, the last columns are theirs.
    bias
        float32 (t,).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, vectors: NDArray[np.float32], words: Words | None = None) -> NDArray[np.float64]:
        """Give the head outputs, float64 (n, t), for vectors (n, width) and the words of the same rows.

        Each is a sum of its own, not part of a matrix product: a matrix product's last bits depend on how many rows
        it has, and a paragraph's score must not depend on its neighbours.
        """
        weight = self.weight if words is None else self.weight[:, : -words.width]
        sums = np.vecdot(vectors.astype(np.float64)[:, None, :], weight.astype(np.float64))
        if words is not None:
            sums += words.logits(self.weight[:, -words.width :])
        return np.asarray(sums + self.bias, dtype=np.float64)


def fit_heads(lesson: Lesson, *, config: HeadConfig) -> Heads:
    """Fit one head per theme on the rows asked for it.

    Parameters
    ----------
    config
        Penalty, class weights, iterations.
    """
    from threadpoolctl import threadpool_limits

    scale = np.ones(lesson.vectors.shape[1] + (0 if lesson.words is None else lesson.words.width))
    if lesson.words is not None:  # rare words are penalised less; the factor then moves into the weights
        scale[lesson.vectors.shape[1] :] = lesson.words.rarity()
    matrix = _matrix(lesson, scale)
    # one thread a theme: on sums this small, the threads of a linear algebra library wait more than they work
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        fitted = list(pool.map(lambda column: _fit(matrix, column, lesson.weights, config), lesson.answers.T))
    return Heads(
        np.stack([weight * scale for weight, _ in fitted]).astype(np.float32),
        np.array([bias for _, bias in fitted], dtype=np.float32),
    )


def _matrix(lesson: Lesson, scale: NDArray[np.float64]) -> Any:
    """Give what is fitted on, float32 (m, width), which halves the time; sparse with words, of which a row has few."""
    vectors = lesson.vectors
    if lesson.words is None:
        return vectors
    from scipy.sparse import csr_matrix, hstack

    return hstack([csr_matrix(vectors), lesson.words.sparse(scale[vectors.shape[1] :])], format="csr")


def _fit(
    matrix: Any, column: NDArray[np.int8], weights: NDArray[np.float64], config: HeadConfig
) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression

    asked = column >= 0
    seen = set(column[asked].tolist())
    if len(seen) < 2:  # a fold may hold all positives of a rare theme: the head knows one answer
        return np.zeros(matrix.shape[1]), _SURE if seen == {1} else -_SURE
    weight = None if config.class_weight == "none" else config.class_weight
    head = LogisticRegression(C=config.C, class_weight=weight, max_iter=config.max_iter)
    head.fit(matrix[asked], column[asked], sample_weight=weights[asked])
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
        logits[held_out] = heads.logits(found.rows[held_out], found.words_of(held_out))
    progress("fit folds", len(numbers), len(numbers))
    return logits
