"""Corrected shares: right where raw shares are wrong, with intervals that cover, refused where they mean nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.prevalence.error_rates import corrected, error_rates, random_weights, resampled_share

CONFIDENCE = 0.95


def labels(generator, *, rows, groups, share, hit, false_alarm):
    """Simulate labelled rows whose answers are alike within a group."""
    group = generator.integers(0, groups, rows)
    common = generator.beta(share * 5, (1 - share) * 5, groups)
    answers = (generator.random(rows) < common[group]).astype(np.int8)
    return answers, generator.random(rows) < np.where(answers == 1, hit, false_alarm), group


def rates_of(generator, *, draws=400, seed=0, **truth):
    answers, tagged, groups = labels(generator, **truth)
    return error_rates(answers, tagged, groups=groups, draws=draws, seed=seed, confidence=CONFIDENCE)


def tagged_share(part, whole, *, draws=400, seed=0):
    weights = random_weights(len(part), draws=draws, seed=seed)
    return resampled_share(np.asarray(part, float), np.asarray(whole, float), weights=weights, seed=seed + 1)


@pytest.mark.parametrize(("share", "hit", "false_alarm"), [(0.10, 0.7, 0.08), (0.03, 0.6, 0.05), (0.30, 0.6, 0.15)])
def test_the_corrected_share_is_right_where_the_raw_one_is_not_and_its_interval_covers(share, hit, false_alarm):
    raw, values, covered, runs = [], [], 0, 300
    for seed in range(runs):
        generator = np.random.default_rng(seed)
        rates = rates_of(generator, rows=1200, groups=400, share=0.1, hit=hit, false_alarm=false_alarm, seed=seed)
        story = generator.integers(0, 400, 2000)
        common = generator.beta(share * 6, (1 - share) * 6, 400)
        truth = generator.random(2000) < common[story]
        tagged = generator.random(2000) < np.where(truth, hit, false_alarm)
        counts = tagged_share(np.bincount(story, tagged, 400), np.bincount(story, minlength=400), seed=seed + 9)
        figure = corrected(counts, rates, confidence=CONFIDENCE)
        raw.append(tagged.mean())
        if figure.value is None:  # an unlucky draw of labels is told as such
            continue
        values.append(figure.value)
        covered += figure.low <= share <= figure.high
    assert len(values) >= 0.97 * runs
    bias = abs(np.mean(values) - share)
    assert bias < 0.004 + 0.02 * share
    assert abs(np.mean(raw) - share) > 4 * bias or share == 0.30
    assert 0.92 <= covered / len(values) <= 0.98


def test_one_row_in_each_group_gives_the_interval_of_jeffreys():
    from scipy.stats import beta

    ones = np.ones(60)
    drawn = tagged_share(np.arange(60) < 4, ones, draws=20_000)
    assert drawn[0] == 4 / 60
    assert np.quantile(drawn[1:], [0.025, 0.975]) == pytest.approx(beta.ppf([0.025, 0.975], 4.5, 56.5), abs=0.004)


def test_rows_that_are_alike_make_the_interval_wider():
    alone = tagged_share(np.arange(100) < 30, np.ones(100))
    together = tagged_share(10 * (np.arange(10) < 3), 10 * np.ones(10))
    assert np.std(together[1:]) > 2 * np.std(alone[1:])


def test_too_few_groups_with_yes_are_refused():
    answers = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], dtype=np.int8)
    rates = error_rates(answers, answers == 1, groups=np.arange(10) // 2, draws=100, seed=1, confidence=CONFIDENCE)
    figure = corrected(tagged_share(np.ones(9), np.ones(9), draws=100), rates, confidence=CONFIDENCE)
    assert figure.value is None
    assert figure.why == "cannot be corrected: judged yes in 2 groups, 5 needed"


def test_tags_that_tell_nothing_are_refused():
    rates = rates_of(np.random.default_rng(3), rows=900, groups=300, share=0.2, hit=0.3, false_alarm=0.29)
    figure = corrected(tagged_share(np.arange(99) < 30, np.ones(99)), rates, confidence=CONFIDENCE)
    assert figure.value is None
    assert "hardly tell yes from no" in figure.why


def test_a_theme_that_is_never_tagged_is_refused():
    rates = rates_of(np.random.default_rng(3), rows=900, groups=300, share=0.2, hit=0.0, false_alarm=0.0)
    assert "hardly tell yes from no" in rates.why


@pytest.mark.parametrize(("tagged", "words"), [(0, "less than the"), (98, "more than")])
def test_shares_that_no_truth_could_give_are_told(tagged, words):
    rates = rates_of(np.random.default_rng(5), rows=1500, groups=500, share=0.2, hit=0.7, false_alarm=0.2)
    figure = corrected(tagged_share(np.arange(99) < tagged, np.ones(99)), rates, confidence=CONFIDENCE)
    assert figure.value is None
    assert words in figure.why
    assert "err differently here" in figure.why


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**16),
    st.floats(0.02, 0.9),
    st.floats(0, 1),
    st.floats(0, 1),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40),
)
def test_shares_lie_between_0_and_1_and_inside_their_interval(seed, share, hit, false_alarm, stories):
    rates = rates_of(
        np.random.default_rng(seed), rows=200, groups=80, share=share, hit=hit, false_alarm=false_alarm, draws=100
    )
    whole = np.array([max(pair) + 1 for pair in stories])
    part = np.array([min(pair) for pair in stories])
    figure = corrected(tagged_share(part, whole, draws=100), rates, confidence=CONFIDENCE)
    if figure.value is None:
        assert figure.why.startswith("cannot be corrected: ")
    else:
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
