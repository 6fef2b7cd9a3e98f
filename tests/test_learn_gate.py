"""The gate passes what may hold tags, and loses no more of them than was asked."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learn.gate import GateRule, article_means, beside, choose_level, fit_gate, runs

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=200)


@given(PAIRS, st.sampled_from([0.0, 0.005, 0.05, 0.3]))
def test_no_more_tags_are_lost_than_asked_for(pairs, miss):
    expected, tags = np.array(pairs, dtype=float).T
    level = choose_level(expected, tags.astype(int), miss=miss)
    lost = tags[expected < level].sum()
    assert lost == 0 if level == 0 else lost + 1 <= miss * (tags.sum() + 1)


@given(PAIRS)
def test_the_level_is_the_highest_that_may_be(pairs):
    expected, tags = np.array(pairs, dtype=float).T
    level = choose_level(expected, tags.astype(int), miss=0.2)
    for higher in expected[expected > level]:
        assert (
            tags[expected < higher].sum() + 1 > 0.2 * (tags.sum() + 1)
            or (expected < higher).sum() == (expected < level).sum()
        )


def test_with_too_few_tags_everything_passes():
    assert choose_level(np.array([0.0, 0.1, 0.9]), np.array([0, 0, 1]), miss=0.005) == 0.0
    assert choose_level(np.array([0.0, 0.1, 0.9]), np.array([0, 0, 198]), miss=0.005) == 0.0  # 199 would do
    assert choose_level(np.array([0.0, 0.1, 0.9]), np.array([0, 0, 199]), miss=0.005) == 0.9


def test_what_passes_is_where_tags_are_expected():
    draw = np.random.default_rng(3)
    logits = draw.standard_normal((4000, 2)) * 3
    yes = draw.random((4000, 2)) < 1 / (1 + np.exp(-logits + 2))
    rule = fit_gate(logits, yes, articles=None, miss=0.01)
    passed = rule.passes(logits, None)
    assert 0 < (yes & ~passed[:, None]).sum() <= 0.01 * yes.sum()
    assert passed.mean() < 0.9
    assert abs(rule.expected(logits, None).sum() / yes.sum() - 1) < 0.02  # the expected numbers are calibrated


def test_what_stands_around_a_paragraph_says_whether_its_article_is_on_the_subject():
    draw = np.random.default_rng(4)
    articles = np.repeat(np.arange(400), 10)
    about = (draw.random(400) < 0.3)[articles]
    yes = (about & (draw.random(4000) < 0.4))[:, None]
    logits = (yes + about[:, None] * 0.7 + draw.standard_normal((4000, 1))).astype(float)
    alone = fit_gate(logits, yes, articles=None, miss=0.02).passes(logits, None)
    among = fit_gate(logits, yes, articles=articles.tolist(), miss=0.02).passes(logits, articles.tolist())
    assert among.mean() < 0.6 * alone.mean()


def test_means_are_of_the_article():
    found = article_means(np.array([[1.0], [3.0], [5.0]]), [0, 0, 1])
    assert found.tolist() == [[2.0], [2.0], [5.0]]
    assert article_means(np.zeros((0, 2)), []).shape == (0, 2)


def test_a_gate_of_level_0_passes_everything():
    rule = GateRule(np.ones(1), np.zeros(1), np.zeros(1), 0.0)
    assert rule.passes(np.full((3, 1), -1e9), None).all()


def test_paragraphs_beside_passed_ones_are_read_within_their_article():
    passed = np.array([True, False, False, False, True, False, False])
    assert beside(passed, [0, 0, 1, 1, 1, 1, 1]).tolist() == [True, True, False, True, True, True, False]
    assert beside(passed[:1], [0]).tolist() == [True]
    assert beside(passed[:0], []).tolist() == []


def test_an_article_that_comes_again_is_another_run():
    assert runs(["a", "a", "b", "a"]) == [0, 0, 1, 2]
    assert runs([]) == []
