"""Heads: only asked rows train, scores do not depend on neighbours, folds do not leak."""

import numpy as np

from pipeline.configuration.schema import HeadConfig
from pipeline.learning.features import Features
from pipeline.learning.heads import fit_heads, out_of_fold


def every(answers):
    return np.ones(len(answers), dtype=bool)


def separable(rows=200, seed=0):
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(rows, 6)).astype(np.float32)
    answers = np.stack([vectors[:, 0] > 0, vectors[:, 1] > 0.5], axis=1).astype(np.int8)
    return vectors, answers


def test_heads_learn_a_separable_theme():
    vectors, answers = separable()
    heads = fit_heads(Features(vectors).lesson(answers, every(answers)), config=HeadConfig())
    right = (heads.logits(vectors) > 0) == (answers == 1)
    assert right.mean() > 0.97


def test_rows_that_were_not_asked_do_not_train():
    vectors, answers = separable()
    poisoned = np.concatenate([vectors, vectors])
    flipped = np.concatenate([answers, 1 - answers])
    flipped[len(answers) :] = -1
    alone = fit_heads(Features(vectors).lesson(answers, every(answers)), config=HeadConfig())
    beside = fit_heads(Features(poisoned).lesson(flipped, every(flipped)), config=HeadConfig())
    assert np.array_equal(alone.weight, beside.weight)
    assert np.array_equal(alone.bias, beside.bias)


def test_a_score_has_the_same_bits_alone_and_among_others():
    vectors, answers = separable()
    heads = fit_heads(Features(vectors).lesson(answers, every(answers)), config=HeadConfig())
    together = heads.logits(vectors)
    alone = np.concatenate([heads.logits(vectors[i : i + 1]) for i in range(len(vectors))])
    assert np.array_equal(together, alone)


def test_a_head_that_saw_one_answer_repeats_it():
    vectors, answers = separable()
    answers[:, 1] = 0
    heads = fit_heads(Features(vectors).lesson(answers, every(answers)), config=HeadConfig())
    assert (heads.logits(vectors)[:, 1] < -5).all()


def test_out_of_fold_rows_never_meet_their_own_group():
    """Labels that are pure noise, twice per group: a leak would predict the twin."""
    generator = np.random.default_rng(5)
    vectors = np.repeat(generator.normal(size=(150, 300)), 2, axis=0).astype(np.float32)
    answers = np.repeat(generator.integers(0, 2, size=(150, 1)), 2, axis=0).astype(np.int8)
    fold = np.repeat(np.arange(150) % 5, 2)
    logits = out_of_fold(lambda learned: Features(vectors), answers, fold=fold, config=HeadConfig(C=100))
    assert ((logits > 0) == (answers == 1)).mean() < 0.65
    leaking = out_of_fold(lambda learned: Features(vectors), answers, fold=np.arange(300) % 5, config=HeadConfig(C=100))
    assert ((leaking > 0) == (answers == 1)).mean() > 0.8
