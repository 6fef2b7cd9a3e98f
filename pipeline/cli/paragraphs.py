"""``themes paragraphs``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.config import IngestConfig
    from pipeline.ingest.ledger import Ledger
    from pipeline.ingest.stream import Cut
    from pipeline.progress import Progress
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
    list[str] | None, typer.Option("--kind", help="Only body, title, subheading or noise in --out; repeatable.")
]
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")]
_BATCH = 2048  # rows written at a time
_MOST_FILES = 40  # lines of the table of files


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

    ingest_config = _ingest_config(config, field or [])
    kinds = _kinds(kind or [])
    tally = _Tally()
    with progress_bars() as progress, _sink(out, dump) as write:
        for batch in _batches(_cuts(dump, ingest_config, tally, progress)):
            if write:
                write(_columns(batch, kinds))
        tally.ledger.check()
    if as_json:
        emit_json(tally.as_dict())
    else:
        tally.show()
    if out:
        say(f"paragraphs  {out}   (columns: docs/output.md)")
    if tally.ledger.totals().rejected:
        raise typer.Exit(REJECTED_CODE)


def _ingest_config(name: str, fields: list[str]) -> IngestConfig:
    from pipeline.cli.tag import field_mapping
    from pipeline.config import IngestConfig
    from pipeline.configfile import load_config

    base = load_config(name).config.ingest if name else IngestConfig()
    return base.model_copy(update={"fields": {**base.fields, **field_mapping(fields)}})


def _kinds(names: list[str]) -> frozenset[str]:
    from pipeline.errors import UsageError
    from pipeline.records import Kind

    known = [str(kind) for kind in Kind]
    for name in names:
        if name not in known:
            raise UsageError("--kind", f"not a kind of paragraph, found {name!r}", "one of " + ", ".join(known))
    return frozenset(names or known)


class _Tally:
    """Counts of what was found."""

    def __init__(self) -> None:
        from pipeline.ingest.ledger import Ledger

        self.ledger: Ledger = Ledger()
        self.articles: Counter[str] = Counter()
        self.kinds: dict[str, Counter[str]] = {}
        self.reasons: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.rejected: list[dict[str, Any]] = []
        self.copies = 0

    def add(self, found: Cut) -> None:
        """Count an article."""
        file = found.article.source.file
        self.articles[file] += 1
        self.copies += found.article_cluster_id != found.article.article_id
        self.kinds.setdefault(file, Counter()).update(str(one.kind) for one in found.paragraphs)
        self.reasons.update(one.reason for one in found.paragraphs if one.reason)

    def as_dict(self) -> dict[str, Any]:
        """Give all counts."""
        files = [
            row | {"paragraphs": dict(sorted(self.kinds.get(str(row["file"]), Counter()).items()))}
            for row in self.ledger.as_rows()
        ]
        total = sum(self.kinds.values(), Counter())
        return {
            "files": files,
            "totals": self.ledger.totals().as_dict(),
            "articles": sum(self.articles.values()),
            "copies": self.copies,
            "paragraphs": dict(sorted(total.items())),
            "noise_reasons": dict(self.reasons.most_common()),
            "codes": dict(self.codes.most_common()),
            "rejected": self.rejected,
        }

    def show(self) -> None:
        """Print the tables."""
        from pipeline.cli.output import say, show_table

        counts = self.as_dict()
        files, rows = counts["files"], counts["totals"]
        kinds = ("body", "title", "subheading", "noise")
        names = ("rows_in", "tagged", "rejected", "skipped")
        lines = [
            [one["file"], *(one[name] for name in names), *(one["paragraphs"].get(kind, 0) for kind in kinds)]
            for one in files[:_MOST_FILES]
        ]
        lines.append(
            ["all", *(rows[name] for name in names), *(counts["paragraphs"].get(kind, 0) for kind in kinds)]
        )
        heads = ["file", "rows in", "articles", "rejected", "skipped", *kinds]
        show_table(f"{len(files):,} files", heads, lines, right=heads[1:])
        if len(files) > _MOST_FILES:
            say(f"{len(files) - _MOST_FILES:,} more files are counted in the last line; --json lists them all")
        if self.reasons:
            show_table("noise", ["reason", "lines"], list(self.reasons.most_common()), right=["lines"])
        if self.codes:
            show_table("rejected and skipped", ["code", "rows"], list(self.codes.most_common()), right=["rows"])
        for one in self.rejected:
            say(f"{one['outcome']}  {one['place']}: {one['reason']}; {one['remedy']}")
        say(
            f"rows {rows['rows_in']:,} in = {rows['tagged']:,} articles + {rows['rejected']:,} rejected "
            f"+ {rows['skipped']:,} skipped; {self.copies:,} articles are near-duplicates of earlier ones"
        )


_MOST_REJECTED = 20


def _cuts(dump: list[Path], config: IngestConfig, tally: _Tally, progress: Progress) -> Iterator[Cut]:
    """Hand on the articles and count everything."""
    from pipeline.ingest.stream import ingest
    from pipeline.records import Rejected

    done = 0
    for found in ingest(dump, config=config, ledger=tally.ledger):
        if isinstance(found, Rejected):
            tally.codes[str(found.code)] += 1
            if len(tally.rejected) < _MOST_REJECTED and not found.code.skipped:
                tally.rejected.append(
                    {
                        "outcome": "rejected",
                        "code": str(found.code),
                        "place": str(found.source),
                        "reason": found.reason,
                        "remedy": found.remedy,
                    }
                )
            continue
        tally.add(found)
        done += len(found.paragraphs)
        progress("cut paragraphs", done, None)
        yield found


def _batches(cuts: Iterator[Cut]) -> Iterator[list[Cut]]:
    held: list[Cut] = []
    for found in cuts:
        held.append(found)
        if sum(len(one.paragraphs) for one in held) >= _BATCH:
            yield held
            held = []
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


def _sink(out: Path | None, dump: list[Path]) -> AbstractContextManager[Callable[[Columns], None] | None]:
    """Open the file that gets the paragraphs, if one is asked for; it appears whole or not at all."""
    import contextlib

    if out is None:
        return contextlib.nullcontext()
    from pipeline.errors import UsageError
    from pipeline.tagging.folder import check_outside
    from pipeline.tagging.formats import FORMATS

    if out.suffix[1:] not in FORMATS:
        raise UsageError("--out", f"its ending tells no known format, found {out.name!r}", "end it in .jsonl, .csv or .parquet")
    check_outside(out, dump)
    return _open(out)


def _open(out: Path) -> AbstractContextManager[Callable[[Columns], None]]:
    from contextlib import contextmanager

    from pipeline.files import writing
    from pipeline.tagging.formats import file_format_named, table_writer
    from pipeline.tagging.rows import LISTING

    @contextmanager
    def opened() -> Iterator[Callable[[Columns], None]]:
        with (
            writing(out) as partial,
            table_writer(partial, LISTING, file_format=file_format_named(out.suffix[1:])) as write,
        ):
            yield write

    return opened()
