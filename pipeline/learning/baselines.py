"""What a model must beat: always-no, and TF-IDF with logistic regression, in the same folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.progress import Progress, silent

__all__ = ["tfidf_logits"]


def tfidf_logits(
    texts: Sequence[str],
    answers: NDArray[np.int8],
    *,
    fold: NDArray[np.int64],
    progress: Progress = silent,
) -> NDArray[np.float64]:
    """Give out-of-fold outputs, float64 (n, t), of TF-IDF (words and word pairs) + logistic regression.

    Nothing of it is kept: a vocabulary would hold the words of the labelled texts.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    logits = np.zeros(answers.shape)
    numbers = np.unique(fold)
    rows = np.array(texts, dtype=object)
    for done, number in enumerate(numbers):
        progress("baseline", done, len(numbers))
        held_out = fold == number
        vectorizer = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2)
        seen = vectorizer.fit_transform(rows[~held_out])
        unseen = vectorizer.transform(rows[held_out])
        for theme, column in enumerate(answers[~held_out].T):
            asked = column >= 0
            if len(np.unique(column[asked])) < 2:
                logits[held_out, theme] = -10.0
                continue
            model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)
            model.fit(seen[asked], column[asked])
            logits[held_out, theme] = model.decision_function(unseen)
    progress("baseline", len(numbers), len(numbers))
    return logits
