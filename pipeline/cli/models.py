"""``themes models list|show|verify``; the group that other commands on models join."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.model import ThemeModel

__all__ = ["bundle_folder", "find_bundle", "load_model", "register"]

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


def find_bundle(name: str) -> Path:
    """Give the folder of a bundle: as named, or the shipped one of that name.

    Raises
    ------
    MissingError
        When there is neither.
    """
    from pipeline.bundle import BUNDLE
    from pipeline.errors import MissingError
    from pipeline.shipped import shipped

    for folder in (Path(name), shipped(name)):
        if (folder / BUNDLE.model).is_file():
            return folder
    raise MissingError(name, "no model bundle here (no model.json)", "themes models list shows the bundles")


def load_model(name: str, *, tracking_uri: str = "") -> ThemeModel:
    """Load a bundle by folder or by its address in MLflow; see ``bundle_folder``."""
    from pipeline.model import ThemeModel

    return ThemeModel.load(bundle_folder(name, tracking_uri=tracking_uri))


def bundle_folder(name: str, *, tracking_uri: str = "") -> Path:
    """Give a bundle's folder by itself or by its address in MLflow; only an address ever asks MLflow.

    Parameters
    ----------
    name
        A folder, ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/RUN_ID``.
    tracking_uri
        Where addresses are looked up; that of configs/default.yaml when empty.

    Raises
    ------
    MissingError, DataError
        When there is no such model, or it was changed.
    """
    if not name.startswith(("models:/", "runs:/")):
        return find_bundle(name)
    from pipeline.configfile import load_config
    from pipeline.tracking import fetch_model

    uri = tracking_uri or load_config("configs/default.yaml").config.tracking.uri
    return fetch_model(name, tracking_uri=uri)


def list_models(
    folder: Annotated[Path, typer.Argument(help="Folder that holds bundles.")] = Path("models"),
    as_json: _AS_JSON = False,
) -> None:
    """List the bundles in a folder, with hash and macro F1; a damaged one is listed as such."""
    from pipeline.bundle import list_bundles
    from pipeline.cli.output import emit_json, say, show_table

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

    from pipeline.bundle import BUNDLE, audit_bundle
    from pipeline.card import shown_figure
    from pipeline.errors import ThemesError

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
    from pipeline.bundle import BUNDLE, audit_bundle
    from pipeline.cli.output import emit_json, printable

    folder = find_bundle(model)
    head = audit_bundle(folder)
    if as_json:
        emit_json(head)
        return
    card = (folder / BUNDLE.card).read_text("utf-8")
    typer.echo("\n".join(printable(line) for line in card.split("\n")))


def verify(model: _MODEL, as_json: _AS_JSON = False) -> None:
    """Hash every file again and score the check paragraphs again."""
    from pipeline.bundle import BUNDLE, verify_bundle
    from pipeline.cli.output import emit_json
    from pipeline.files import hash_file

    folder = find_bundle(model)
    worst = verify_bundle(folder)
    sha256 = hash_file(folder / BUNDLE.model)
    if as_json:
        emit_json({"model": str(folder), "state": "ok", "sha256": sha256, "largest_difference": worst})
    else:
        typer.echo(f"ok: {folder}, every file as {BUNDLE.model} says, check scores within {worst:.1e}")
        typer.echo(f"{BUNDLE.model}: sha256 {sha256}   (compare it with the run, or with what the sender says)")
