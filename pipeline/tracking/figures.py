"""Pictures of a training's held-out quality, for eyes that may not tell red from green.

Every mark differs in shape or line, not in colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.learning.metrics import bin_of
from pipeline.learning.promises import story_scores
from pipeline.tracking.drawing import (
    BLUE,
    GREY,
    ORANGE,
    SAND,
    SKY,
    bare,
    canvas,
    keep_font_list_private,
    save_picture,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

    from pipeline.evaluation.evaluate import Measured
    from pipeline.learning.metrics import Figure

__all__ = ["draw_figures"]

_COLUMNS = 4
_BINS = 20
_TICKS = (0, 0.2, 0.4, 0.6, 0.8, 1)
_SHARES = (0, 0.05, 0.2, 0.4, 0.6, 0.8, 1)
_ROOMY = (0, 0.05, 0.2, 0.4, 0.6, 1)  # numbers that stand side by side
_SPREADS: dict[int, dict[str, Any]] = {
    0: {"label": "judged no", "histtype": "stepfilled", "color": SKY, "alpha": 0.55},
    1: {"label": "judged yes", "histtype": "step", "color": ORANGE, "linewidth": 1.6},
}


def draw_figures(made: Measured, folder: Path) -> list[Path]:
    """Draw the pictures and give their files.

    Returns
    -------
    list[Path]
        ``precision_recall.png``: one small picture per theme with the point that was chosen; ``f1.png``: F1
        of each theme with its interval, next to TF-IDF; ``scores.png``: how scores of yes and no lie around
        the threshold; ``reliability.png``: whether scores are the probabilities that they say;
        ``reading.png``: how much there is to read, and what that finds, from every score down.
    """
    keep_font_list_private()
    pictures = {
        "precision_recall.png": _precision_recall(made),
        "f1.png": _f1(made),
        "scores.png": _scores(made),
        "reliability.png": _reliability(made),
        "reading.png": _reading(made),
    }
    return [save_picture(picture, folder / name) for name, picture in pictures.items()]


def _small_multiples(
    made: Measured, *, title: str, labels: tuple[str, str]
) -> tuple[Picture, Iterator[tuple[int, str, Axes]]]:
    """Give a picture with one set of axes per theme, each with its title, and no empty frames.

    ``labels`` of the x and y axis stand at the lowest picture of a column and the first of a row only.
    """
    themes = made.model.codebook.themes
    columns = min(_COLUMNS, len(themes))
    rows = math.ceil(len(themes) / columns)
    picture = canvas(max(2.9 * columns, 6.5), 2.5 * rows + 0.9)
    grid = picture.subplots(rows, columns, squeeze=False).ravel()
    for spare in grid[len(themes) :]:
        spare.set_axis_off()
    picture.suptitle(title, fontsize=12)
    for place, (axes, theme) in enumerate(zip(grid, themes, strict=False)):
        axes.set_title(f"{wrapped(theme.name)}\n{_summary(made, theme.id)}", fontsize=9)
        axes.tick_params(labelsize=8)
        axes.set_xlabel(labels[0] if place + columns >= len(themes) else "", fontsize=9)
        axes.set_ylabel(labels[1] if place % columns == 0 else "", fontsize=9)
        bare(axes)
    return picture, ((index, theme.id, grid[index]) for index, theme in enumerate(themes))


def _legend(picture: Picture, axes: Axes) -> None:
    """Put one legend under all small pictures."""
    marks, names = axes.get_legend_handles_labels()
    picture.legend(marks, names, loc="outside lower center", ncols=len(names), frameon=False, fontsize=9)


def _precision_recall(made: Measured) -> Picture:
    picture, panels = _small_multiples(
        made,
        title="Precision and recall on unseen stories (AP: average precision)",
        labels=("recall", "precision"),
    )
    for index, theme, axes in panels:
        asked = made.answers[:, index] >= 0
        yes = made.answers[asked, index] == 1
        measured = made.evaluation.measures.themes[theme]
        recall, precision = _curve(yes, made.scores[asked, index])
        axes.step(recall, precision, where="pre", color=BLUE, linewidth=1.4, label="all thresholds")
        axes.axhline(yes.mean(), color=GREY, linestyle="--", linewidth=1, label="chance (share of yes)")
        if measured.precision.value is not None and measured.recall.value is not None:
            point = ([measured.recall.value], [measured.precision.value])
            axes.plot(*point, "o", color=ORANGE, markeredgecolor="white", markersize=8, label="chosen thresholds")
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.05), xticks=_TICKS, yticks=_TICKS)
    _legend(picture, _fullest(picture))
    return picture


def _fullest(picture: Picture) -> Axes:
    """Give the axes with most kinds of marks: a theme that is never given has no chosen point."""
    return max(picture.axes, key=lambda axes: len(axes.get_legend_handles_labels()[1]))


def _summary(made: Measured, theme: str) -> str:
    measured = made.evaluation.measures.themes[theme]
    average = measured.average_precision.value
    known = "" if average is None else f", AP {average:.2f}"
    return f"{measured.support} yes of {measured.asked}{known}"


def _curve(yes: Any, scores: Any) -> tuple[Any, Any]:
    """Give recall and precision at every distinct score, from the highest down; ties are one step."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) < 0, True))
    hits = np.cumsum(yes[order])[ends]
    precision = hits / (ends + 1)
    return np.append(0.0, hits / max(1, yes.sum())), np.append(precision[:1], precision)


