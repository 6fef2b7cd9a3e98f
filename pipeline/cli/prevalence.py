"""``themes prevalence``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.learning.metrics import Figure
    from pipeline.prevalence.estimate import Prevalence
    from pipeline.tagging.reader import TaggedDump

__all__ = ["AS_JSON", "BY", "OUT", "TAGS", "check_out", "register", "report", "shown"]

TAGS = Annotated[Path, typer.Argument(help="Output folder of a finished `themes tag` run.", metavar="TAGS")]
BY = Annotated[
    str, typer.Option("--by", metavar="COLUMN", help="Divide by date:month, date:year or a column of paragraphs.")
]
OUT = Annotated[Path | None, typer.Option("--out", "-o", help="Write the figures to this .json or .csv file.")]
AS_JSON = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_MODEL = Annotated[
    str, typer.Option("--model", "-m", help="Bundle that tagged; models/NAME of the run when not named.")
]
_AUDIT = Annotated[
    Path | None, typer.Option("--audit", metavar="FILE", help="Judged sample of `themes audit draw` to correct by.")
]
_COPIES = Annotated[bool, typer.Option("--copies", help="Count near-duplicates each, and not once.")]


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes prevalence my-tags --by date:month")(prevalence)


def prevalence(
    tags: TAGS,
    model: _MODEL = "",
    by: BY = "",
    audit: _AUDIT = None,
    copies: _COPIES = False,
    out: OUT = None,
    as_json: AS_JSON = False,
) -> None:
    """Estimate how common each theme is: tagged shares, corrected for wrong and missed tags, with intervals."""
    from pipeline.cli.output import progress_bars
    from pipeline.errors import UsageError
    from pipeline.prevalence.audit import estimate_from_audit
    from pipeline.prevalence.estimate import Column, estimate_from_held_out, read_held_out_labels
    from pipeline.tagging.reader import open_tags

    if audit and (copies or model):
        word = "--copies" if copies else "--model"
        raise UsageError(word, "does not go with --audit", "an audit counts near-duplicates once and asks no model")
    Column.named(by)  # before anything is read
    check_out(out)
    dump = open_tags(tags)
    with progress_bars() as progress:
        if audit:
            found = estimate_from_audit(dump, audit, by=by, progress=progress)
        else:
            labels = read_held_out_labels(_bundle(dump, model), dump=dump)
            found = estimate_from_held_out(dump, labels, by=by, copies=copies, progress=progress)
    report(found, out=out, as_json=as_json)


def _bundle(dump: TaggedDump, name: str) -> Path:
    from pipeline.cli.common import find_bundle
    from pipeline.errors import MissingError

    try:
        return find_bundle(name or f"models/{dump.model_name}")
    except MissingError as error:
        remedy = "name the bundle that tagged with --model, or a judged sample with --audit"
        raise MissingError(error.place, error.problem, remedy) from error


def check_out(out: Path | None) -> None:
    """Refuse a file whose ending names no format that can be written.

    Raises
    ------
    UsageError
        When it is neither .json nor .csv.
    """
    from pipeline.errors import UsageError

    if out and out.suffix not in (".json", ".csv"):
        raise UsageError("--out", f"unknown ending, found {out.name!r}", "accepted: .json, .csv")


def report(found: Prevalence, *, out: Path | None, as_json: bool) -> None:
    """Print the shares, and write them where that was asked for."""
    from pipeline.cli.output import emit_json, say

    if out:
        _write(found, out)
    if as_json:
        emit_json(found.as_dict())
    else:
        _show(found)
        counted = "each" if found.copies else "once"
        say(f"counted   near-duplicates {counted}; intervals cover {found.confidence:.0%}")
        say(f"assumed   {found.assumption}")
    if out:
        say(f"written   {out}   (columns: docs/prevalence.md)")


def _show(found: Prevalence) -> None:
    from pipeline.cli.output import show_table

    heads = ["theme", *([found.by] if found.by else []), "paragraphs", "tagged", "share"]
    rows = []
    for one in found.shares:
        value = "all" if one.value is None else one.value or "(not known)"
        tagged = f"{one.tagged / one.units:.1%}" if one.units else "-"
        rows.append([one.theme, *([value] if found.by else []), f"{one.units:,}", tagged, shown(one.share)])
    show_table(f"shares, corrected by {found.source}", heads, rows, right=["paragraphs", "tagged"])


def shown(figure: Figure) -> str:
    """Print a share with its interval, or why there is none."""
    if figure.value is None or figure.low is None or figure.high is None:
        return figure.why
    return f"{figure.value:.1%} [{figure.low:.1%}, {figure.high:.1%}]"


def _write(found: Prevalence, out: Path) -> None:
    import csv
    import io

    from pipeline.files import canonical_json, write_whole
    from pipeline.tagging.formats import safe_cell

    if out.suffix == ".json":
        write_whole(out, canonical_json(found.as_dict()))
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["theme", found.by or "all", "paragraphs", "tagged", "share", "low", "high", "why"])
    for one in found.shares:
        value, share = "all" if one.value is None else one.value, one.share
        cells = [one.theme, value, one.units, one.tagged, share.value, share.low, share.high, share.why]
        writer.writerow([safe_cell("" if cell is None else cell) for cell in cells])
    write_whole(out, text.getvalue().encode("utf-8-sig"))
