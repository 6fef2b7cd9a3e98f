"""The gate passes what may hold tags, and loses no more of them than was asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.gate import GateRule, article_means, beside, choose_level, fit_gate, runs

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=200)


@given(PAIRS, st.sampled_from([0.0, 0.005, 0.05, 0.3]))
def test_no_more_tags_are_lost_than_asked_for(pairs, miss):
    expected, tags = np.array(pairs, dtype=float).T
    level = choose_level(expected, tags.astype(int), groups=np.arange(len(tags)), miss=miss)
    lost = tags[expected < level].sum()
    assert lost == 0 if level == 0 else lost <= miss * tags.sum()


@pytest.mark.parametrize("stories", [4000, 800])
def test_new_stories_lose_no_more_than_asked_for_nearly_always(stories):
    """What a level chosen on some stories loses on others; tags come in clumps, as in a dump."""
    draw, over = np.random.default_rng(5), 0
    for _ in range(40):
        groups = np.repeat(np.arange(2 * stories), 5)
        expected = draw.random(len(groups)) + draw.random(2 * stories)[groups]
        tags = draw.binomial(1, np.clip(expected - 0.3, 0, 1) ** 2)
        seen = groups < stories
        level = choose_level(expected[seen], tags[seen], groups=groups[seen], miss=0.005)
        assert level > 0.3  # and the gate is of use
        over += tags[~seen][expected[~seen] < level].sum() > 0.005 * tags[~seen].sum()
    assert over <= 10  # of 40; a level without a margin is over in half of them


def test_reprints_of_a_story_say_no_more_than_the_story():
    draw = np.random.default_rng(6)
    expected = draw.random(1500)
    tags = draw.binomial(1, expected**3)
    reprinted, groups = np.tile(expected, 8), np.tile(np.arange(1500), 8)
    apart = choose_level(reprinted, np.tile(tags, 8), groups=np.arange(len(groups)), miss=0.02)
    assert 0 < choose_level(reprinted, np.tile(tags, 8), groups=groups, miss=0.02) < apart


def test_with_too_few_tags_everything_passes():
    expected, groups = np.array([0.0, 0.1, 0.9]), np.zeros(3, dtype=int)
    assert choose_level(expected, np.array([0, 0, 0]), groups=groups, miss=0.5) == 0.0
    assert choose_level(expected, np.array([0, 0, 1]), groups=groups, miss=0.005) == 0.0
    assert choose_level(expected, np.array([0, 0, 198]), groups=groups, miss=0.005) == 0.0  # 199 would do
    assert choose_level(expected, np.array([0, 0, 199]), groups=groups, miss=0.005) == 0.9
    assert choose_level(expected, np.array([0, 0, 199]), groups=np.arange(3), miss=0.005) == 0.0  # all in one of three


def test_what_passes_is_where_tags_are_expected():
    draw = np.random.default_rng(3)
    logits = draw.standard_normal((4000, 2)) * 3
    yes = draw.random((4000, 2)) < 1 / (1 + np.exp(-logits + 2))
    rule = fit_gate(logits, yes, articles=None, groups=np.arange(4000), miss=0.01)
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
    alone = fit_gate(logits, yes, articles=None, groups=articles, miss=0.02).passes(logits, None)
    among = fit_gate(logits, yes, articles=articles.tolist(), groups=articles, miss=0.02).passes(
        logits, articles.tolist()
    )
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