def _f1(made: Measured) -> Picture:
    """Draw F1 with intervals, best theme at the top, macro below a line."""
    measures = made.evaluation.measures
    names = {theme.id: theme.name for theme in made.model.codebook.themes}
    ranked = sorted(names, key=lambda theme: measures.themes[theme].f1.value or 0.0)
    tfidf = made.evaluation.baselines.get("tfidf")
    picture = canvas(8.6, 0.5 * len(ranked) + 2.3)
    axes = picture.subplots()
    figures = [measures.macro["f1"], *(measures.themes[theme].f1 for theme in ranked)]
    _intervals(axes, figures, shift=0.13, color=BLUE, marker="o", label="model")
    if tfidf:
        others = [tfidf.macro["f1"], *(tfidf.themes[theme].f1 for theme in ranked)]
        _intervals(axes, others, shift=-0.17, color=SAND, marker="s", label="TF-IDF, same folds")
    axes.axhline(0.5, color=GREY, linewidth=0.8)
    labels = [f"{wrapped(names[theme], width=44)}  ({measures.themes[theme].support} yes)" for theme in ranked]
    axes.set_yticks(range(len(figures)), ["mean of all themes (macro)", *labels], fontsize=9)
    axes.set(xlim=(0, 1), ylim=(-0.6, len(figures) - 0.4))
    percent = round(made.evaluation.confidence * 100)
    axes.set_xlabel(f"F1 on unseen stories, with {percent} % intervals")
    bare(axes)
    axes.grid(visible=False, axis="y")
    _legend(picture, axes)
    return picture


def _intervals(axes: Axes, figures: list[Figure], *, shift: float, color: str, marker: str, label: str) -> None:
    known = [(row + shift, figure.value) for row, figure in enumerate(figures) if figure.value is not None]
    for row, figure in enumerate(figures):
        if figure.low is not None and figure.high is not None:
            place = row + shift
            axes.plot([figure.low, figure.high], [place, place], color=color, linewidth=2, alpha=0.65)
    axes.plot(
        [value for _, value in known], [place for place, _ in known], marker,
        color=color, markeredgecolor="white", markersize=7, label=label,
    )  # fmt: skip


