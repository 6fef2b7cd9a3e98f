"""``themes explain``: what one paragraph is tagged with, and why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.model.explain import Evidence, Span
    from pipeline.model.nearest import Near
    from pipeline.model.theme_model import ThemeModel

__all__ = ["register"]

_WORDS = 5
_ANSWERS = {1: "yes", 0: "no", -1: "unsure or not asked"}


def register(app: typer.Typer) -> None:
    """Add the command to the door."""
    app.command(epilog="Example: themes explain models/default 'The guard took a carton and let us pass.'")(explain)


def explain(
    model: Annotated[str, typer.Argument(help="Bundle, as models/default.")],
    text: Annotated[str, typer.Argument(help="The paragraph; - reads it from standard input.")],
    theme: Annotated[list[str] | None, typer.Option(help="Explain this theme, whatever its band; repeatable.")] = None,
    before: Annotated[str, typer.Option(help="The paragraph before it in its article.")] = "",
    after: Annotated[str, typer.Option(help="The paragraph after it.")] = "",
    labels: Annotated[
        list[Path] | None, typer.Option(help="Judged paragraphs: show the nearest ones; file or folder, repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say which sentences and words of a paragraph carry its yes and review tags, and show judged ones like it."""
    import sys

    from pipeline.cli.common import find_bundle
    from pipeline.cli.output import emit_json, say
    from pipeline.ingest.clean import clean
    from pipeline.model.bundle import load_bundle
    from pipeline.model.explain import explained

    loaded = load_bundle(find_bundle(model))
    text = sys.stdin.read() if text == "-" else text
    found = explained(loaded, text, themes=theme or [], before=before, after=after)
    near = _nearest(loaded, text, labels) if labels and found else []
    if as_json:
        emit_json([_plain(one, near, text=clean(text)) for one in found])
        return
    if not found:
        say("no theme reaches its floor; name one with --theme to see why")
    for one in found:
        _show(one, near, text=clean(text))


def _nearest(model: ThemeModel, text: str, labels: list[Path]) -> list[Near]:
    from pipeline.labels.table import label_table, read_labels
    from pipeline.model.nearest import nearest

    return nearest(model, text, label_table(read_labels(labels, codebook=model.codebook), codebook=model.codebook))


def _plain(found: Evidence, near: list[Near], *, text: str) -> dict[str, Any]:
    plain = dataclasses.asdict(found)
    for kind, spans in (("sentences", found.sentences), ("words", found.words)):
        plain[kind] = [dataclasses.asdict(span) | {"text": text[span.start : span.end]} for span in spans]
    judged = [dataclasses.asdict(one) | {"answer": _answer(one, found)} for one in near]
    plain["nearest"] = [{key: value for key, value in one.items() if key != "answers"} for one in judged]
    return plain


def _answer(near: Near, found: Evidence) -> str:
    return _ANSWERS[near.answers[found.theme]]


def _show(found: Evidence, near: list[Near], *, text: str) -> None:
    from pipeline.cli.output import printable

    typer.echo(f"{found.theme}  {found.decision}, score {found.score:.2f}")
    for span in found.sentences:
        typer.echo(f"  {span.weight:+.2f}  {printable(text[span.start : span.end])}")
    if found.words:
        strong = [span for span in found.words[:_WORDS] if span.weight > 0]
        typer.echo("  words: " + (", ".join(_word(span, text) for span in strong) or "none speaks for it"))
    beside = f"neighbours {round(found.neighbours, 2) + 0.0:+.2f}, rest {found.constant:+.2f}"
    typer.echo(f"  {beside}   (log odds, {_how(found)})")
    for one in near:
        judged = f"judged {_answer(one, found)}, {one.similarity:.2f} alike"
        typer.echo(f"  {judged}, {one.place}: {printable(one.text)}")


def _word(span: Span, text: str) -> str:
    from pipeline.cli.output import printable

    return f"{printable(text[span.start : span.end])} {span.weight:+.2f}"


def _how(found: Evidence) -> str:
    return "adding up" if found.method == "tokens" else "each: what is lost without it"
