"""``themes explain``: what one paragraph is tagged with, and why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.explain import Evidence, Span
    from pipeline.nearest import Near

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

    from pipeline.cli.models import find_bundle
    from pipeline.cli.output import emit_json, say
    from pipeline.explain import evidence
    from pipeline.ingest.clean import clean
    from pipeline.model import BANDS, ThemeModel

    loaded = ThemeModel.load(find_bundle(model))
    text = sys.stdin.read() if text == "-" else text
    beside = [part for part in (before, text, after) if part or part is text]
    bands = loaded.score(beside, articles=["one"] * len(beside)).bands[1 if before else 0]
    names = theme or [name for name, band in zip(loaded.themes, bands, strict=True) if band]
    found = []
    for name in names:
        one = evidence(loaded, text, theme=name, before=before, after=after)
        near = _nearest(loaded, text, labels, theme=name) if labels else []
        found.append((one, BANDS[bands[loaded.themes.index(name)]], near))
    if as_json:
        emit_json([_plain(*one, text=clean(text)) for one in found])
        return
    if not found:
        say("no theme reaches its floor; name one with --theme to see why")
    for shown, band, near in found:
        _show(shown, band, near, text=clean(text))


def _nearest(model: Any, text: str, labels: list[Path], *, theme: str) -> list[Near]:
    from pipeline.coding.judged import label_table, read_labels
    from pipeline.nearest import nearest

    table = label_table(read_labels(labels, codebook=model.codebook), codebook=model.codebook)
    return nearest(model, text, table, theme=theme)


def _plain(found: Evidence, band: str, near: list[Near], *, text: str) -> dict[str, Any]:
    plain = dataclasses.asdict(found)
    for kind, spans in (("sentences", found.sentences), ("words", found.words)):
        plain[kind] = [dataclasses.asdict(span) | {"text": text[span.start : span.end]} for span in spans]
    judged = [dataclasses.asdict(one) | {"answer": _ANSWERS[one.answer]} for one in near]
    return {"decision": band, **plain, "nearest": judged}


def _show(found: Evidence, band: str, near: list[Near], *, text: str) -> None:
    from pipeline.cli.output import printable

    typer.echo(f"{found.theme}  {band}, score {found.score:.2f}")
    for span in found.sentences:
        typer.echo(f"  {span.weight:+.2f}  {printable(text[span.start : span.end])}")
    if found.words:
        strong = [span for span in found.words[:_WORDS] if span.weight > 0]
        typer.echo("  words: " + (", ".join(_word(span, text) for span in strong) or "none speaks for it"))
    beside = f"neighbours {round(found.neighbours, 2) + 0.0:+.2f}, rest {found.constant:+.2f}"
    typer.echo(f"  {beside}   (log odds, {_how(found)})")
    for one in near:
        typer.echo(f"  judged {_ANSWERS[one.answer]}, {one.similarity:.2f} alike, {one.place}: {printable(one.text)}")


def _word(span: Span, text: str) -> str:
    from pipeline.cli.output import printable

    return f"{printable(text[span.start : span.end])} {span.weight:+.2f}"


def _how(found: Evidence) -> str:
    return "adding up" if found.method == "tokens" else "each: what is lost without it"