def _scores(made: Measured) -> Picture:
    """Draw how scores of yes and of no are spread, as shares of each, with the model's threshold."""
    picture, panels = _small_multiples(
        made,
        title="Scores on unseen stories (square-root scale)",
        labels=("score", "share of paragraphs"),
    )
    edges = np.linspace(0, 1, _BINS + 1).tolist()
    for index, _, axes in panels:
        answers, scores = made.answers[:, index], made.scores[:, index]
        for answer, style in _SPREADS.items():
            chosen = scores[answers == answer]
            axes.hist(chosen, bins=edges, weights=np.full(len(chosen), 1 / max(1, len(chosen))), **style)
        threshold = made.model.decider.threshold[index]
        if threshold <= 1:
            axes.axvline(threshold, color="black", linestyle="--", linewidth=1.2, label="threshold")
        axes.set_yscale("function", functions=(_root, np.square))
        axes.set(xlim=(0, 1), ylim=(0, 1), yticks=_SHARES)
    _legend(picture, _fullest(picture))
    return picture


def _reliability(made: Measured) -> Picture:
    """Draw the share of yes over the mean score of ten bins, with 95 % intervals (Wilson 1927)."""
    picture, panels = _small_multiples(
        made,
        title="Are scores probabilities? Ten bins (square-root scales)",
        labels=("mean score", "share judged yes"),
    )
    for index, _, axes in panels:
        asked = made.answers[:, index] >= 0
        yes, scores = made.answers[asked, index] == 1, made.scores[asked, index]
        bins = np.unique(bin_of(scores), return_inverse=True)[1]
        rows, hits = np.bincount(bins), np.bincount(bins, weights=yes)
        mean, share = np.bincount(bins, weights=scores) / rows, hits / rows
        middle = (hits + 1.92) / (rows + 3.84)
        half = 1.96 * np.sqrt(hits * (rows - hits) / rows + 0.96) / (rows + 3.84)
        axes.plot([0, 1], [0, 1], "--", color=GREY, linewidth=1, label="as it should be")
        axes.vlines(mean, np.maximum(middle - half, 0), middle + half, color=BLUE, linewidth=1.6, alpha=0.6)
        axes.plot(mean, share, "o", color=BLUE, markeredgecolor="white", markersize=6, label="a tenth of the rows")
        _on_root_scale(axes, both=True)
    _legend(picture, _fullest(picture))
    return picture


def _reading(made: Measured) -> Picture:
    """Draw, over the score from which a person reads, how much that is and which stories are found whole.

    A story is found whole when every one of its paragraphs with the theme is read.
    """
    picture, panels = _small_multiples(
        made,
        title="How far down to read, and what that finds (square-root scale)",
        labels=("read from this score on", "share"),
    )
    cuts = np.linspace(0, 1, 201) ** 2
    decider = made.model.decider
    for index, _, axes in panels:
        yes, scores = made.answers[:, index] == 1, made.scores[:, index]
        lowest = story_scores(scores, yes, made.groups)
        found = 1 - np.searchsorted(lowest, cuts) / max(1, len(lowest))
        load = 1 - np.searchsorted(np.sort(scores), cuts) / max(1, len(scores))
        axes.plot(cuts, found, color=BLUE, linewidth=1.6, label="stories found whole")
        axes.plot(cuts, load, "-.", color=ORANGE, linewidth=1.4, label="paragraphs to read")
        for place, style, name in ((decider.floor[index], ":", "floor"), (decider.threshold[index], "--", "threshold")):
            if place <= 1:
                axes.axvline(place, color="black", linestyle=style, linewidth=1.2, label=name)
        _on_root_scale(axes, both=False)
    _legend(picture, _fullest(picture))
    return picture


def _on_root_scale(axes: Axes, *, both: bool) -> None:
    """Stretch the low scores, where rare themes have theirs; ``both``: the y axis too."""
    axes.set_xscale("function", functions=(_root, np.square))
    axes.set(xlim=(0, 1), ylim=(-0.02, 1.03), xticks=_ROOMY, yticks=_TICKS)
    if both:
        axes.set_yscale("function", functions=(_root, np.square))
        axes.set(ylim=(0, 1), yticks=_SHARES)


def _root(share: Any) -> Any:
    """Square root, with 0 for the numbers below 0 that matplotlib tries at the edge of a picture."""
    return np.sqrt(np.maximum(share, 0))
