"""``themes distil``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.distillation import Distilled

__all__ = ["register"]

_TEACHER = Annotated[
    str, typer.Argument(help="The slow model: a bundle, as models/default, or models:/NAME@ALIAS of the registry.")
]
_DUMP = Annotated[
    list[str], typer.Argument(help="Files and folders with articles like those to tag.", metavar="DUMP...")
]
_OUT = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder that gets the bundle; default: models/NAME-student or models/NAME-gated."),
]
_GATE = Annotated[
    bool, typer.Option("--gate", help="Write the slow model with the student as its gate, not the student alone.")
]
_OFF = Annotated[
    list[str] | None,
    typer.Option("--off-topic", metavar="DUMP", help="Articles that surely are about other things; may be repeated."),
]
_MISS = Annotated[
    float, typer.Option("--miss", min=0, max=0.5, help="Share of the slow model's yes tags that the gate may lose.")
]
_MOST = Annotated[int, typer.Option("--most", min=100, help="Paragraphs of the dump to learn from and measure on.")]
_SEED = Annotated[int, typer.Option("--seed", min=0, help="The same seed draws the same paragraphs.")]
_FIELDS = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="FIELD=NAME", help="Where a field stands in records, as text=story."),
]
_OVERWRITE = Annotated[bool, typer.Option("--overwrite", help="Replace a bundle that stands in --out.")]
_URI = Annotated[
    str, typer.Option("--tracking-uri", help="Where models:/ is looked up; default: that of configs/default.yaml.")
]
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print what was measured as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes distil models/default my-dump/ --gate --miss 0.01 --out models/gated")(distil)


def distil(
    model: _TEACHER,
    dump: _DUMP,
    out: _OUT = None,
    gate: _GATE = False,
    off_topic: _OFF = None,
    miss: _MISS = 0.005,
    most: _MOST = 50_000,
    seed: _SEED = 7,
    field: _FIELDS = None,
    overwrite: _OVERWRITE = False,
    tracking_uri: _URI = "",
    as_json: _AS_JSON = False,
) -> None:
    """Make a fast student of a model, or a gate in front of it, from a dump that nobody has judged."""
    from pipeline.cli.common import bundle_folder
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.cli.tag import field_mapping
    from pipeline.distillation import Settings
    from pipeline.distillation import distil as distil_from
    from pipeline.model.bundle import load_bundle

    fields = field_mapping(field or [])
    source = bundle_folder(model, tracking_uri=tracking_uri)
    teacher = load_bundle(source)
    folder = out or Path("models") / f"{teacher.name}-{'gated' if gate else 'student'}"
    _check_out(folder, source=source, overwrite=overwrite)
    settings = Settings(miss=miss, most=most, seed=seed)
    with progress_bars() as progress:
        distilled = distil_from(
            teacher, list(dump), off_topic=off_topic or (), settings=settings, fields=fields, progress=progress
        )
        progress("write the bundle", 0, None)
        saved = distilled.save_gated(folder, source=source) if gate else distilled.save(folder)
    if as_json:
        emit_json(distilled.evaluation)
    elif gate:
        _show_gate(distilled)
    else:
        _show_student(distilled)
    say(f"model     {folder}   (card: {folder / 'README.md'}, sha256 {saved.sha256[:16]})")
    say(f"next      themes tag DUMP --model {folder} --out OUT")


def _check_out(folder: Path, *, source: Path, overwrite: bool) -> None:
    from pipeline.errors import UsageError
    from pipeline.model.bundle import BUNDLE

    if folder.resolve() == source.resolve():
        raise UsageError("--out", f"is the model to learn from, found {folder}", "name another folder")
    if not overwrite and (folder / BUNDLE.model).is_file():
        raise UsageError("--out", f"there is a model already, found {folder}", "name another folder, or --overwrite")


def _show_student(distilled: Distilled) -> None:
    from pipeline.cli.output import say, show_table
    from pipeline.distillation.student_card import shown_share
    from pipeline.evaluation.card import shown_figure

    loss: dict[str, Any] = distilled.evaluation["student"]
    figures = ("precision", "recall", "f1")
    measures, apart = loss["against_teacher"], loss["score_difference"]
    rows = [
        [theme, str(one["support"]), *(shown_figure(one[name]) for name in figures), shown_figure(apart[theme])]
        for theme, one in measures["themes"].items()
    ]
    rows.append(
        ["macro", "", *(shown_figure(measures["macro"][name]) for name in figures), shown_figure(apart["mean"])]
    )
    title = f"against its teacher: {loss['paragraphs']:,} paragraphs in {loss['groups']:,} stories it never saw"
    heads = ["theme", "teacher's yes", "precision", "recall", "F1", "score difference"]
    show_table(title, heads, rows, right=heads[1:2])
    say(f"missed    {shown_share(loss['missed'])} of the teacher's yes tags")


def _show_gate(distilled: Distilled) -> None:
    from pipeline.cli.output import say, show_table
    from pipeline.distillation.student_card import shown_share
    from pipeline.evaluation.card import shown_figure

    gate: dict[str, Any] = distilled.evaluation["gate"]
    rows = [[theme, str(one["tags"]), str(one["lost"])] for theme, one in gate["themes"].items()]
    rows.append(["all", str(gate["tags"]), str(gate["lost"])])
    title = f"the gate on {gate['paragraphs']:,} paragraphs in {gate['groups']:,} stories it never saw"
    show_table(title, ["theme", "yes tags", "lost"], rows, right=("yes tags", "lost"))
    say(
        f"passes    {shown_share(gate['passed'])} of the paragraphs; with those beside them {shown_share(gate['read'])}"
    )
    if gate["off_topic"]:
        passed, read = shown_share(gate["off_topic_passed"]), shown_share(gate["off_topic_read"])
        say(f"off-topic {passed} of {gate['off_topic']:,} paragraphs pass; with those beside them {read}")
    say(f"lost      {shown_share(gate['miss'])} of the yes tags, {shown_share(gate['review_lost'])} of the review tags")
    say(f"macro F1  {shown_figure(gate['f1_against_full'], digits=3)} against the model without a gate")
    if not gate["level"]:
        say("warning   too few yes tags to promise so small a loss: the gate passes everything; name a larger dump")
