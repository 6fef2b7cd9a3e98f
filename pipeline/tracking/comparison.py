"""A comparison told to MLflow: one run with figures, tables and a picture, without a text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.configuration.schema import TrackingConfig
from pipeline.errors import TrackingError
from pipeline.evaluation.compare import Comparison
from pipeline.evaluation.comparison_tables import comparison_markdown
from pipeline.evaluation.paired import COMPARED, Difference
from pipeline.files import canonical_json, private_folder, write_whole
from pipeline.tracking.drawing import BLUE, GREY, ORANGE, bare, canvas, keep_font_list_private, save_picture
from pipeline.tracking.runs import OURS, ended, log_metrics, tidy, workplace
from pipeline.tracking.store import Store, ensure_experiment, find_store, opened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture
    from mlflow import MlflowClient

__all__ = ["draw_differences", "record_comparison", "write_comparison"]

_TITLES = {"f1": "F1", "average_precision": "average precision"}
_MARKS = {
    "better": ("^", BLUE, "B is better"),
    "too close to call": ("o", GREY, "too close to call"),
    "worse": ("v", ORANGE, "B is worse"),
    "unknown": ("x", GREY, "unknown: too few groups with a yes"),
}


def record_comparison(comparison: Comparison, *, config: TrackingConfig) -> str:
    """Write a comparison as a run of its own.

    Returns
    -------
    str
        What became of it, in one line.

    Raises
    ------
    TrackingError
        When the store does not work and ``config.required``; otherwise the line says so.
    ConfigError
        When ``config.uri`` is no tracking store.
    """
    store = find_store(config.uri)
    try:
        with opened(store, making=True) as client:
            run_id = write_comparison(client, comparison, store=store, experiment=config.experiment)
    except TrackingError as error:
        if config.required:
            raise
        return f"not tracked: {error}"
    return f"tracked   run {run_id} in {store.shown}"


def write_comparison(
    client: MlflowClient,
    comparison: Comparison,
    *,
    store: Store,
    experiment: str,
    tags: dict[str, str] | None = None,
    margin: float | None = None,
) -> str:
    """Write a comparison in an open store and give its run.

    Parameters
    ----------
    tags
        More of them: what became of a promotion.
    margin
        F1 that a promotion lets a theme lose; drawn in the picture.
    """
    from mlflow.entities import Param

    place = ensure_experiment(client, experiment, store=store)
    tidy(client, place, store=store)
    name = f"compare {comparison.a.name} {comparison.b.name}"
    told = OURS | _tags(comparison) | (tags or {})
    run_id = str(client.create_run(place, tags=told, run_name=name).info.run_id)
    with ended(client, run_id), workplace(store) as work:
        client.log_batch(run_id, params=[Param(name, value) for name, value in _parameters(comparison, margin).items()])
        log_metrics(client, run_id, _metrics(comparison))
        client.log_artifacts(run_id, str(_documents(comparison, work / "run", margin=margin)))
    return run_id


def _tags(comparison: Comparison) -> dict[str, str]:
    return {
        "kind": "comparison",
        "model_a_sha256": comparison.a.sha256,
        "model_b_sha256": comparison.b.sha256,
        "labels_sha256": comparison.labels,
    }


def _parameters(comparison: Comparison, margin: float | None) -> dict[str, str]:
    values = {
        "model_a": comparison.a.name,
        "model_b": comparison.b.name,
        "confidence": comparison.confidence,
        "resamplings": comparison.resamplings,
    }
    return {name: str(value) for name, value in (values | ({} if margin is None else {"margin": margin})).items()}


def _metrics(comparison: Comparison) -> dict[str, float]:
    """Give every known figure: ``f1_a/bribery``, ``f1_difference_low/bribery``, ``f1_difference_macro`` ..."""
    found = {"rows": float(comparison.rows), "groups": float(comparison.groups), "left_out": float(comparison.left_out)}
    for figure in COMPARED:
        for theme, one in comparison.measures.themes.items():
            found |= _figures(figure, getattr(one, figure), below=f"/{theme}")
        found |= _figures(figure, comparison.measures.macro[figure], below="_macro")
    return found


def _figures(name: str, one: Difference, *, below: str) -> dict[str, float]:
    values = {"a": one.a, "b": one.b, "difference": one.value, "difference_low": one.low, "difference_high": one.high}
    return {f"{name}_{part}{below}": value for part, value in values.items() if value is not None}


def _documents(comparison: Comparison, folder: Path, *, margin: float | None) -> Path:
    """Gather the run's files in one folder, to be sent at once."""
    private_folder(folder)
    write_whole(folder / "comparison.json", canonical_json(comparison.as_dict()))
    write_whole(folder / "comparison.md", comparison_markdown(comparison).encode("utf-8"))
    keep_font_list_private()
    save_picture(draw_differences(comparison, margin=margin), folder / "figures" / "differences.png")
    return folder


