"""Stratified samples: sizes add up, estimates stay within what is possible, nothing found is no proof."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.prevalence.stratified import Total, allocate, cuts, share_found, total

STRATA = st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 1)), min_size=1, max_size=12)


@given(STRATA, st.integers(0, 800), st.integers(0, 8))
def test_allocated_sizes_add_up_and_fit(strata, n, least):
    sizes, spread = np.array([size for size, _ in strata]), np.array([value for _, value in strata])
    floor = np.minimum(sizes, least)
    if floor.sum() > min(n, sizes.sum()):
        with pytest.raises(ValueError, match=f"{n} is too few, at least {floor.sum()}"):
            allocate(sizes, spread, n=n, least=least)
        return
    given_sizes = allocate(sizes, spread, n=n, least=least)
    assert given_sizes.sum() == min(n, sizes.sum())
    assert (given_sizes >= floor).all()
    assert (given_sizes <= sizes).all()


def test_more_is_drawn_where_there_is_more_to_learn():
    drawn = allocate(np.array([1000, 1000, 1000]), np.array([0.5, 0.25, 0.0]), n=158, least=8)
    assert drawn.tolist() == [100, 50, 8]


def test_cuts_part_a_skewed_distribution_finer_at_its_tail():
    values = np.random.default_rng(1).exponential(size=20_000).astype(np.float32)
    edges = cuts(values, pieces=4)
    sizes = np.bincount(np.searchsorted(edges, values.astype(np.float64), side="right"), minlength=4)
    assert (np.diff(edges) > 0).all()
    assert (np.diff(sizes) < 0).all()
    assert cuts(np.zeros(0, dtype=np.float32), pieces=4).tolist() == [0, 0, 0]


@st.composite
def judged_strata(draw):
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        size = draw(st.integers(0, 500))
        judged = draw(st.integers(0, min(size, 40)))
        rows.append((size, judged, draw(st.integers(0, judged))))
    return np.array(rows).T


@given(judged_strata(), st.floats(0, 1))
def test_a_total_lies_in_its_interval_and_agrees_with_what_was_seen(strata, expected):
    sizes, judged, hits = strata
    found = total(sizes, judged, hits, expected=np.full(len(sizes), expected), confidence=0.95)
    assert hits.sum() - 1e-6 <= found.low <= found.value + 1e-6
    assert found.value - 1e-6 <= found.high <= sizes.sum() - (judged - hits).sum() + 1e-6


def test_a_census_has_no_error():
    sizes, hits, unknown = np.array([10, 4]), np.array([3, 4]), np.full(2, np.nan)
    assert total(sizes, sizes, hits, expected=unknown, confidence=0.95) == Total(7, 7, 7)
    recall = share_found(Total(3, 3, 3), Total(4, 4, 4))
    assert (recall.value, recall.low, recall.high) == pytest.approx((3 / 7,) * 3)


def test_the_estimate_weighs_each_stratum_by_its_size():
    found = total(np.array([100, 900]), np.array([20, 20]), np.array([10, 1]), expected=np.zeros(2), confidence=0.95)
    assert found.value == pytest.approx(100 * 0.5 + 900 * 0.05)


def test_nothing_found_in_a_large_stratum_is_no_proof_of_nothing():
    found = total(np.array([100, 9900]), np.array([20, 40]), np.array([10, 0]), expected=np.zeros(2), confidence=0.95)
    assert found.high > 150  # 9,900 units of which 1 in 100 would be missed by 40 judgements two times in three


def test_a_stratum_that_nobody_judged_is_not_known():
    found = total(np.array([50, 50]), np.array([10, 0]), np.array([5, 0]), expected=np.full(2, np.nan), confidence=0.95)
    assert np.isnan(found.value)
    assert (found.low, found.high) == (5, 95)


def test_recall_is_not_known_without_any_yes():
    assert np.isnan(share_found(Total(0, 0, 3), Total(0, 0, 8)).value)
    assert share_found(Total(8, 6, 10), Total(0, 0, 5)).high == 1.0
