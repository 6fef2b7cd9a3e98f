"""Metrics agree with scikit-learn; intervals cover the truth as often as they say."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from pipeline.configuration.schema import EvaluationConfig
from pipeline.learning.metrics import bin_of, measure

CONFIG = EvaluationConfig(bootstrap=300)


def sample(rows=400, themes=3, seed=0):
    generator = np.random.default_rng(seed)
    answers = generator.choice(np.array([-1, 0, 0, 1], dtype=np.int8), size=(rows, themes))
    scores = np.clip(0.4 * (answers == 1) + generator.random((rows, themes)) * 0.7, 0, 1)
    scores = scores.round(2).astype(np.float32)  # ties
    return answers, scores, scores > 0.6


def measured(answers, scores, decisions, groups=None, config=CONFIG):
    names = tuple(f"t{i}" for i in range(answers.shape[1]))
    groups = np.arange(len(answers)) if groups is None else groups
    return measure(answers, scores, decisions, groups=groups, themes=names, config=config, seed=1)


def test_every_figure_equals_scikit_learn_on_the_asked_rows():
    answers, scores, decisions = sample()
    result = measured(answers, scores, decisions)
    for index, one in enumerate(result.themes.values()):
        asked = answers[:, index] >= 0
        truth, given = answers[asked, index], decisions[asked, index]
        precision, recall, f1, _ = precision_recall_fscore_support(truth, given, average="binary")
        assert one.precision.value == pytest.approx(precision)
        assert one.recall.value == pytest.approx(recall)
        assert one.f1.value == pytest.approx(f1)
        expected = average_precision_score(truth, scores[asked, index])
        assert one.average_precision.value == pytest.approx(expected)
        assert (one.asked, one.support) == (asked.sum(), (truth == 1).sum())
    f1s = [one.f1.value for one in result.themes.values()]
    assert result.macro["f1"].value == pytest.approx(np.mean(f1s))


def test_micro_counts_all_themes_together():
    answers, scores, decisions = sample()
    asked = answers >= 0
    expected = precision_recall_fscore_support(answers[asked], decisions[asked], average="binary")
    micro = measured(answers, scores, decisions).micro
    assert [micro[name].value for name in ("precision", "recall", "f1")] == pytest.approx(expected[:3])
    assert "average_precision" not in micro


def test_a_theme_that_is_never_given_has_no_precision_and_says_why():
    answers, scores, decisions = sample(themes=1)
    one = measured(answers, scores, decisions & False).themes["t0"]
    assert one.precision.value is None
    assert one.precision.why
    assert one.recall.value == 0.0


def test_intervals_hold_the_value_and_widen_with_groups():
    answers, scores, decisions = sample()
    alone = measured(answers, scores, decisions).themes["t0"].f1
    twins = (
        measured(
            np.repeat(answers, 4, axis=0),
            np.repeat(scores, 4, axis=0),
            np.repeat(decisions, 4, axis=0),
            groups=np.repeat(np.arange(len(answers)), 4),
        )
        .themes["t0"]
        .f1
    )
    assert alone.low < alone.value < alone.high
    # four copies of each row are no new knowledge: the interval must not shrink by half
    assert twins.high - twins.low > 0.8 * (alone.high - alone.low)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """Recall of a coin with a known rate, 120 samples: 95 % intervals miss between 0 and 12 % of the time."""
    generator = np.random.default_rng(11)
    missed = 0
    for _ in range(120):
        answers = np.ones((150, 1), dtype=np.int8)
        decisions = generator.random((150, 1)) < 0.7
        recall = measured(answers, decisions.astype(np.float32), decisions).themes["t0"].recall
        missed += not recall.low <= 0.7 <= recall.high
    assert missed / 120 < 0.12


def expected_error(yes, scores):
    """The definition, with pandas' bins of equal size."""
    import pandas as pd

    table = pd.DataFrame({"yes": yes, "score": scores.astype(float), "bin": pd.qcut(scores, 10, labels=False)})
    bins = table.groupby("bin").agg(yes=("yes", "mean"), score=("score", "mean"), rows=("yes", "size"))
    return float(((bins.yes - bins.score).abs() * bins.rows).sum() / len(table))


def test_calibration_error_is_the_mean_gap_of_ten_bins():
    generator = np.random.default_rng(4)
    scores = generator.random((1000, 1)).astype(np.float32)
    answers = (generator.random((1000, 1)) < scores**2).astype(np.int8)
    figure = measured(answers, scores, scores > 0.5).themes["t0"].calibration_error
    assert figure.value == pytest.approx(expected_error(answers[:, 0], scores[:, 0]), abs=1e-6)
    assert figure.low < figure.value < figure.high
    assert figure.value == pytest.approx(0.5 - 1 / 3, abs=0.03)  # the mean of score - score^2


def test_calibrated_scores_have_next_to_no_error_and_a_constant_one_that_of_its_distance():
    generator = np.random.default_rng(4)
    scores = generator.random((20_000, 1)).astype(np.float32)
    answers = (generator.random((20_000, 1)) < scores).astype(np.int8)
    right = measured(answers, scores, scores > 0.5, config=EvaluationConfig(bootstrap=100))
    assert right.macro["calibration_error"].value < 0.02
    assert "calibration_error" not in right.micro
    flat = measured(answers, np.full_like(scores, 0.8), scores > 0.5, config=EvaluationConfig(bootstrap=100))
    assert flat.themes["t0"].calibration_error.value == pytest.approx(0.8 - answers.mean(), abs=1e-6)


def test_equal_scores_share_a_bin_and_bins_are_about_equal():
    scores = np.array([0.0] * 500 + list(np.linspace(0.1, 1, 500)), dtype=np.float32)
    bins = bin_of(scores)
    assert len(set(bins[:500].tolist())) == 1
    assert (np.diff(bins[500:]) >= 0).all() and bins.max() == 9
    assert max(np.bincount(bins[500:])) <= 101
    assert bin_of(scores[:0]).shape == (0,)


def test_a_seed_gives_the_same_intervals():
    answers, scores, decisions = sample()
    assert measured(answers, scores, decisions) == measured(answers, scores, decisions)


def test_a_handful_of_groups_has_figures_and_no_interval():
    answers, scores, decisions = sample(themes=1)
    four, five = np.arange(len(answers)) % 4, np.arange(len(answers)) % 5
    few, enough = (measured(answers, scores, decisions, groups=one) for one in (four, five))
    for name in ("precision", "recall", "f1", "average_precision", "calibration_error"):
        one = getattr(few.themes["t0"], name)
        assert one.value is not None
        assert (one.low, one.high) == (None, None)
        assert one.why == "rests on 4 groups, 5 needed for an interval"
        assert few.macro[name].low is None
        assert getattr(enough.themes["t0"], name).low is not None


def test_precision_rests_on_what_was_given_and_recall_on_what_is_yes():
    answers = np.array([[1], [0]] * 20, dtype=np.int8)
    decisions = np.zeros((40, 1), dtype=bool)
    decisions[:3] = True  # in 3 groups, of which 2 are yes
    one = measured(answers, decisions.astype(np.float32), decisions).themes["t0"]
    assert one.precision.value == pytest.approx(2 / 3)
    assert one.precision.low is None
    assert one.precision.why.startswith("rests on 3 groups")
    assert one.recall.low is not None
