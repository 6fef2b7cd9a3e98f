"""Promises are exact: the numbers are those of the binomial law, and a simulation keeps them to their word."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from pipeline.configuration.schema import PromisesConfig
from pipeline.learning import promises
from pipeline.learning.promises import (
    UNPROMISED,
    Promise,
    allowed_misses,
    between,
    choose_floor,
    stories_needed,
    story_scores,
)

CONFIG = PromisesConfig()
USUAL = {"recall": 0.9, "confidence": 0.9}


@pytest.mark.parametrize(
    ("stories", "misses"),
    [(0, -1), (1, -1), (9, -1), (21, -1), (22, 0), (37, 0), (38, 1), (51, 1), (52, 2), (57, 2), (1000, 87)],
)
def test_the_misses_that_are_allowed(stories, misses):
    assert allowed_misses(stories, **USUAL) == misses


@given(
    st.integers(0, 3000),
    st.floats(0.02, 0.999, exclude_max=True),
    st.floats(0.51, 0.999, exclude_max=True),
)
@settings(max_examples=200)
def test_they_are_those_of_the_binomial_law(stories, recall, confidence):
    misses = allowed_misses(stories, recall=recall, confidence=confidence)
    most, slack = 1 - confidence, 1e-7
    assert misses < 0 or binom.cdf(misses, stories, 1 - recall) <= most + slack
    assert binom.cdf(misses + 1, stories, 1 - recall) > most - slack


def test_very_many_stories_are_no_problem_for_floats():
    assert allowed_misses(100_000, **USUAL) == int(binom.ppf(0.1, 100_000, 0.1)) - 1


@pytest.mark.parametrize(("recall", "confidence"), [(0.9, 0.9), (0.5, 0.75), (0.95, 0.95), (0.8, 0.9), (0.3, 0.6)])
def test_the_stories_that_are_needed_are_the_fewest_with_a_promise(recall, confidence):
    needed = stories_needed(recall=recall, confidence=confidence)
    assert allowed_misses(needed, recall=recall, confidence=confidence) >= 0
    assert allowed_misses(needed - 1, recall=recall, confidence=confidence) == -1


def test_needed_with_the_default_is_22():
    assert stories_needed(**USUAL) == 22


def test_what_is_said():
    assert str(Promise(0.9, 0.9, 9, -1)) == "no promise: 9 positive stories, 22 needed"
    assert str(Promise(0.95, 0.8, 100, 2)) == "95 % of stories, 80 % sure"
    assert str(UNPROMISED) == "no promise: written before promises"
    assert [one.holds for one in (Promise(0.9, 0.9, 9, -1), Promise(0.9, 0.9, 22, 0), UNPROMISED)] == [0, 1, 0]


def test_a_story_counts_once_with_its_lowest_yes_paragraph():
    scores = np.array([0.9, 0.2, 0.1, 0.7, 0.05], dtype=np.float32)
    yes = np.array([True, True, False, True, False])
    groups = np.array([4, 4, 4, 7, 9])
    assert story_scores(scores, yes, groups).tolist() == pytest.approx([0.2, 0.7])


def _numbered(stories):
    """Stories with one yes paragraph each, of scores 1 / 1000, 2 / 1000 ..., and a no paragraph below each."""
    ranks = np.arange(1, stories + 1)
    scores = np.concatenate([ranks, ranks - 0.5]).astype(np.float32) / 1000
    return scores, np.repeat([True, False], stories), np.tile(ranks, 2)


@pytest.mark.parametrize(("stories", "rank"), [(22, 1), (38, 2), (57, 3)])
def test_the_floor_lies_just_below_the_story_after_the_misses(stories, rank):
    scores, yes, groups = _numbered(stories)
    floor, promise = choose_floor(scores, yes, groups=groups, config=CONFIG)
    assert (rank - 0.5) / 1000 < floor < rank / 1000
    assert (promise.stories, promise.misses, promise.holds) == (stories, rank - 1, True)


def test_too_few_stories_keep_a_floor_below_the_lowest_and_promise_nothing():
    scores, yes, groups = _numbered(9)
    floor, promise = choose_floor(scores, yes, groups=groups, config=CONFIG)
    assert 0.0005 < floor < 0.001
    assert str(promise) == "no promise: 9 positive stories, 22 needed"


def test_without_any_story_nothing_is_read():
    floor, promise = choose_floor(np.zeros(3, "float32"), np.zeros(3, bool), groups=np.arange(3), config=CONFIG)
    assert (floor, promise.holds) == (2.0, False)


@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_between_takes_in_the_upper_and_leaves_out_the_lower(one, other):
    lower, upper = sorted((one, other))
    found = np.float32(between(lower, upper))
    assert found <= upper
    assert lower == upper or found > lower


def _draw(generator, *, stories, rounded):
    """Stories of 1 to 6 paragraphs: scores within a story hang together; some yes, some no.

    ``rounded``: scores in steps, so that many are equal.
    """
    size = generator.integers(1, 7, stories)
    groups = np.repeat(np.arange(stories), size)
    scores = 1 / (1 + np.exp(-(generator.normal(size=stories)[groups] + 0.7 * generator.normal(size=len(groups)))))
    yes = generator.random(len(groups)) < 0.6
    return (np.round(scores, rounded) if rounded else scores).astype(np.float32), yes, groups


def _broken(*, stories, rounded, draws=1500):
    """Share of draws in which the chosen floor finds fewer than 90 % of new stories whole."""
    generator = np.random.default_rng(stories)
    truth = story_scores(*_draw(generator, stories=300_000, rounded=rounded))
    floors = []
    for _ in range(draws):
        scores, yes, groups = _draw(generator, stories=stories, rounded=rounded)
        floors.append(choose_floor(scores, yes, groups=groups, config=CONFIG))
    kept = 1 - np.searchsorted(truth, np.array([floor for floor, _ in floors], dtype=np.float32)) / len(truth)
    promised = np.array([promise.holds for _, promise in floors])
    return (kept < 0.9)[promised]


@pytest.mark.parametrize("stories", [30, 60, 140])
@pytest.mark.parametrize("rounded", [0, 1], ids=["scores differ", "scores are often equal"])
def test_the_promise_fails_no_more_often_than_it_says(stories, rounded):
    """Known truth, correlated paragraphs, ties: at most 10 % of the promises may be broken, within chance."""
    broken = _broken(stories=stories, rounded=rounded)
    assert len(broken) > 1000
    assert broken.sum() <= binom.ppf(0.999, len(broken), 0.1)


@pytest.mark.parametrize("stories", [30, 60])
def test_the_simulation_would_catch_one_miss_too_many(stories, monkeypatch):
    right = promises.allowed_misses
    monkeypatch.setattr(promises, "allowed_misses", lambda count, **asked: right(count, **asked) + 1)
    broken = _broken(stories=stories, rounded=0)
    assert broken.sum() > binom.ppf(0.999, len(broken), 0.1)


def test_the_simulation_would_catch_paragraphs_taken_for_stories():
    """Trials must be stories: paragraphs of one story are no new evidence, and the promise is about whole stories."""
    generator = np.random.default_rng(5)
    truth = story_scores(*_draw(generator, stories=300_000, rounded=0))
    floors = []
    for _ in range(1500):
        scores, yes, _ = _draw(generator, stories=60, rounded=0)
        floors.append(choose_floor(scores, yes, groups=np.arange(len(yes)), config=CONFIG)[0])
    kept = 1 - np.searchsorted(truth, np.array(floors, dtype=np.float32)) / len(truth)
    assert (kept < 0.9).sum() > binom.ppf(0.999, 1500, 0.1)


@pytest.mark.parametrize(("found", "stories", "kept"), [(0, 3, False), (9, 10, True), (8, 10, False), (0, 0, True)])
def test_a_promise_is_kept_by_no_fewer_stories_than_it_says(found, stories, kept):
    assert Promise(0.9, 0.9, 30, 0).kept(found, stories=stories) is kept
