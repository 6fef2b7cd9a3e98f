"""What heads learn from: chosen rows, their lone selves, and the codebook, each with its weight."""

import numpy as np

from pipeline.configuration.schema import HeadConfig
from pipeline.learning.features import Features
from pipeline.learning.heads import fit_heads
from pipeline.learning.words import hash_words

ROWS = np.array([[1, 1], [2, 2], [3, 3]], dtype=np.float32)
ALONE = np.array([[1, 0], [2, 0], [3, 0]], dtype=np.float32)
ANSWERS = np.array([[1], [0], [-1]], dtype=np.int8)
LEARNED = np.array([True, False, True])


def test_a_row_and_its_lone_self_count_once_together():
    lesson = Features(ROWS, alone=ALONE).lesson(ANSWERS, LEARNED)
    assert lesson.vectors.tolist() == [[1, 1], [3, 3], [1, 0], [3, 0]]
    assert lesson.answers[:, 0].tolist() == [1, -1, 1, -1]
    assert lesson.weights.sum() == LEARNED.sum()


def test_the_codebook_is_learned_from_in_every_fold():
    said = np.array([[1]], dtype=np.int8)
    features = Features(ROWS, codebook=np.array([[9, 9]], dtype=np.float32), said=said)
    lesson = features.lesson(ANSWERS, np.zeros(3, dtype=bool))
    assert (lesson.vectors.tolist(), lesson.answers.tolist(), lesson.weights.tolist()) == ([[9, 9]], [[1]], [1.0])


def test_heads_that_learned_from_lone_rows_know_paragraphs_without_neighbours():
    generator = np.random.default_rng(3)
    own = generator.standard_normal((400, 4)).astype(np.float32)
    beside = own + generator.standard_normal((400, 4)).astype(np.float32) / 4  # neighbours tell of the same
    answers = (own[:, :1] > 1.0).astype(np.int8)
    rows, alone = np.hstack([own, beside]), np.hstack([own, np.zeros_like(beside)])
    every = np.ones(400, dtype=bool)
    both, beside_only = (
        fit_heads(features.lesson(answers, every), config=HeadConfig())
        for features in (Features(rows, alone=alone), Features(rows))
    )
    wrong = [(((heads.logits(alone) > 0) != (answers == 1)).mean()) for heads in (both, beside_only)]
    assert wrong[0] < wrong[1]


def test_weights_count_as_repeated_rows():
    generator = np.random.default_rng(4)
    vectors = generator.standard_normal((60, 3)).astype(np.float32)
    answers = (vectors[:, :1] > 0).astype(np.int8)
    every = np.ones(60, dtype=bool)
    plain = fit_heads(Features(vectors).lesson(answers, every), config=HeadConfig())
    twice = fit_heads(Features(vectors, alone=vectors).lesson(answers, every), config=HeadConfig())
    assert np.abs(plain.weight - twice.weight).max() < 1e-3


UNSURE = np.array([[False], [False], [True]])


def test_an_unsure_judgement_is_a_row_of_its_own_that_says_nothing_else():
    answers = np.array([[1, 0], [0, 1], [-1, 1]], dtype=np.int8)
    unsure = np.array([[False, False], [False, False], [True, False]])
    lesson = Features(ROWS, alone=ALONE, unsure=unsure, unsure_weight=0.4).lesson(answers, np.ones(3, dtype=bool))
    assert lesson.vectors[6:].tolist() == [[3, 3], [3, 0]]
    assert lesson.answers[6:].tolist() == [[1, -1], [1, -1]]
    assert lesson.weights[6:].tolist() == [0.2, 0.2]


def test_an_unsure_row_that_is_held_out_is_not_learned():
    lesson = Features(ROWS, unsure=UNSURE, unsure_weight=1.0).lesson(ANSWERS, np.array([True, True, False]))
    assert len(lesson.answers) == 2


def test_words_follow_their_rows():
    words = hash_words(["bribe", "gate", "rain", "post"], columns=4096)
    features = Features(
        ROWS,
        alone=ALONE,
        codebook=np.array([[9, 9]], dtype=np.float32),
        said=np.array([[1]], dtype=np.int8),
        words=words,
        unsure=UNSURE,
        unsure_weight=1.0,
    )
    lesson = features.lesson(ANSWERS, LEARNED)
    wanted = [{1: 0, 2: 1, 3: 2, 9: 3}[int(row[0])] for row in lesson.vectors]
    assert wanted == [0, 2, 0, 2, 2, 2, 3]
    assert lesson.words.columns.tolist() == words.columns[wanted].tolist()
    assert features.words_of(~LEARNED).columns.tolist() == words.columns[1:2].tolist()
