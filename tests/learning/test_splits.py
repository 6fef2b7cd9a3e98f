"""Splits: no group is ever cut, every fold gets its share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.learning.splits import folds, join_groups, source_folds


def test_rows_that_share_any_key_are_one_group():
    articles = ["a", "a", "b", "c", "d"]
    stories = ["s1", "s1", "s2", "s2", "s3"]
    assert join_groups(articles, stories).tolist() == [0, 0, 1, 1, 2]


def test_joining_is_transitive_over_different_keys():
    # row 0 and 1 share an article, 1 and 2 a story, 2 and 3 a cluster
    assert join_groups(["a", "a", "b", "c"], ["1", "2", "2", "3"], [9, 8, 7, 7]).tolist() == [0, 0, 0, 0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_no_group_stands_in_two_folds(seed, n):
    generator = np.random.default_rng(seed)
    groups = generator.integers(0, 30, size=120)
    answers = generator.choice(np.array([-1, 0, 0, 0, 1], dtype=np.int8), size=(120, 4))
    fold = folds(answers, groups=groups, n=n, seed=seed % 1000)
    assert set(fold.tolist()) <= set(range(n))
    for group in np.unique(groups):
        assert len(set(fold[groups == group])) == 1


def test_a_rare_theme_is_spread_over_the_folds():
    answers = np.zeros((200, 2), dtype=np.int8)
    answers[:100, 0] = 1
    answers[:10, 1] = 1  # ten rows in ten groups
    fold = folds(answers, groups=np.arange(200), n=5, seed=3)
    assert np.bincount(fold[:10], minlength=5).tolist() == [2, 2, 2, 2, 2]


def test_same_seed_same_folds_other_seed_other_folds():
    answers = np.random.default_rng(0).integers(0, 2, size=(90, 3)).astype(np.int8)
    groups = np.arange(90) // 2
    first = folds(answers, groups=groups, n=3, seed=1)
    assert (first == folds(answers, groups=groups, n=3, seed=1)).all()
    assert (first != folds(answers, groups=groups, n=3, seed=2)).any()


def test_a_theme_with_two_positives_is_no_reason_to_warn(recwarn):
    answers = np.zeros((60, 2), dtype=np.int8)
    answers[:30, 0] = 1
    answers[:2, 1] = 1
    folds(answers, groups=np.arange(60), n=5, seed=0)
    assert not recwarn.list


def test_too_few_groups_are_an_error_with_the_number():
    with pytest.raises(DataError, match="found 2") as caught:
        folds(np.zeros((6, 1), dtype=np.int8), groups=np.array([0, 0, 0, 1, 1, 1]), n=5, seed=0)
    assert "folds.n=2" in str(caught.value)


def test_sources_stay_whole_and_out_of_training():
    sources = ["Daily A, May 2019", "daily a, June 2020", "B", "C", "", ""]
    fold = source_folds(sources, groups=np.array([0, 1, 2, 2, 3, 4]), n=3)
    assert fold[0] == fold[1], "one outlet"
    assert fold[2] == fold[3], "one story told by two outlets"
    assert len(set(fold.tolist())) == 3


def test_one_source_cannot_be_held_out():
    assert source_folds(["A, 2020", "A, 2021"], groups=np.array([0, 1]), n=3) is None


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), st.integers(0, 6)), min_size=2, max_size=30))
def test_no_source_and_no_group_is_cut(rows):
    sources = [source for source, _ in rows]
    groups = np.array([group for _, group in rows])
    fold = source_folds(sources, groups=groups, n=3)
    if fold is None:
        return
    assert set(fold.tolist()) == set(range(fold.max() + 1))
    for keys in (sources, groups.tolist()):
        for key in set(keys) - {""}:
            assert len({fold[row] for row, other in enumerate(keys) if other == key}) == 1
