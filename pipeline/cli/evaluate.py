"""``themes evaluate``, and the tables of an evaluation."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.evaluation.evaluate import Evaluation

__all__ = ["register", "show_measures"]

_FIGURES = ("precision", "recall", "f1", "average_precision")
_IN_TRAINING = {True: "yes", False: "no", None: "unknown"}


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes evaluate models/default my-labels/")(evaluate)


def evaluate(
    model: Annotated[str, typer.Argument(help="Bundle, as models/default, or models:/NAME@ALIAS of the registry.")],
    labels: Annotated[list[Path], typer.Argument(help="Judged paragraphs: files or folders.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the evaluation as JSON.")] = False,
) -> None:
    """Measure a model on labels, without a paragraph that it has seen.

    Paragraphs that were in training count with their held-out scores; others of their stories are left out.
    """
    from pipeline.cli.bands import show_bands, show_shortfalls
    from pipeline.cli.common import bundle_folder
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.configuration.schema import EvaluationConfig
    from pipeline.evaluation.evaluate import evaluate as measure_on
    from pipeline.evaluation.evaluate import stored_measures
    from pipeline.model.bundle import load_bundle

    folder = bundle_folder(model)
    loaded = load_bundle(folder)
    apart = stored_measures(folder).get("by_source") if loaded.held_out else None
    with progress_bars() as progress:
        evaluation = measure_on(loaded, labels, config=EvaluationConfig(), by_source=apart, progress=progress)
    if as_json:
        emit_json(evaluation.as_dict() | {"by_source_note": _source_note(evaluation)})
    else:
        show_measures(evaluation.as_dict())
        _show_sources(evaluation)
        show_bands(evaluation.as_dict())
        show_shortfalls(evaluation, loaded.decider.promises)
    if loaded.held_out is None:
        say(f"warning   {model} does not say what it was trained on: its figures may be too good")


def show_measures(evaluation: dict[str, Any]) -> None:
    """Print the table of themes with intervals, then the baselines."""
    from pipeline.cli.output import show_table
    from pipeline.evaluation.card import shown_figure
    from pipeline.evaluation.comparison_tables import told_rows

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


def _source_note(evaluation: Evaluation) -> str:
    """Say what ``by_source`` is; nothing where no paragraph was in training."""
    if not evaluation.origin["held_out"]:
        return ""
    if evaluation.by_source:
        return "sources held out: measured when the model was trained, on all its labels, with whole outlets kept out"
    return "sources held out: unknown, not measured in training (evaluation.sources) or not with these thresholds"


def _show_sources(evaluation: Evaluation) -> None:
    """Say what is known of reports unlike the training ones: its own sources held out, and each new source alone."""
    from pipeline.cli.output import show_table
    from pipeline.evaluation.by_source import ENOUGH_GROUPS
    from pipeline.evaluation.card import shown_figure

    note, found, rows = _source_note(evaluation), evaluation.sources, []
    if note:
        typer.echo(note)
    if found is None:
        return
    for one in found.measured:
        macro = asdict(one.measures)["macro"]
        figures = [shown_figure(macro[name]) for name in ("f1", "average_precision")]
        rows.append([one.name, f"{one.rows:,}", f"{one.groups:,}", *figures, _IN_TRAINING[one.in_training]])
    columns = ["source", "paragraphs", "groups", "macro F1", "macro average precision", "source in training"]
    title = "by source, of the paragraphs that are new to the model"
    if rows:
        show_table(title, columns, rows, right=columns[1:3])
    if found.few:
        few = f"sources with fewer than {ENOUGH_GROUPS} groups of new paragraphs, not shown alone"
        typer.echo(f"{few}: {found.few:,}")
