"""Hashed words: the same columns everywhere, rows of length 1, bits that do not depend on other rows."""

import math
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.configuration.schema import HeadConfig
from pipeline.learning.features import Features
from pipeline.learning.heads import fit_heads, out_of_fold
from pipeline.learning.words import hash_words, word_parts

TEXTS = ["The patrol took a bribe; the patrol left.", "", "Rain fell. ... !", "A bribe at the gate’s post-house"]
COLUMNS = 32  # few, so that words fall together


def dense(words):
    table = np.zeros((len(words), words.width))
    for row in range(len(words)):
        own = slice(words.starts[row], words.starts[row + 1])
        table[row, words.columns[own]] = words.values[own]
    return table


def weights(columns=COLUMNS, themes=3):
    return np.random.default_rng(0).standard_normal((themes, columns)).astype(np.float32)


def test_a_words_column_is_its_crc_whatever_its_capitals():
    words = hash_words(["Bribe", "bribe", "BRIBE"], columns=4096)
    assert words.columns.tolist() == [zlib.crc32(b"bribe") % 4096] * 3
    assert words.values.tolist() == [1.0, 1.0, 1.0]


def test_frequent_words_count_by_their_logarithm():
    table = dense(hash_words(["gate gate gate bribe"], columns=4096))[0]
    gate, bribe = (table[zlib.crc32(word) % 4096] for word in (b"gate", b"bribe"))
    assert gate / bribe == pytest.approx(1 + math.log(3), rel=1e-6)


def test_rows_have_length_one_and_rows_without_words_are_empty():
    assert np.linalg.norm(dense(hash_words(TEXTS, columns=COLUMNS)), axis=1) == pytest.approx([1, 0, 1, 1])


def test_what_heads_add_is_the_product_with_the_table():
    words = hash_words(TEXTS, columns=COLUMNS)
    assert words.logits(weights()) == pytest.approx(dense(words) @ weights().T, abs=1e-6)
    assert hash_words([""], columns=COLUMNS).logits(weights()).tolist() == [[0, 0, 0]]
    assert hash_words([], columns=COLUMNS).logits(weights()).shape == (0, 3)


def test_the_table_for_fitting_is_the_same_table():
    words, scale = hash_words(TEXTS, columns=COLUMNS), np.arange(COLUMNS, dtype=np.float64)
    assert words.sparse(scale).toarray() == pytest.approx(dense(words) * scale)


@given(st.lists(st.text("ab c.İß’\ud800", max_size=30), min_size=1, max_size=6), st.data())
def test_a_row_has_the_same_bits_alone_and_among_others(texts, data):
    words = hash_words(texts, columns=5)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=8))
    taken = words.take(np.array(rows, dtype=np.int64))
    assert np.array_equal(dense(taken), dense(words)[rows])
    assert np.array_equal(taken.logits(weights(5)), words.logits(weights(5))[rows])


@given(st.text("ab c.İß’-\n", max_size=60))
def test_the_words_shares_add_up_to_what_the_heads_add(text):
    spans, shares = word_parts(text, weights())
    assert shares.sum(axis=0) == pytest.approx(hash_words([text], columns=COLUMNS).logits(weights())[0], abs=1e-6)
    assert all(text[start:end] and not text[start:end].isspace() for start, end in spans)
    assert len(shares) == len(spans)


def test_equal_words_have_equal_shares():
    spans, shares = word_parts("gate bribe Gate", weights(4096))
    assert spans.tolist() == [[0, 4], [5, 10], [11, 15]]
    assert np.array_equal(shares[0], shares[2])


def test_rare_words_weigh_more():
    words = hash_words(["the bribe", "the gate", "the rain", "the post"], columns=4096)
    rarity = words.rarity()
    common, rare, absent = (rarity[zlib.crc32(word) % 4096] for word in (b"the", b"bribe", b"zebra"))
    assert 0 < common < rare < absent


def judged(rows=300):
    """Paragraphs whose vectors are noise and whose theme hangs on one word."""
    generator = np.random.default_rng(2)
    answers = generator.integers(0, 2, size=(rows, 1)).astype(np.int8)
    texts = [f"the guard {'bribe' if yes else 'rain'} {generator.integers(50)} walked" for (yes,) in answers]
    vectors = generator.standard_normal((rows, 4)).astype(np.float32)
    return Features(vectors, words=hash_words(texts, columns=256)), answers


def test_heads_learn_a_theme_that_hangs_on_a_word():
    features, answers = judged()
    logits = out_of_fold(lambda _: features, answers, fold=np.arange(300) % 3, config=HeadConfig())
    assert ((logits > 0) == (answers == 1)).mean() > 0.97
    blind = Features(features.rows)
    logits = out_of_fold(lambda _: blind, answers, fold=np.arange(300) % 3, config=HeadConfig())
    assert ((logits > 0) == (answers == 1)).mean() < 0.65


def test_the_factor_of_rare_words_stands_in_the_weights():
    """What is fitted on scaled columns must say the same of columns as they are, without the factor beside."""
    from sklearn.linear_model import LogisticRegression

    features, answers = judged()
    lesson = features.lesson(answers, np.ones(300, dtype=bool))
    heads = fit_heads(lesson, config=HeadConfig())
    assert heads.weight.shape == (1, 4 + 256)
    scaled = np.hstack([features.rows, dense(features.words) * features.words.rarity()])
    fitted = LogisticRegression(C=HeadConfig().C, max_iter=2000).fit(scaled, answers[:, 0])
    found = heads.logits(features.rows, features.words)
    assert found[:, 0] == pytest.approx(fitted.decision_function(scaled), abs=1e-2)


def test_reading_words_loads_neither_scikit_learn_nor_scipy():
    program = (
        "import sys, numpy as np\nfrom pipeline.learning.heads import Heads\n"
        "from pipeline.learning.words import hash_words\n"
        "heads = Heads(np.ones((2, 7), np.float32), np.zeros(2, np.float32))\n"
        "print(heads.logits(np.zeros((1, 3), np.float32), hash_words(['a bribe'], columns=4)).tolist())\n"
        "assert not {'sklearn', 'scipy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[[1.")
