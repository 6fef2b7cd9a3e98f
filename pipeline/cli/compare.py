"""``themes models compare|promote|rollback``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.configuration.schema import Config
    from pipeline.errors import DataError
    from pipeline.evaluation.compare import Comparison
    from pipeline.tracking.promotion import Promotion

__all__ = ["register", "show_comparison"]

_A = Annotated[str, typer.Argument(help="Bundle, or models:/NAME@ALIAS or runs:/ID of MLflow.", metavar="A")]
_B = Annotated[str, typer.Argument(help="The other one: differences are B - A.", metavar="B")]
_LABELS = Annotated[list[Path], typer.Argument(help="Judged paragraphs: files or folders.", metavar="LABELS")]
_WORDS = Annotated[
    list[str],
    typer.Argument(
        help="Judged paragraphs; before them, the address of another candidate than models:/NAME@candidate.",
        metavar="[CANDIDATE] LABELS",
    ),
]
_CONFIG = Annotated[str, typer.Option(help="Configuration whose tracking, promotion and evaluation hold.")]
_URI = Annotated[str, typer.Option("--tracking-uri", help="MLflow store; default: tracking.uri of the configuration.")]
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_DEFAULT = "configs/default.yaml"


def register(group: typer.Typer) -> None:
    """Add the commands to ``themes models``."""
    group.command(epilog="Example: themes models compare models/default models/mine labels")(compare)
    group.command(epilog="Example: themes models promote labels")(promote)
    group.command(epilog="Example: themes models rollback")(rollback)


def compare(
    a: _A,
    b: _B,
    labels: _LABELS,
    no_track: Annotated[bool, typer.Option("--no-track", help="Do not record the comparison in MLflow.")] = False,
    config: _CONFIG = _DEFAULT,
    tracking_uri: _URI = "",
    as_json: _AS_JSON = False,
) -> None:
    """Measure two models on the same judged paragraphs, without one that either was trained on."""
    from pipeline.cli.common import load_model
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.evaluation.compare import compare as compare_models

    resolved = _resolve(config, tracking_uri)
    models = [load_model(name, tracking_uri=resolved.tracking.uri) for name in (a, b)]
    names = _shown_names((a, b), (models[0].name, models[1].name))
    with progress_bars() as progress:
        comparison = compare_models(
            models[0], models[1], labels, config=resolved.evaluation, names=names, progress=progress
        )
    if as_json:
        emit_json(comparison.as_dict())
    else:
        show_comparison(comparison)
    if resolved.tracking.enabled and not no_track:
        from pipeline.tracking import record_comparison

        say(record_comparison(comparison, config=resolved.tracking))


def _resolve(config: str, tracking_uri: str) -> Config:
    from pipeline.configuration.load import load_config

    resolved = load_config(config).config
    if not tracking_uri:
        return resolved
    return resolved.model_copy(update={"tracking": resolved.tracking.model_copy(update={"uri": tracking_uri})})


def _shown_names(given: tuple[str, str], bundles: tuple[str, str]) -> tuple[str, str]:
    """Call models by address or bundle name, never by a path: it may name a person, and the run is kept."""
    first, second = (
        name if name.startswith(("models:/", "runs:/")) else bundle for name, bundle in zip(given, bundles, strict=True)
    )
    return first, second


def show_comparison(comparison: Comparison) -> None:
    """Print what was compared on what, and one table per figure."""
    from pipeline.cli.output import printable, show_table
    from pipeline.evaluation.comparison_tables import COLUMNS, FIGURES, comparison_notes, comparison_rows

    for note in comparison_notes(comparison):
        typer.echo(printable(note))
    for figure, title in FIGURES.items():
        show_table(title, COLUMNS, comparison_rows(comparison, figure), right=("yes", "A", "B"))


def promote(
    words: _WORDS,
    force: Annotated[
        bool, typer.Option("--force", help="Move the champion although themes lose; that is recorded.")
    ] = False,
    config: _CONFIG = _DEFAULT,
    tracking_uri: _URI = "",
    as_json: _AS_JSON = False,
) -> None:
    """Make a candidate the champion, unless a theme loses more than promotion.margin with confidence."""
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.tracking import promote as promote_version

    resolved = _resolve(config, tracking_uri)
    candidate, labels = _split(words, model=resolved.tracking.model)
    with progress_bars() as progress:
        done = promote_version(
            candidate,
            labels,
            tracking=resolved.tracking,
            promotion=resolved.promotion,
            evaluation=resolved.evaluation,
            force=force,
            progress=progress,
        )
    if as_json:
        emit_json(done.as_dict())
    elif done.comparison is not None:
        show_comparison(done.comparison)
    if done.run_id:
        say(f"tracked   run {done.run_id}")
    if done.outcome == "refused":
        raise _refusal(done)
    if not as_json:
        typer.echo(_told(done))


def _split(words: list[str], *, model: str) -> tuple[str, list[Path]]:
    """Tell the candidate's address from the labels."""
    from pipeline.errors import UsageError

    addressed = words[0].startswith(("models:/", "runs:/"))
    candidate, labels = (words[0], words[1:]) if addressed else (f"models:/{model}@candidate", words)
    if not labels:
        raise UsageError(
            "themes models promote", f"no labels to compare on, found {candidate!r} alone", "name judged paragraphs"
        )
    return candidate, [Path(label) for label in labels]


def _refusal(done: Promotion) -> DataError:
    from pipeline.errors import DataError

    assert done.comparison is not None
    sure = f"{round(100 * done.comparison.confidence)} % confidence"
    return DataError(
        f"models:/{done.model}/{done.version}",
        f"loses more than {done.margin} F1 against version {done.before} with {sure}: {_told_lost(done)}",
        "judge more paragraphs of these themes and train again, or promote it all the same with --force",
    )


def _told_lost(done: Promotion) -> str:
    from pipeline.evaluation.comparison_tables import shown_difference

    lost = [f"{theme} {shown_difference(one) if one else '(not in it)'}" for theme, one in done.lost.items()]
    return ", ".join(lost)


def _told(done: Promotion) -> str:
    champion = f"version {done.version} of {done.model}"
    if done.outcome == "already":
        return f"{champion} is the champion already: nothing done"
    if done.outcome == "first":
        return f"{champion} is now the champion: there was none to compare with"
    if done.outcome == "forced":
        return f"{champion} is now the champion, forced, after version {done.before}; it loses {_told_lost(done)}"
    return (
        f"{champion} is now the champion, after version {done.before}: "
        f"no theme loses more than {done.margin} F1 with confidence"
    )


def rollback(
    model: Annotated[str, typer.Argument(help="Name in the registry; default: tracking.model.", metavar="[NAME]")] = "",
    config: _CONFIG = _DEFAULT,
    tracking_uri: _URI = "",
    as_json: _AS_JSON = False,
) -> None:
    """Give the champion back to the version that was it before the last promotion; again goes further back."""
    from dataclasses import asdict

    from pipeline.cli.output import emit_json
    from pipeline.tracking import rollback as roll_back

    resolved = _resolve(config, tracking_uri)
    name = model.removeprefix("models:/").partition("@")[0] or resolved.tracking.model
    done = roll_back(name, tracking=resolved.tracking)
    if as_json:
        emit_json(asdict(done))
    else:
        typer.echo(f"version {done.version} of {done.model} is the champion again, instead of version {done.left}")
