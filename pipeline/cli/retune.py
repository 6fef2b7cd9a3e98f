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
    model: Annotated[str, typer.Argument(help="Bundle folder, as models/default.")],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            help="Of calibration, thresholds and promises, as 'thresholds.goal=recall>=0.9' (in quotes).",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the new model.")] = "",
    out: Annotated[Path, typer.Option(help="Folder that gets the bundle.")] = Path("models"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a bundle of that name.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the evaluation as JSON.")] = False,
) -> None:
    """Choose thresholds, probabilities and bands again, for another purpose, without training."""
    from pipeline.cli.bands import show_bands
    from pipeline.cli.models import find_bundle
    from pipeline.cli.output import emit_json, say
    from pipeline.cli.train import show_measures
    from pipeline.errors import UsageError
    from pipeline.retuning import retune as choose_again

    if not name:
        raise UsageError("--name", "missing", "as --name careful: a model keeps its thresholds, so this makes another")
    retuned = choose_again(find_bundle(model), overrides or [], name=name, out=out, overwrite=overwrite)
    if as_json:
        emit_json(retuned.evaluation)
    else:
        show_measures(retuned.evaluation)
        show_bands(retuned.evaluation)
    say(f"model     {retuned.folder}   (card: {retuned.folder / 'README.md'})")
