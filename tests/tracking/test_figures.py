"""Pictures: all themes in them, nothing over anything else, the same bytes every time."""

import dataclasses

import numpy as np
import pytest

from pipeline.configuration.schema import EvaluationConfig
from pipeline.learning.calibration import Decider
from pipeline.learning.metrics import measure
from pipeline.tracking import figures
from tests.support.fakes import fake_model
from tests.support.tracked import small_training

DRAWN = ("_precision_recall", "_f1", "_scores", "_reliability", "_reading")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_training(tmp_path_factory.mktemp("training")).trained


def invented(small, names, *, rows=60, never=False):
    """A training with these themes and invented answers; ``never``: no theme is ever given."""
    random = np.random.default_rng(3)
    model = fake_model(tuple(f"theme_{place}" for place in range(len(names))))
    themes = [theme.model_copy(update={"name": name}) for theme, name in zip(model.codebook.themes, names, strict=True)]
    count = len(names)
    threshold = np.full(count, 2.0 if never else 0.5)
    model = dataclasses.replace(
        model,
        codebook=model.codebook.model_copy(update={"themes": themes}),
        decider=Decider(model.decider.slope, model.decider.intercept, threshold, threshold / 2),
    )
    answers = random.integers(-1, 2, (rows, count)).astype(np.int8)
    scores = np.clip(random.random((rows, count)) * 0.6 + 0.3 * (answers == 1), 0, 1).astype(np.float32)
    decisions = scores >= threshold
    found = measure(
        answers,
        scores,
        decisions,
        groups=np.arange(rows) // 2,
        themes=model.themes,
        config=EvaluationConfig(bootstrap=100),
        seed=1,
    )
    evaluation = dataclasses.replace(small.evaluation, measures=found, baselines={"tfidf": found})
    return dataclasses.replace(
        small,
        model=model,
        answers=answers,
        groups=np.arange(rows) // 2,
        scores=scores,
        decisions=decisions,
        evaluation=evaluation,
    )


def texts(picture):
    """All visible texts of a picture with their boxes in pixels."""
    from matplotlib.text import Text

    renderer = picture.canvas.get_renderer()
    picture.draw(renderer)
    found = [text for text in picture.findobj(Text) if text.get_visible() and text.get_text().strip()]
    shown = [text for text in found if text.axes is None or text.axes.axison]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in shown]


def overlap(one, other):
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return width > 1 and height > 1


@pytest.mark.parametrize("count", [1, 2, 5, 10, 23])
@pytest.mark.parametrize("name", DRAWN)
def test_every_text_is_inside_the_picture_and_none_lies_on_another(small, name, count):
    names = ["Bribery and extortion", "Closing and guarding the border, in all weathers, by day and by night"]
    trained = invented(small, [names[place % 2] for place in range(count)])
    picture = getattr(figures, name)(trained)
    found = texts(picture)
    for text, box in found:
        assert picture.bbox.x0 - 1 <= box.x0 and box.x1 <= picture.bbox.x1 + 1, text
        assert picture.bbox.y0 - 1 <= box.y0 and box.y1 <= picture.bbox.y1 + 1, text
    for place, (text, box) in enumerate(found):
        for other, around in found[place + 1 :]:
            assert not overlap(box, around), (text, other)


@pytest.mark.parametrize("name", DRAWN)
def test_every_theme_is_named(small, name):
    names = ["Alpha", "Beta", "Gamma"]
    shown = "\n".join(text for text, _ in texts(getattr(figures, name)(invented(small, names))))
    assert all(theme in shown for theme in names)


def test_a_theme_that_is_never_given_has_a_curve_and_no_point(small):
    trained = invented(small, ["Alpha"], never=True)
    labels = figures._precision_recall(trained).axes[0].get_legend_handles_labels()[1]
    assert labels == ["all thresholds", "chance (share of yes)"]
    assert "threshold" not in figures._scores(trained).axes[0].get_legend_handles_labels()[1]
    assert texts(figures._f1(trained))


def test_the_curve_is_that_of_scikit_learn():
    from sklearn.metrics import precision_recall_curve

    random = np.random.default_rng(5)
    yes, scores = random.random(80) < 0.3, np.round(random.random(80), 1).astype(np.float32)
    recall, precision = figures._curve(yes, scores)
    theirs, expected, _ = precision_recall_curve(yes, scores)
    ours = sorted(zip(recall[1:].tolist(), precision[1:].tolist(), strict=True))
    wanted = sorted(set(zip(expected[:-1].tolist(), theirs[:-1].tolist(), strict=True)))
    assert np.allclose(sorted(set(ours)), wanted)


def test_the_same_training_gives_the_same_bytes(small, tmp_path):
    one, two = figures.draw_figures(small, tmp_path / "a"), figures.draw_figures(small, tmp_path / "b")
    assert [path.name for path in one] == [
        "precision_recall.png",
        "f1.png",
        "scores.png",
        "reliability.png",
        "reading.png",
    ]
    for first, second in zip(one, two, strict=True):
        assert first.read_bytes() == second.read_bytes() and first.read_bytes()[:4] == b"\x89PNG"
