"""The TF-IDF baseline learns words and never sees its own fold."""

import numpy as np

from pipeline.learning.baselines import tfidf_logits


def test_it_finds_a_theme_with_its_own_words():
    texts = [f"the patrol took a bribe at gate {i}" if i % 2 else f"the river rose at mile {i}" for i in range(60)]
    answers = (np.arange(60) % 2).astype(np.int8)[:, None]
    logits = tfidf_logits(texts, answers, fold=np.arange(60) // 12)
    assert ((logits > 0) == (answers == 1)).all()


def test_a_fold_without_positives_in_training_says_no():
    texts = ["alpha beta gamma delta"] * 20
    answers = np.zeros((20, 1), dtype=np.int8)
    answers[:4] = 1
    logits = tfidf_logits(texts, answers, fold=np.repeat([0, 1], [4, 16]))
    assert (logits[:4] < 0).all()
