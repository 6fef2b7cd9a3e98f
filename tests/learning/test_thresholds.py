"""Thresholds reach their goal, and no better one does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from pipeline.configuration.goals import Goal
from pipeline.configuration.schema import ThresholdsConfig
from pipeline.errors import ConfigError
from pipeline.learning.thresholds import NEVER, choose_threshold, goals_of, with_goals
from tests.support.fakes import fake_codebook

ROWS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60)


def chosen(rows, goal):
    scores = np.array([row[0] for row in rows], dtype=np.float32) / 20
    yes = np.array([row[1] for row in rows])
    return scores, yes, choose_threshold(scores, yes, goal=Goal.of(goal))


def rates(scores, yes, threshold):
    given = scores >= np.float32(threshold)
    hits = (given & yes).sum()
    return (hits / given.sum() if given.any() else 0.0), (hits / yes.sum() if yes.any() else 0.0)


@given(ROWS, st.sampled_from([0.3, 0.5, 0.75, 0.9]))
def test_precision_is_reached_with_the_most_recall(rows, least):
    scores, yes, threshold = chosen(rows, f"precision>={least}")
    reaching = [cut for cut in np.unique(scores) if yes.any() and rates(scores, yes, cut)[0] >= least]
    if not reaching:
        assert threshold == NEVER
        return
    precision, recall = rates(scores, yes, threshold)
    assert precision >= least
    assert recall == max(rates(scores, yes, cut)[1] for cut in reaching)
    assert rates(scores, yes, threshold) == rates(scores, yes, min(reaching))  # the lowest of them


@given(ROWS, st.sampled_from([0.3, 0.5, 0.75, 0.9]))
def test_recall_is_reached_from_as_high_as_possible(rows, least):
    scores, yes, threshold = chosen(rows, f"recall>={least}")
    if not yes.any():
        assert threshold == NEVER
        return
    assert rates(scores, yes, threshold)[1] >= least
    above = [cut for cut in np.unique(scores) if cut > threshold]
    assert all(rates(scores, yes, cut)[1] < least for cut in above[1:])  # above[0] is the row it was chosen at


@given(ROWS)
def test_f1_is_the_best_there_is(rows):
    scores, yes, threshold = chosen(rows, "f1")
    if yes.any():
        best = max(f1_score(yes, scores >= cut) for cut in np.unique(scores))
        assert f1_score(yes, scores >= np.float32(threshold)) == pytest.approx(best)


def test_a_threshold_lies_midway_between_two_scores():
    scores, yes = np.array([0.2, 0.4, 0.6, 0.8], dtype=np.float32), np.array([False, False, True, True])
    assert choose_threshold(scores, yes, goal=Goal.of("f1")) == pytest.approx(0.5)
    assert choose_threshold(scores, yes, goal=Goal.of("precision>=0.6")) == pytest.approx(0.3)
    assert choose_threshold(scores, yes, goal=Goal.of("recall>=0.5")) == pytest.approx(0.7)


def test_what_no_score_reaches_is_never_given():
    scores, yes = np.array([0.9, 0.9, 0.2], dtype=np.float32), np.array([True, False, True])
    assert choose_threshold(scores, yes, goal=Goal.of("precision>=0.7")) == NEVER
    assert choose_threshold(scores, yes & False, goal=Goal.of("f1")) == NEVER


def test_a_themes_own_goal_wins_over_the_codebooks_and_that_over_the_general_one():
    codebook = fake_codebook(("a", "b", "c"))
    themes = [
        theme.model_copy(update={"goal": goal})
        for theme, goal in zip(codebook.themes, ("recall>=0.9", "recall>=0.8", None), strict=True)
    ]
    codebook = codebook.model_copy(update={"themes": themes})
    merged = with_goals(ThresholdsConfig(goal="precision>=0.7", themes={"a": "f1"}), codebook)
    assert merged.themes == {"a": "f1", "b": "recall>=0.8"}
    assert [str(goal) for goal in goals_of(merged, codebook.ids)] == ["f1", "recall>=0.8", "precision>=0.7"]


def test_a_goal_for_an_unknown_theme_is_refused():
    with pytest.raises(ConfigError, match="unknown theme, found 'bribes'; themes: a, b"):
        with_goals(ThresholdsConfig(themes={"bribes": "f1"}), fake_codebook(("a", "b")))


def test_probabilities_in_place_of_answers_give_the_best_expected_f1():
    scores = np.array([0.9, 0.8, 0.3, 0.2, 0.1], dtype=np.float32)
    found = choose_threshold(scores, scores, goal=Goal.of("f1"))
    expected = {cut: 2 * scores[scores >= cut].sum() / ((scores >= cut).sum() + scores.sum()) for cut in scores}
    best = max(expected, key=expected.get)
    assert found < best
    assert ((scores >= np.float32(found)) == (scores >= best)).all()
