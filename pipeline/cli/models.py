"""``themes models list|show|verify``; the group that other commands on models join."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

_AS_JSON = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_MODEL = Annotated[str, typer.Argument(help="Bundle folder, as models/default.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    from pipeline.cli import compare, retune

    group = typer.Typer(no_args_is_help=True, help="List, show, verify, compare and promote models.")
    group.command("list", epilog="Example: themes models list")(list_models)
    group.command("show", epilog="Example: themes models show models/default")(show)
    group.command("verify", epilog="Example: themes models verify models/default")(verify)
    retune.register(group)
    compare.register(group)
    app.add_typer(group, name="models")


def list_models(
    folder: Annotated[Path, typer.Argument(help="Folder that holds bundles.")] = Path("models"),
    as_json: _AS_JSON = False,
) -> None:
    """List the bundles in a folder, with hash and macro F1; a damaged one is listed as such."""
    from pipeline.cli.output import emit_json, say, show_table
    from pipeline.model.bundle import list_bundles

    listed = [_line(path) for path in list_bundles(folder)]
    if as_json:
        emit_json(listed)
        return
    if not listed:
        say(f"no bundles in {folder}; train one: themes train configs/default.yaml")
        return
    columns = ["model", "themes", "macro F1", "sha256", "state"]
    show_table(f"bundles in {folder}", columns, [list(line.values()) for line in listed])


def _line(path: Path) -> dict[str, str]:
    import json

    from pipeline.errors import ThemesError
    from pipeline.evaluation.card import shown_figure
    from pipeline.model.bundle import BUNDLE, audit_bundle

    try:
        head = audit_bundle(path)
        evaluation = json.loads((path / BUNDLE.evaluation).read_bytes())
        measured = evaluation.get("measures")  # a student has none: nobody measured it against people
        f1 = shown_figure(measured["macro"]["f1"]) if measured else "student"
    except ThemesError as error:
        state = f"refused: {error.problem}"
        return {"model": str(path), "themes": "", "macro_f1": "", "sha256": "", "state": state}
    themes = str(len(head["themes"]))
    return {
        "model": str(path),
        "themes": themes,
        "macro_f1": f1,
        "sha256": head["sha256"][:16],
        "state": "ok",
    }


def show(model: _MODEL, as_json: _AS_JSON = False) -> None:
    """Print a bundle's model card, after checking its files."""
    from pipeline.cli.common import find_bundle
    from pipeline.cli.output import emit_json, printable
    from pipeline.model.bundle import BUNDLE, audit_bundle

    folder = find_bundle(model)
    head = audit_bundle(folder)
    if as_json:
        emit_json(head)
        return
    card = (folder / BUNDLE.card).read_text("utf-8")
    typer.echo("\n".join(printable(line) for line in card.split("\n")))


def verify(model: _MODEL, as_json: _AS_JSON = False) -> None:
    """Hash every file again and score the check paragraphs again."""
    from pipeline.cli.common import find_bundle
    from pipeline.cli.output import emit_json
    from pipeline.files import hash_file
    from pipeline.model.bundle import BUNDLE, verify_bundle

    folder = find_bundle(model)
    worst = verify_bundle(folder)
    sha256 = hash_file(folder / BUNDLE.model)
    if as_json:
        emit_json({"model": str(folder), "state": "ok", "sha256": sha256, "largest_difference": worst})
    else:
        typer.echo(f"ok: {folder}, every file as {BUNDLE.model} says, check scores within {worst:.1e}")
        typer.echo(f"{BUNDLE.model}: sha256 {sha256}   (compare it with the run, or with what the sender says)")
