"""Neighbours count within an article only, and a lone paragraph has none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learning.neighbours import around, with_neighbours

VECTORS = np.array([[1, 0], [2, 0], [4, 1], [8, 0]], dtype=np.float32)


def test_neighbours_are_added_up_within_an_article():
    assert around(VECTORS, ["a", "a", "a", "b"]).tolist() == [[2, 0], [5, 1], [2, 0], [0, 0]]


def test_the_same_article_apart_is_not_a_neighbour():
    assert around(VECTORS, ["a", "b", "a", "b"]).tolist() == [[0, 0]] * 4


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows(rows):
    assert around(VECTORS[:rows], ["a"] * rows).shape == (rows, 2)


def test_without_articles_the_neighbours_are_zero_and_the_width_stays():
    features = with_neighbours(VECTORS, None, weight=0.5)
    assert features.dtype == np.float32
    assert features[:, :2].tolist() == VECTORS.tolist()
    assert not features[:, 2:].any()


def test_weight_zero_leaves_the_vectors_alone():
    assert with_neighbours(VECTORS, ["a"] * 4, weight=0) is VECTORS


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(0, 2**16))
def test_a_row_feels_only_the_rows_beside_it(articles, seed):
    generator = np.random.default_rng(seed)
    vectors = generator.standard_normal((len(articles), 3)).astype(np.float32)
    names = [str(article) for article in articles]
    before = around(vectors, names)
    changed = vectors.copy()
    row = int(generator.integers(len(names)))
    changed[row] += 1
    moved = np.flatnonzero((around(changed, names) != before).any(axis=1))
    beside = {other for other in (row - 1, row + 1) if 0 <= other < len(names) and names[other] == names[row]}
    assert set(moved.tolist()) == beside
