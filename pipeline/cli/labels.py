"""``themes labels check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.labels.codebook import Codebook
    from pipeline.labels.lines import Judged
    from pipeline.labels.problem import Problem

__all__ = ["register"]

_PATHS = Annotated[
    list[Path] | None,
    typer.Argument(help="Label files, or folders of *.jsonl; the shipped labels when none is named."),
]
_CODEBOOK = Annotated[Path | None, typer.Option("--codebook", help="Codebook file; the shipped one when not named.")]
_AS_JSON = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_ANSWERS = ("yes", "no", "unsure", "not asked")


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    group = typer.Typer(no_args_is_help=True, help="Check judged paragraphs.")
    # a callback keeps `check` a word of its own while it is the only command of the group
    group.callback()(lambda: None)
    group.command("check", epilog="Example: themes labels check labels/paragraphs.jsonl")(check)
    app.add_typer(group, name="labels")


def check(paths: _PATHS = None, codebook: _CODEBOOK = None, as_json: _AS_JSON = False) -> None:
    """Show counts per theme and every problem with file and line; exit code 65 when there is an error."""
    from pipeline.configuration.shipped import shipped
    from pipeline.errors import DataError
    from pipeline.labels.check import examine
    from pipeline.labels.codebook import read_codebook
    from pipeline.labels.problem import Level

    book = read_codebook(codebook or shipped("labels/codebook.yaml"))
    judged, problems = examine(paths or [shipped("labels")], codebook=book)
    errors = sum(problem.level is Level.ERROR for problem in problems)
    if not judged and not errors:
        named = " ".join(str(path) for path in paths or [shipped("labels")])
        raise DataError(named, "no judged paragraph, found 0 lines", "see docs/my-themes.md for what a line holds")
    if as_json:
        _print_json(judged, problems, codebook=book, errors=errors)
    else:
        _print_table(judged, problems, codebook=book, errors=errors)
    if errors:
        raise typer.Exit(DataError.exit_code)


def _counts(judged: Sequence[Judged], *, codebook: Codebook) -> dict[str, dict[str, int]]:
    """Count answers per theme; ``not asked`` are lines without a judgement for it."""
    counts = {}
    for theme in codebook.ids:
        found = Counter(str(line.judgements.get(theme, "not asked")) for line in judged)
        counts[theme] = {answer: found[answer] for answer in _ANSWERS}
    return counts


def _print_json(judged: Sequence[Judged], problems: Sequence[Problem], *, codebook: Codebook, errors: int) -> None:
    from pipeline.cli.output import emit_json
    from pipeline.labels.table import labels_sha256

    shown: list[dict[str, Any]] = [
        {"level": str(p.level), "place": p.place, "problem": p.problem, "remedy": p.remedy} for p in problems
    ]
    emit_json(
        {
            "lines": len(judged),
            "sha256": labels_sha256(judged),
            "codebook": codebook.version,
            "counts": _counts(judged, codebook=codebook),
            "errors": errors,
            "warnings": len(problems) - errors,
            "problems": shown,
        }
    )


def _print_table(judged: Sequence[Judged], problems: Sequence[Problem], *, codebook: Codebook, errors: int) -> None:
    from pipeline.cli.output import say, show_table

    counts = _counts(judged, codebook=codebook)
    rows = [[theme, *(f"{counts[theme][answer]:,}" for answer in _ANSWERS)] for theme in codebook.ids]
    show_table(f"{len(judged):,} lines without an error", ["theme", *_ANSWERS], rows)
    for problem in problems:
        say(f"{problem.level}: {problem}")
    say(f"errors: {errors}, warnings: {len(problems) - errors}")
