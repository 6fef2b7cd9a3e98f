"""Platt's two numbers are those of scikit-learn; the isotonic curve rises and keeps every step's share."""

import numpy as np
import pytest

from pipeline.learning.curves import isotonic, platt, stacked


def drawn(seed, rows=600, slope=0.8, intercept=-1.5):
    generator = np.random.default_rng(seed)
    column = generator.normal(scale=2.5, size=rows)
    return column, generator.random(rows) < 1 / (1 + np.exp(-(slope * column + intercept)))


@pytest.mark.parametrize("seed", range(5))
def test_platt_is_logistic_regression_on_softened_answers(seed):
    from sklearn.linear_model import LogisticRegression

    column, yes = drawn(seed)
    high, low = (yes.sum() + 1) / (yes.sum() + 2), 1 / ((~yes).sum() + 2)
    target = np.where(yes, high, low)
    model = LogisticRegression(C=np.inf, max_iter=10_000, tol=1e-10)
    twice = np.concatenate([column, column])[:, None]
    model.fit(twice, np.repeat([1, 0], len(column)), sample_weight=np.concatenate([target, 1 - target]))
    assert platt(column, yes) == pytest.approx((model.coef_[0, 0], model.intercept_[0]), abs=1e-4)


def test_platt_is_finite_on_answers_that_a_cut_separates():
    column = np.linspace(-50, 50, 40)
    slope, intercept = platt(column, column > 0)
    assert 0 < slope < 10 and abs(intercept) < 10


def test_a_head_that_is_the_wrong_way_round_keeps_its_own_probability():
    column, yes = drawn(1)
    assert platt(-column, yes) == (1.0, 0.0)


def test_few_answers_or_one_output_for_all_are_survived():
    assert platt(np.arange(20.0), np.arange(20) > 15) == (1.0, 0.0)
    slope, intercept = platt(np.full(40, 3.0), np.arange(40) < 20)
    assert 1 / (1 + np.exp(-(3 * slope + intercept))) == pytest.approx(0.5) or (slope, intercept) == (1.0, 0.0)


@pytest.mark.parametrize("seed", range(30))
def test_the_curve_rises_and_holds_no_certainty(seed):
    column, yes = drawn(seed, rows=150)
    logits, shares = isotonic(column.round(1), yes).T
    assert (np.diff(logits) > 0).all() and (np.diff(shares) >= 0).all()
    assert shares.min() > 0 and shares.max() < 1
    # the mean of all scores is about the share of yes: between the middles of the steps the curve leaves the steps
    scores = np.interp(column.round(1), logits, shares)
    assert scores.mean() == pytest.approx(yes.mean(), abs=0.1)


def test_curves_of_different_length_are_filled_with_their_last_knot():
    one, two = np.array([[0.0, 0.1], [1.0, 0.4], [2.0, 0.9]]), np.array([[5.0, 0.3]])
    knots = stacked([one, np.zeros((0, 2)), two])
    assert knots.shape == (3, 3, 2)
    assert np.array_equal(knots[0], one) and not knots[1].any()
    assert np.array_equal(knots[2], np.repeat(two, 3, axis=0))
    assert stacked([np.zeros((0, 2))]).shape == (1, 0, 2)
