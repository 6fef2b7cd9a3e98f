"""``themes train``, and how a model is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.configuration.schema import Config, TrackingConfig
    from pipeline.evaluation.evaluate import Measured
    from pipeline.training.train import Trained

__all__ = ["record_model", "register", "train_and_save"]


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes train configs/default.yaml head.C=2")(train)


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
    from pipeline.cli.bands import show_bands
    from pipeline.cli.evaluate import show_measures
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.evaluation.card import FEW

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
    from pipeline.configuration.load import load_config
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
    from pipeline.training.train import train

    trained = train(config, expected=expected, progress=progress)
    folder = out / config.name
    model = trained.save(folder)
    record_model(trained, folder, model_sha256=model.sha256, tracking=config.tracking, progress=progress)
    return trained, folder


def record_model(made: Measured, folder: Path, *, model_sha256: str, tracking: TrackingConfig, progress: Any) -> None:
    """Record a run and say so, where tracking is enabled; MLflow is not loaded where it is not.

    Raises
    ------
    TrackingError
        When the store does not work and ``tracking.required``.
    """
    from pipeline.cli.output import say
    from pipeline.errors import TrackingError

    if not tracking.enabled:
        return
    from pipeline.tracking import record

    try:
        recorded = record(made, folder, model_sha256=model_sha256, config=tracking, progress=progress)
    except TrackingError:
        say(f"model     {folder} was written, but not recorded")
        raise
    say(recorded.told())
