"""Differences of two models: none between equals, found where there is one, covered as often as they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from pipeline.configuration.schema import EvaluationConfig
from pipeline.evaluation.paired import Answered, measure_pair

CONFIG = EvaluationConfig(bootstrap=200)
PER_GROUP = 4


def world(seed, *, groups=100, themes=2):
    """Answers of ``groups`` stories of 4 paragraphs; a story tends to be all yes or all no."""
    random = np.random.default_rng(seed)
    lean = random.beta(0.6, 1.4, (groups, themes))
    answers = random.random((groups, PER_GROUP, themes)) < lean[:, None, :]
    return answers.reshape(-1, themes).astype(np.int8), np.repeat(np.arange(groups), PER_GROUP), random


def judge(answers, random, *, strength):
    """A model that sees the answer through noise, some of it shared by the story."""
    rows, themes = answers.shape
    shared = np.repeat(random.normal(size=(rows // PER_GROUP, themes)), PER_GROUP, axis=0)
    logits = strength * (answers - 0.5) + 0.7 * random.normal(size=answers.shape) + 0.4 * shared
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return Answered(scores, scores >= 0.5)


def compared(answers, a, b, groups, config=CONFIG, seed=1):
    names = tuple(f"t{i}" for i in range(answers.shape[1]))
    return measure_pair(answers, a, b, groups=groups, themes=names, config=config, seed=seed)


def all_differences(measures):
    for one in measures.themes.values():
        yield from (one.f1, one.average_precision)
    yield from measures.macro.values()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30))
def test_a_model_is_no_better_than_itself(seed, groups):
    answers, together, random = world(seed, groups=groups)
    one = judge(answers, random, strength=1)
    for difference in all_differences(compared(answers, one, one, together)):
        assert difference.value in (0, None)
        if difference.low is not None:
            assert (difference.low, difference.high, difference.verdict) == (0, 0, "too close to call")
        else:
            assert difference.verdict == "unknown" and difference.why


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_exchanged_models_give_the_mirrored_result(seed):
    answers, together, random = world(seed, groups=30)
    a, b = judge(answers, random, strength=0.8), judge(answers, random, strength=1.6)
    mirrored = {"better": "worse", "worse": "better"}
    there, back = compared(answers, a, b, together), compared(answers, b, a, together)
    for one, other in zip(all_differences(there), all_differences(back), strict=True):
        assert (one.a, one.b) == (other.b, other.a)
        if one.low is not None:
            assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low), abs=1e-12)
            assert other.verdict == mirrored.get(one.verdict, one.verdict)


def test_the_figures_are_those_of_scikit_learn():
    answers, together, random = world(4)
    answers[random.random(answers.shape) < 0.2] = -1
    a, b = judge(answers, random, strength=1), judge(answers, random, strength=2)
    result = compared(answers, a, b, together)
    for column, one in enumerate(result.themes.values()):
        asked = answers[:, column] >= 0
        assert (one.asked, one.support) == (asked.sum(), (answers[:, column] == 1).sum())
        for model, f1, average in ((a, one.f1.a, one.average_precision.a), (b, one.f1.b, one.average_precision.b)):
            assert f1 == pytest.approx(f1_score(answers[asked, column], model.decisions[asked, column]))
            found = average_precision_score(answers[asked, column], model.scores[asked, column])
            assert average == pytest.approx(found)
    values = [one.f1.value for one in result.themes.values()]
    assert result.macro["f1"].value == pytest.approx(np.mean(values))


def test_a_clearly_better_model_is_called_better():
    for seed in range(5):
        answers, together, random = world(seed, groups=150)
        a, b = judge(answers, random, strength=0.8), judge(answers, random, strength=2.5)
        result = compared(answers, a, b, together)
        assert {one.verdict for one in all_differences(result)} == {"better"}
        worse = compared(answers, b, a, together)
        assert {one.verdict for one in all_differences(worse)} == {"worse"}
        assert worse.macro["f1"].loses_more_than(0.02) and not worse.macro["f1"].loses_more_than(0.9)


def test_what_is_hard_for_both_takes_no_part():
    """Two models that differ in a few rows: the paired interval is much narrower than that of each model."""
    answers, together, random = world(3, groups=150, themes=1)
    a = judge(answers, random, strength=1)
    flipped = a.decisions.copy()
    flipped[:8] = ~flipped[:8]
    b = Answered(a.scores, flipped)
    one = compared(answers, a, b, together).themes["t0"].f1
    alone = compared(answers, a, Answered(a.scores, answers == 1), together).themes["t0"].f1
    assert one.high - one.low < 0.5 * (alone.high - alone.low)


def test_intervals_cover_the_true_difference_about_as_often_as_they_say():
    answers, together, random = world(11, groups=40_000, themes=1)
    truth = compared(answers, *models(answers, random), together, EvaluationConfig(bootstrap=100)).macro["f1"].value
    missed = 0
    samples = 200
    for seed in range(samples):
        answers, together, random = world(1000 + seed, groups=100, themes=1)
        found = compared(answers, *models(answers, random), together).macro["f1"]
        missed += not found.low <= truth <= found.high
    # 95 % intervals, 200 samples: 10 misses expected, 3 to 19 within three standard deviations of that
    assert 2 <= missed <= 20


def test_equal_models_are_rarely_called_different():
    called = 0
    samples = 200
    for seed in range(samples):
        answers, together, random = world(5000 + seed, groups=100, themes=1)
        a, b = judge(answers, random, strength=1.2), judge(answers, random, strength=1.2)
        called += compared(answers, a, b, together).macro["f1"].verdict != "too close to call"
    assert called <= 20


def models(answers, random):
    return judge(answers, random, strength=1.0), judge(answers, random, strength=1.3)


def test_a_theme_without_a_yes_is_unknown_and_leaves_the_mean_alone():
    answers, together, random = world(2)
    answers[:, 1] = 0
    a, b = judge(answers, random, strength=1), judge(answers, random, strength=2)
    result = compared(answers, a, b, together)
    assert result.themes["t1"].f1.verdict == "unknown" and "judged yes" in result.themes["t1"].f1.why
    assert result.macro["f1"] == result.themes["t0"].f1
    assert not result.themes["t1"].f1.loses_more_than(0)


@pytest.mark.parametrize(("stories", "verdict"), [(1, "unknown"), (4, "unknown"), (5, "better")])
def test_a_handful_of_stories_gives_figures_and_no_verdict(stories, verdict):
    """One model that is always wrong and one that is always right: of four stories even that proves little."""
    answers, together, _ = world(2, themes=1)
    answers[:] = 0
    answers[: stories * PER_GROUP] = 1
    right = Answered(answers.astype(np.float32), answers == 1)
    wrong = Answered(1 - right.scores, ~right.decisions)
    one = compared(answers, wrong, right, together).themes["t0"].f1
    assert (one.a, one.b, one.value, one.verdict) == (0, 1, 1, verdict)
    assert one.why == ("" if verdict == "better" else f"yes in {stories} groups, 5 needed")
    assert one.as_dict()["verdict"] == verdict
