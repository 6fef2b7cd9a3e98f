"""``themes train`` and ``themes evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.training import Trained

__all__ = ["register", "show_measures", "train_and_save"]

_FIGURES = ("precision", "recall", "f1", "average_precision")


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    app.command(epilog="Example: themes train configs/default.yaml head.C=2")(train)
    app.command(epilog="Example: themes evaluate models/default my-labels/")(evaluate)


def train(
    config: Annotated[str, typer.Argument(help="Configuration file, as configs/default.yaml.")] = "",
    overrides: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Overrides, as head.C=2.")] = None,
    from_run: Annotated[str, typer.Option(help="Repeat this MLflow run instead of reading a configuration.")] = "",
    tracking_uri: Annotated[
        str, typer.Option(help="Where --from-run looks; default: tracking.uri of configs/default.yaml.")
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder that gets the bundle.")] = Path("models"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the evaluation as JSON.")] = False,
) -> None:
    """Train, evaluate, track, and write models/NAME."""
    from pipeline.card import FEW
    from pipeline.cli.bands import show_bands
    from pipeline.cli.output import emit_json, progress_bars, say

    resolved, expected = _resolve(config, overrides or [], from_run=from_run, tracking_uri=tracking_uri)
    with progress_bars() as progress:
        trained, folder = train_and_save(resolved, out=out, progress=progress, expected=expected)
    if as_json:
        emit_json(trained.evaluation.as_dict())
    else:
        show_measures(trained.evaluation.as_dict())
        show_bands(trained.evaluation.as_dict())
    for theme, one in trained.evaluation.measures.themes.items():
        if one.support < FEW:
            say(f"warning   {theme}: only {one.support} yes; judge {FEW} or more before you trust its figures")
    say(f"model     {folder}   (card: {folder / 'README.md'})")
    say(f"next      themes tag DUMP --model {folder} --out OUT")


def _resolve(config: str, overrides: list[str], *, from_run: str, tracking_uri: str) -> tuple[Config, dict[str, str]]:
    """Give the configuration to train from, and the hashes that a repeated run must meet."""
    from pipeline.configfile import load_config
    from pipeline.errors import UsageError

    if from_run and "=" in config:  # `--from-run ID key=value`: the first word stands in the place of the file
        config, overrides = "", [config, *overrides]
    if bool(config) == bool(from_run):
        raise UsageError(
            "themes train",
            "needs either a configuration or --from-run",
            "themes train configs/default.yaml, or themes train --from-run RUN_ID",
        )
    if not from_run:
        return load_config(config, overrides).config, {}
    if overrides:
        raise UsageError("--from-run", f"repeats a run as it was, found {overrides[0]!r}", "leave out KEY=VALUE")
    from pipeline.tracking import run_config

    uri = tracking_uri or load_config("configs/default.yaml").config.tracking.uri
    return run_config(from_run, uri=uri)


def train_and_save(
    config: Config, *, out: Path, progress: Any, expected: dict[str, str] | None = None
) -> tuple[Trained, Path]:
    """Train, write the bundle and record the run; the bundle is there even when tracking fails.

    Raises
    ------
    DataError
        When a repeated run does not find the labels or codebook it was made from.
    """
    from pipeline.cli.output import say
    from pipeline.errors import TrackingError
    from pipeline.training import train

    trained = train(config, expected=expected, progress=progress)
    folder = out / config.name
    model = trained.save(folder)
    if config.tracking.enabled:
        from pipeline.tracking import record

        try:
            recorded = record(trained, folder, model_sha256=model.sha256, config=config.tracking, progress=progress)
        except TrackingError:
            say(f"model     {folder} was written, but not recorded")
            raise
        say(recorded.told())
    return trained, folder


def evaluate(
    model: Annotated[str, typer.Argument(help="Bundle, as models/default, or models:/NAME@ALIAS of the registry.")],
    labels: Annotated[list[Path], typer.Argument(help="Judged paragraphs: files or folders.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the evaluation as JSON.")] = False,
) -> None:
    """Measure a model on labels, without a paragraph that it has seen.

    Paragraphs that were in training count with their held-out scores; others of their stories are left out.
    """
    from pipeline.cli.bands import show_bands
    from pipeline.cli.models import load_model
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.config import EvaluationConfig
    from pipeline.evaluation import evaluate as measure_on

    loaded = load_model(model)
    with progress_bars() as progress:
        evaluation = measure_on(loaded, labels, config=EvaluationConfig(), progress=progress)
    if as_json:
        emit_json(evaluation.as_dict())
    else:
        show_measures(evaluation.as_dict())
        show_bands(evaluation.as_dict())
    if loaded.held_out is None:
        say(f"warning   {model} does not say what it was trained on: its figures may be too good")


def show_measures(evaluation: dict[str, Any]) -> None:
    """Print the table of themes with intervals, then the baselines."""
    from pipeline.card import shown_figure
    from pipeline.cli.output import show_table
    from pipeline.comparing.told import told_rows

    measures = evaluation["measures"]
    rows = [
        [theme, str(one["support"]), *(shown_figure(one[name]) for name in _FIGURES)]
        for theme, one in measures["themes"].items()
    ]
    rows.append(["macro", "", *(shown_figure(measures["macro"][name]) for name in _FIGURES)])
    if evaluation["by_source"]:
        far = evaluation["by_source"]["macro"]
        rows.append(["macro, sources held out", "", *(shown_figure(far[name]) for name in _FIGURES)])
    for name, other in evaluation["baselines"].items():
        rows.append([f"macro of {name}", "", *(shown_figure(other["macro"][f]) for f in _FIGURES)])
    how = f"{evaluation['folds']} folds" if evaluation["folds"] else told_rows(evaluation["origin"])
    title = f"{evaluation['rows']} paragraphs in {evaluation['groups']} groups, {how}"
    show_table(title, ["theme", "yes", "precision", "recall", "F1", "average precision"], rows, right=("yes",))
