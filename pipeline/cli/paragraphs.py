"""``themes paragraphs``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.configuration.schema import IngestConfig
    from pipeline.ingest.inventory import Inventory
    from pipeline.ingest.stream import Cut
    from pipeline.tagging.rows import Columns

__all__ = ["register"]

_DUMP = Annotated[list[Path], typer.Argument(help="Files and folders with articles.", metavar="DUMP...")]
_OUT = Annotated[
    Path | None, typer.Option("--out", "-o", help="Write every paragraph to this .jsonl, .csv or .parquet file.")
]
_CONFIG = Annotated[str, typer.Option("--config", help="Configuration whose `ingest` says how to read and cut.")]
_FIELDS = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="FIELD=NAME", help="Where a field stands in records, as text=story."),
]
_KINDS = Annotated[
    list[str] | None, typer.Option("--kind", help="Write only body, title, subheading or noise; repeatable.")
]
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")]

_BATCH = 2048  # paragraphs written at a time
_MOST_FILES = 40  # lines in the table of files
_SHOWN_KINDS = ("body", "title", "subheading", "noise")


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes paragraphs my-dump/ --out paragraphs.csv")(paragraphs)


def paragraphs(
    dump: _DUMP,
    out: _OUT = None,
    config: _CONFIG = "",
    field: _FIELDS = None,
    kind: _KINDS = None,
    as_json: _AS_JSON = False,
) -> None:
    """Show what is found in a dump before anything is tagged: rows, articles, paragraphs, noise, rejects."""
    from pipeline.cli.output import emit_json, progress_bars, say
    from pipeline.cli.tag import REJECTED_CODE
    from pipeline.ingest.inventory import Inventory
    from pipeline.ingest.ledger import Ledger
    from pipeline.ingest.stream import ingest

    chosen, kinds = _ingest_config(config, field or []), _kinds(kind or [], out=out)
    inventory = Inventory(Ledger())
    with progress_bars() as progress, _sink(out, dump) as write:
        done = 0
        for batch in _batches(inventory.counted(ingest(dump, config=chosen, ledger=inventory.ledger))):
            write(_columns(batch, kinds))
            done += sum(len(found.paragraphs) for found in batch)
            progress("cut paragraphs", done, None)
        inventory.ledger.check()
    if as_json:
        emit_json(inventory.as_dict())
    else:
        _show(inventory)
    if out:
        say(f"written   {out}   (columns: docs/output.md)")
    if inventory.ledger.totals().rejected:
        raise typer.Exit(REJECTED_CODE)


def _ingest_config(name: str, fields: list[str]) -> IngestConfig:
    from pipeline.cli.tag import field_mapping
    from pipeline.configuration.load import load_config
    from pipeline.configuration.schema import IngestConfig

    base = load_config(name).config.ingest if name else IngestConfig()
    return base.model_copy(update={"fields": {**base.fields, **field_mapping(fields)}})


def _kinds(names: list[str], *, out: Path | None) -> frozenset[str]:
    from pipeline.errors import UsageError
    from pipeline.records import Kind

    known = [str(kind) for kind in Kind]
    if names and out is None:
        raise UsageError("--kind", "chooses what is written, but nothing is", "add --out FILE")
    for name in names:
        if name not in known:
            raise UsageError("--kind", f"not a kind of paragraph, found {name!r}", "one of " + ", ".join(known))
    return frozenset(names or known)


@contextlib.contextmanager
def _sink(out: Path | None, dump: list[Path]) -> Iterator[Callable[[Columns], None]]:
    """Open the file that gets the paragraphs, if one is asked for; it appears whole or not at all."""
    if out is None:
        yield lambda columns: None
        return
    from pipeline.errors import UsageError
    from pipeline.files import writing
    from pipeline.tagging.folder import check_outside
    from pipeline.tagging.formats import FORMATS, file_format_named, table_writer
    from pipeline.tagging.rows import LISTING

    ending = out.suffix.removeprefix(".")
    if ending not in FORMATS:
        raise UsageError("--out", f"unknown ending, found {out.name!r}", "one of ." + ", .".join(FORMATS))
    check_outside(out, dump)
    with (
        writing(out) as partial,
        table_writer(partial, LISTING, file_format=file_format_named(ending)) as write,
    ):
        yield write


def _batches(cuts: Iterator[Cut]) -> Iterator[list[Cut]]:
    held: list[Cut] = []
    count = 0
    for found in cuts:
        held.append(found)
        count += len(found.paragraphs)
        if count >= _BATCH:
            yield held
            held, count = [], 0
    yield held


def _columns(batch: list[Cut], kinds: frozenset[str]) -> Columns:
    from pipeline.tagging.rows import Taggable, listing_rows

    return listing_rows(
        [
            Taggable(paragraph, found.article, found.article_cluster_id)
            for found in batch
            for paragraph in found.paragraphs
            if str(paragraph.kind) in kinds
        ]
    )


def _show(inventory: Inventory) -> None:
    """Print the counts as tables."""
    from pipeline.cli.output import say, show_table

    counts = inventory.as_dict()
    _show_files(counts)
    for title, head, name in (
        ("noise", "reason", "noise_reasons"),
        ("rejected and skipped", "code", "codes"),
    ):
        if counts[name]:
            show_table(title, [head, "count"], list(counts[name].items()), right=["count"])
    for one in counts["rejected"]:
        say(f"rejected  {one['place']}: {one['code']}: {one['reason']}; {one['remedy']}")
    rows = counts["totals"]
    if rows["rejected"] > len(counts["rejected"]):
        say(f"rejected  {rows['rejected'] - len(counts['rejected']):,} more; themes tag lists all in rejected.jsonl")
    say(
        f"rows      {rows['rows_in']:,} in = {rows['tagged']:,} articles + {rows['rejected']:,} rejected "
        f"+ {rows['skipped']:,} skipped; {counts['copies']:,} articles are near-duplicates of earlier ones"
    )


def _show_files(counts: dict[str, Any]) -> None:
    from pipeline.cli.output import say, show_table

    files = counts["files"]
    whole = counts["totals"] | {"file": f"all {len(files):,} files", "paragraphs": counts["paragraphs"]}
    names = ("file", "rows_in", "tagged", "rejected", "skipped")
    lines = [
        [*(one[name] for name in names), *(one["paragraphs"].get(kind, 0) for kind in _SHOWN_KINDS)]
        for one in (*files[:_MOST_FILES], whole)
    ]
    heads = ["file", "rows in", "articles", "rejected", "skipped", *_SHOWN_KINDS]
    show_table("what the dump holds", heads, lines, right=heads[1:])
    if len(files) > _MOST_FILES:
        say(f"files     {len(files) - _MOST_FILES:,} more are counted in the last line; --json lists all")