def draw_differences(comparison: Comparison, *, margin: float | None = None) -> Picture:
    """Draw every difference with its interval, one row per theme, best for B at the top, the mean below a line."""
    themes = comparison.measures.themes
    ranked = sorted(themes, key=lambda theme: themes[theme].f1.value or 0.0)
    picture = canvas(10.5, 0.42 * len(ranked) + 2.6)
    pair = picture.subplots(1, 2, sharey=True)
    panels = [
        [comparison.measures.macro[figure], *(getattr(themes[theme], figure) for theme in ranked)]
        for figure in COMPARED
    ]
    reach, ticks = _scale([one for rows in panels for one in rows])
    for axes, figure, rows in zip(pair, COMPARED, panels, strict=True):
        _whiskers(axes, rows)
        axes.set(xlim=(-reach, reach), xticks=ticks)
        axes.axvline(0, color="black", linewidth=1)
        axes.axhline(0.5, color=GREY, linewidth=0.8)
        axes.set_xlabel(f"{_TITLES[figure]} of B minus that of A", fontsize=9)
        axes.tick_params(labelsize=8)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        bare(axes)
        axes.grid(visible=False, axis="y")
    if margin:
        pair[0].axvline(-margin, color=ORANGE, linestyle="--", linewidth=1.2, label="most that may be lost")
    labels = [f"{theme}  ({themes[theme].support} yes)" for theme in ranked]
    pair[0].set_yticks(range(len(ranked) + 1), ["mean of all themes (macro)", *labels], fontsize=9)
    picture.suptitle(_title(comparison), fontsize=10)
    _legend(picture, pair)
    return picture


def _title(comparison: Comparison) -> str:
    percent = round(100 * comparison.confidence)
    on = f"{comparison.rows:,} paragraphs in {comparison.groups:,} groups, {percent} % intervals"
    return f"A: {_short(comparison.a.name)}    B: {_short(comparison.b.name)}\n{on}; right of 0: B is better"


def _short(name: str, *, most: int = 48) -> str:
    return name if len(name) <= most else f"{name[: most - 3]}..."


def _scale(differences: list[Difference]) -> tuple[float, list[float]]:
    """Give how far the axis reaches to both sides of 0, and ticks at round numbers."""
    ends = (end for one in differences for end in (one.value, one.low, one.high) if end is not None)
    reach = 1.08 * max([0.05, *map(abs, ends)])
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.5) if reach / step < 5 or step == 0.5)
    count = int(reach / step)
    return reach, [round(place * step, 2) for place in range(-count, count + 1)]


def _whiskers(axes: Axes, rows: list[Difference]) -> None:
    """Draw a dot for each difference and a line for its interval; the mark tells the verdict as the colour does."""
    for verdict, (marker, color, label) in _MARKS.items():
        chosen = [(row, one) for row, one in enumerate(rows) if one.verdict == verdict]
        for row, one in chosen:
            if one.low is not None and one.high is not None:
                axes.plot([one.low, one.high], [row, row], color=color, linewidth=2, alpha=0.65)
        known = [(one.value or 0.0, row) for row, one in chosen]
        if known:
            x, y = zip(*known, strict=True)
            axes.plot(x, y, marker, color=color, markersize=7, markeredgewidth=1.5, label=label)


def _legend(picture: Picture, pair: list[Axes]) -> None:
    """Put one legend under both, each mark once."""
    marks: dict[str, Any] = {}
    for axes in pair:
        handles, names = axes.get_legend_handles_labels()
        marks |= dict(zip(names, handles, strict=True))
    picture.legend(
        list(marks.values()), list(marks), loc="outside lower center", ncols=len(marks), frameon=False, fontsize=9
    )
