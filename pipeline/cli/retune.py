"""``themes models retune``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register", "retune"]


def register(group: typer.Typer) -> None:
    """Add the command to ``themes models``."""
    example = "Example: themes models retune models/default 'thresholds.goal=recall>=0.9' --name careful"
    group.command("retune", epilog=example)(retune)


def retune(
    model: Annotated[str, typer.Argument(help="Bundle, as models/default, or models:/NAME@ALIAS of the registry.")],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            help="Of calibration, thresholds and promises, as 'thresholds.goal=recall>=0.9' (in quotes); of tracking, "
            "as tracking.enabled=false.",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the new model.")] = "",
    out: Annotated[Path, typer.Option(help="Folder that gets the bundle.")] = Path("models"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a bundle of that name.")] = False,
    config: Annotated[str, typer.Option(help="Configuration whose tracking holds.")] = "configs/default.yaml",
    as_json: Annotated[bool, typer.Option("--json", help="Print the evaluation as JSON.")] = False,
) -> None:
    """Choose thresholds, probabilities and bands again, for another purpose, without training; track it."""
    from pipeline.cli.bands import show_bands
    from pipeline.cli.common import bundle_folder
    from pipeline.cli.evaluate import show_measures
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.cli.train import record_model
    from pipeline.configuration.load import load_config
    from pipeline.errors import UsageError
    from pipeline.training.retune import retune as choose_again

    if not name:
        raise UsageError("--name", "missing", "as --name careful: a model keeps its thresholds, so this makes another")
    where = [word for word in overrides or [] if word.startswith("tracking.")]
    tracking = load_config(config, where).config.tracking
    chosen = [word for word in overrides or [] if word not in where]
    retuned = choose_again(
        bundle_folder(model, tracking_uri=tracking.uri), chosen, name=name, out=out, overwrite=overwrite
    )
    evaluation = retuned.evaluation.as_dict()
    if as_json:
        emit_json(evaluation)
    else:
        show_measures(evaluation)
        show_bands(evaluation)
    with progress_bars() as progress:
        sha256 = retuned.model.sha256
        record_model(retuned, retuned.folder, model_sha256=sha256, tracking=tracking, progress=progress)
    say(f"model     {retuned.folder}   (card: {retuned.folder / 'README.md'})")
