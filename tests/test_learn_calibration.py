"""Calibration and thresholds."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from pipeline.config import CalibrationConfig, ThresholdsConfig
from pipeline.learn.calibration import Decider, best_f1, fit_decider, held_out_scores


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


def test_best_f1_beats_every_other_threshold():
    generator = np.random.default_rng(3)
    scores = generator.random(300).astype(np.float32).round(2)
    yes = generator.random(300) < scores**2
    chosen = best_f1(scores, yes)
    best = f1_score(yes, scores >= np.float32(chosen))
    assert best == pytest.approx(max(f1_score(yes, scores >= one) for one in np.unique(scores)))
    assert chosen not in set(scores.tolist())  # between two scores, not on one


def test_no_positive_means_never_yes():
    threshold = best_f1(np.array([0.2, 0.9], dtype=np.float32), np.array([False, False]))
    decider = Decider(np.ones(1), np.zeros(1), np.array([threshold]))
    assert not decider.decide(np.array([[1.0]], dtype=np.float32)).any()


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
