"""Calibration and thresholds."""

import dataclasses

import numpy as np
import pytest

from pipeline.configuration.schema import CalibrationConfig, PromisesConfig, ThresholdsConfig
from pipeline.learning.calibration import Decider, fit_decider, held_out_scores, with_floors
from pipeline.learning.promises import story_scores


def simulated(rows=4000, slope=0.4, intercept=-1.0, seed=1):
    """Head outputs whose true probability is sigmoid(slope * logit + intercept)."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(scale=3, size=(rows, 1))
    truth = 1 / (1 + np.exp(-(slope * logits + intercept)))
    answers = (generator.random((rows, 1)) < truth).astype(np.int8)
    return logits, answers


def fit(logits, answers, method="platt"):
    return fit_decider(logits, answers, calibration=CalibrationConfig(method=method), thresholds=ThresholdsConfig())


def test_platt_finds_the_probabilities_that_made_the_answers():
    decider = fit(*simulated())
    assert decider.slope[0] == pytest.approx(0.4, abs=0.05)
    assert decider.intercept[0] == pytest.approx(-1.0, abs=0.15)


def test_scores_are_probabilities_of_their_bin():
    logits, answers = simulated(rows=20_000)
    scores = fit(logits, answers).scores(logits)[:, 0]
    for low in (0.1, 0.3, 0.5, 0.7):
        inside = (scores >= low) & (scores < low + 0.2)
        assert answers[inside, 0].mean() == pytest.approx(scores[inside].mean(), abs=0.04)


def test_too_few_positives_leave_the_heads_own_probability():
    logits = np.linspace(-3, 3, 50)[:, None]
    answers = np.zeros((50, 1), dtype=np.int8)
    answers[-3:] = 1
    decider = fit(logits, answers)
    assert (decider.slope[0], decider.intercept[0]) == (1.0, 0.0)


def test_unasked_rows_do_not_move_the_decider():
    logits, answers = simulated()
    noisy = np.concatenate([logits, -logits])
    unasked = np.concatenate([answers, np.full_like(answers, -1)])
    assert fit(logits, answers).threshold == pytest.approx(fit(noisy, unasked).threshold)


def test_no_positive_means_never_yes():
    decider = fit(np.array([[-1.0], [2.0]]), np.array([[0], [0]], dtype=np.int8))
    assert not decider.decide(np.array([[1.0]], dtype=np.float32)).any()


def test_an_isotonic_score_is_a_probability_of_its_bin_where_platt_is_not():
    """The truth is a step, which two numbers cannot follow."""
    generator = np.random.default_rng(2)
    logits = generator.uniform(-4, 4, size=(20_000, 1))
    answers = (generator.random((20_000, 1)) < np.where(logits > 1, 0.55, 0.1)).astype(np.int8)
    errors = {}
    for method in ("platt", "isotonic"):
        scores = fit(logits, answers, method=method).scores(logits)[:, 0]
        bins = np.digitize(logits[:, 0], np.linspace(-4, 4, 17))
        gaps = [abs(answers[bins == one, 0].mean() - scores[bins == one].mean()) for one in np.unique(bins)]
        errors[method] = np.mean(gaps)
    assert errors["isotonic"] < 0.02 < 0.05 < errors["platt"]


def test_isotonic_falls_back_to_platt_where_a_theme_has_few_positives():
    logits, answers = simulated(rows=3000)
    few = np.where(np.cumsum(answers == 1, axis=0) <= 99, answers, 0).astype(np.int8)
    decider = fit(np.hstack([logits, logits]), np.hstack([answers, few]), method="isotonic")
    assert decider.isotonic.tolist() == [True, False]
    assert decider.knots[1].any() == False  # noqa: E712 - numpy's bool
    alone = fit(logits, few, method="platt")
    assert decider.slope[1] == pytest.approx(alone.slope[0])
    assert np.array_equal(decider.scores(np.hstack([logits, logits]))[:, 1], alone.scores(logits)[:, 0])


def test_the_method_of_a_theme_is_the_same_in_every_fold():
    """110 positives: enough on all rows, 88 in four of five folds; measured must be what is shipped."""
    logits, answers = simulated(rows=4000)
    answers = np.where(np.cumsum(answers == 1, axis=0) <= 110, answers, 0).astype(np.int8)
    fold = np.arange(len(logits)) % 5
    nested, _ = held_out_scores(
        logits, answers, fold=fold, calibration=CalibrationConfig(method="isotonic"), thresholds=ThresholdsConfig()
    )
    assert fit(logits, answers, method="isotonic").isotonic.all()
    assert nested.max() < 0.999 and len(np.unique(nested.round(4))) < 2000  # steps, not a smooth curve


@pytest.mark.parametrize("method", ["platt", "isotonic", "none"])
def test_a_rows_score_depends_on_nothing_but_the_row_and_never_falls(method):
    logits, answers = simulated()
    decider = fit(logits, answers, method=method)
    together = decider.scores(logits)
    assert np.array_equal(together[::7], decider.scores(logits[::7]))
    assert together[3] == decider.scores(logits[3:4])
    assert (np.diff(together[np.argsort(logits[:, 0]), 0]) >= 0).all()
    assert decider.scores(logits[:0]).shape == (0, 1)


def test_bands_lie_at_floor_and_threshold():
    decider = Decider(np.ones(2), np.zeros(2), np.array([0.6, 2.0]), np.array([0.2, 0.4]))
    scores = np.array([[0.1, 0.1], [0.2, 0.39], [0.59, 0.4], [0.6, 1.0]], dtype=np.float32)
    assert decider.bands(scores).tolist() == [[0, 0], [1, 0], [1, 1], [2, 1]]
    assert np.array_equal(decider.bands(scores) == 2, decider.decide(scores))


def test_without_a_floor_nothing_is_for_review():
    decider = Decider(np.ones(1), np.zeros(1), np.array([0.6]))
    assert decider.bands(np.array([[0.59], [0.6]], dtype=np.float32)).ravel().tolist() == [0, 2]


def test_floors_find_the_promised_stories_and_never_lie_above_the_threshold():
    logits, answers = simulated(rows=1200)
    groups = np.arange(1200) // 3
    plain = fit(logits, answers)
    decider = with_floors(plain, logits, answers, groups=groups, config=PromisesConfig())
    (promise,) = decider.promises
    lowest = story_scores(decider.scores(logits)[:, 0], answers[:, 0] == 1, groups)
    assert promise.holds and promise.stories == len(lowest)
    assert (lowest < decider.floor.astype(np.float32)).sum() == promise.misses
    assert decider.floor[0] < decider.threshold[0]
    low = dataclasses.replace(plain, threshold=np.array([0.001]))
    assert with_floors(low, logits, answers, groups=groups, config=PromisesConfig()).floor[0] == 0.001


def test_unasked_rows_do_not_move_a_floor():
    logits, answers = simulated(rows=900)
    groups = np.arange(900)
    noisy, unasked = np.vstack([logits, logits - 9]), np.vstack([answers, np.full_like(answers, -1)])
    floors = [
        with_floors(fit(*rows), *rows, groups=names, config=PromisesConfig()).floor
        for rows, names in (((logits, answers), groups), ((noisy, unasked), np.tile(groups, 2)))
    ]
    assert floors[0] == pytest.approx(floors[1])


def test_held_out_decisions_do_not_use_their_own_fold():
    """One fold's outputs are shifted: its own threshold would be right, the others' is not."""
    logits = np.concatenate([np.linspace(-1, 1, 100), np.linspace(-1, 1, 100) + 50])[:, None]
    answers = (np.tile(np.linspace(-1, 1, 100), 2) > 0).astype(np.int8)[:, None]
    fold = np.repeat([0, 1], 100)
    _, decisions = held_out_scores(
        logits, answers, fold=fold, calibration=CalibrationConfig(), thresholds=ThresholdsConfig()
    )
    assert decisions[fold == 1].all()  # judged by fold 0's threshold, near 0
    assert not decisions[fold == 0].any()
