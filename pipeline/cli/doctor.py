"""``themes doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

_BROKEN = 65


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes doctor")(doctor)


def doctor(
    config: Annotated[str, typer.Argument(help="Configuration whose encoder is looked at.")] = "configs/default.yaml",
    models: Annotated[Path, typer.Option("--models", help="Folder with model bundles.")] = Path("models"),
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say whether everything is here, offline and unaltered, and what this machine computes vectors with."""
    from dataclasses import asdict

    from pipeline.cli.output import emit_json, show_table
    from pipeline.configuration.load import load_config
    from pipeline.configuration.shipped import shipped
    from pipeline.doctor import examine

    folder = models if models.is_dir() else shipped("models")
    own = folder / "default"
    encoder = load_config(config).config.encoder
    found = examine(folder, encoder=encoder, score=own if (own / "model.json").is_file() else None)
    if as_json:
        emit_json([asdict(finding) for finding in found])
    else:
        show_table("What was looked at", ("what", "state", "found"), [(f.what, f.state, f.said) for f in found])
    if any(finding.state == "broken" for finding in found):
        raise typer.Exit(_BROKEN)
