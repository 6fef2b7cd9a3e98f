"""``themes tag``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.tagging import Summary

__all__ = ["REJECTED_CODE", "field_mapping", "register", "show_summary", "told_rows"]

REJECTED_CODE = 3
"""Exit code when the work is done but rows were rejected."""

_DUMP = Annotated[list[str], typer.Argument(help="Files and folders with articles.", metavar="DUMP...")]
_MODEL = Annotated[
    str, typer.Option("--model", "-m", help="Bundle, as models/default, or models:/NAME@ALIAS of the registry.")
]
_OUT = Annotated[Path, typer.Option("--out", "-o", help="Folder that gets the tables.")]
_FORMAT = Annotated[str, typer.Option("--format", help="parquet, jsonl or csv (safe to open in a spreadsheet).")]
_FIELDS = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="FIELD=NAME", help="Where a field stands in records, as text=story."),
]
_NO_TEXT = Annotated[bool, typer.Option("--no-text", help="Leave the text of paragraphs out of the tables.")]
_OVERWRITE = Annotated[bool, typer.Option("--overwrite", help="Delete another run that stands in --out.")]
_ALLOW = Annotated[bool, typer.Option("--allow-rejected", help="Exit code 0, not 3, when rows were rejected.")]
_URI = Annotated[
    str, typer.Option("--tracking-uri", help="Where models:/ is looked up; default: that of configs/default.yaml.")
]
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes tag my-dump/ --model models/default --out my-tags")(tag)


def tag(
    dump: _DUMP,
    out: _OUT,
    model: _MODEL = "models/default",
    file_format: _FORMAT = "parquet",
    field: _FIELDS = None,
    no_text: _NO_TEXT = False,
    overwrite: _OVERWRITE = False,
    allow_rejected: _ALLOW = False,
    tracking_uri: _URI = "",
    as_json: _AS_JSON = False,
) -> None:
    """Tag every paragraph of a dump; interrupted, the same command goes on where it stopped."""
    import time

    from pipeline.cli.common import load_model
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.tagging import tag as tag_dump
    from pipeline.tagging.formats import file_format_named

    file_format_named(file_format)  # before the model loads
    fields = field_mapping(field or [])
    loaded = load_model(model, tracking_uri=tracking_uri)
    started = time.monotonic()
    try:
        with progress_bars() as progress:
            summary = tag_dump(
                loaded,
                list(dump),
                out=out,
                file_format=file_format,
                overwrite=overwrite,
                fields=fields,
                keep_text=not no_text,
                progress=progress,
            )
    except KeyboardInterrupt:
        say(f"the finished part stays in {out}; go on with: {_same_command()}")
        raise
    if as_json:
        emit_json(summary.manifest)
    else:
        show_summary(summary)
    _tell(summary, seconds=time.monotonic() - started)
    if summary.rows.rejected and not allow_rejected:
        raise typer.Exit(REJECTED_CODE)


def field_mapping(words: list[str]) -> dict[str, str]:
    """Read ``FIELD=NAME`` words.

    Raises
    ------
    UsageError
        When a word has another shape, or a field stands twice.
    """
    from pipeline.errors import UsageError

    fields: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value) or name in fields:
            problem = "named twice" if name in fields else "not of the shape FIELD=NAME"
            raise UsageError("--field", f"{problem}, found {word!r}", "as --field text=story --field date=seen")
        fields[name] = value
    return fields


def _same_command() -> str:
    import shlex
    import sys

    words = [word for word in sys.argv[1:] if word != "--overwrite"]  # it would delete the finished part
    return shlex.join(["themes", *words])


def show_summary(summary: Summary) -> None:
    """Print the table of themes."""
    from pipeline.cli.output import show_table

    tagged, promises = summary.paragraphs, summary.promises
    rows = [
        [
            theme,
            f"{count.paragraphs:,}",
            f"{count.paragraphs / tagged:.1%}" if tagged else "-",
            f"{count.stories:,}",
            f"{count.review:,}",
            promises[theme],
        ]
        for theme, count in summary.themes.items()
    ]
    show_table(
        f"{tagged:,} paragraphs in {summary.articles:,} articles ({summary.manifest['totals']['stories']:,} stories)",
        ["theme", "yes", "share", "stories", "review", "yes and review hold"],
        rows,
        right=("yes", "share", "stories", "review"),
    )


def told_rows(summary: Summary) -> str:
    """Say in one line what became of the rows."""
    rows = summary.rows
    out = f"{rows.tagged:,} tagged + {rows.rejected:,} rejected + {rows.skipped:,} skipped"
    return f"rows      {rows.rows_in:,} in = {out}"


def _tell(summary: Summary, *, seconds: float) -> None:
    """Print the identity of rows, where everything is, and what to do next."""
    from pipeline.cli.output import say

    rows, out = summary.rows, summary.out
    if summary.was_finished:
        say(f"nothing to do: {out} already holds this run, whole ({summary.run_id})")
    else:
        kept = f", {summary.kept_chunks} chunks kept from before" if summary.kept_chunks else ""
        say(f"time      {seconds:,.1f} s, {summary.paragraphs / max(seconds, 0.001):,.0f} paragraphs/s{kept}")
    say(told_rows(summary))
    if rows.rejected or rows.skipped:
        codes = ", ".join(f"{code} {count:,}" for code, count in summary.manifest["totals"]["codes"].items())
        say(f"left out  {out / 'rejected.jsonl'}   ({codes}; see docs/errors.md)")
    kept = summary.manifest["totals"]["paths"]["gate"]
    if kept:
        say(f"gate      kept {kept:,} of {summary.paragraphs:,} paragraphs from the model; see docs/distil.md")
    say(f"to read   {summary.to_read:,} paragraphs are yes or review for some theme; docs/promises.md says why")
    say(f"tables    {out / 'tags'}, {out / 'paragraphs'}, {out / 'noise'}   (columns: docs/output.md)")
    say(f"manifest  {out / 'run.json'}   (run {summary.run_id}, model {summary.manifest['model']['sha256'][:16]})")
    say("next      look at tags near their threshold first, then at `review`; docs/limits.md says what a tag is not")
