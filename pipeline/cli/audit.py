"""``themes audit draw|apply``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.prevalence import AS_JSON, BY, OUT, TAGS

if TYPE_CHECKING:
    from pipeline.prevalence.design import Design
    from pipeline.prevalence.estimate import Prevalence

__all__ = ["register"]

_N = Annotated[int, typer.Option("--n", min=1, help="Paragraphs to draw.")]
_THEMES = Annotated[str, typer.Option("--themes", metavar="A,B", help="Themes to audit; all when none is named.")]
_SEED = Annotated[int, typer.Option("--seed", min=0, help="The same seed draws the same sample.")]
_CODER = Annotated[str, typer.Option("--coder", help="Who will judge; stands in every line.")]
_SAMPLE_OUT = Annotated[Path, typer.Option("--out", "-o", help="JSONL file that gets the sample.")]
_OVERWRITE = Annotated[bool, typer.Option("--overwrite", help="Replace a sample that is there, judgements and all.")]
_SAMPLE = Annotated[Path, typer.Argument(help="The judged file; FILE.design.json stands beside it.", metavar="FILE")]


def register(app: typer.Typer) -> None:
    """Add the commands to the door."""
    group = typer.Typer(no_args_is_help=True, help="Check tags against a random sample that people judge.")
    group.command("draw", epilog="Example: themes audit draw my-tags --n 200 --out audit.jsonl")(draw)
    group.command("apply", epilog="Example: themes audit apply my-tags audit.jsonl --by date:year")(apply)
    app.add_typer(group, name="audit")


def draw(
    tags: TAGS,
    out: _SAMPLE_OUT,
    n: _N = 200,
    themes: _THEMES = "",
    seed: _SEED = 7,
    coder: _CODER = "auditor",
    overwrite: _OVERWRITE = False,
) -> None:
    """Draw a random sample of paragraphs for people to judge, without showing them what the model said."""
    from pipeline.cli.output import progress_bars, say
    from pipeline.prevalence.design import design_path
    from pipeline.prevalence.sample import draw_sample
    from pipeline.tagging.reader import open_tags

    chosen = [theme.strip() for theme in themes.split(",") if theme.strip()]
    dump = open_tags(tags)
    with progress_bars() as progress:
        design = draw_sample(
            dump, out, n=n, themes=chosen, seed=seed, coder=coder, overwrite=overwrite, progress=progress
        )
    _show_design(design)
    say(f"sample    {out}   (fill in `judgements`: yes, no or unsure for {', '.join(design.themes)})")
    say(f"design    {design_path(out)}   (keep it, and do not show it to who judges)")
    say(f"next      themes labels check {out}; then: themes audit apply {tags} {out}")


def _show_design(design: Design) -> None:
    from pipeline.cli.output import show_table

    rows = [
        [one.name, f"{one.units:,}", f"{one.drawn:,}", f"{one.probability:.3f}"] for one in design.strata if one.units
    ]
    drawn, units = (sum(number) for number in zip(*((one.drawn, one.units) for one in design.strata), strict=True))
    heads = ["stratum", "paragraphs", "drawn", "probability"]
    show_table(f"{drawn:,} of {units:,} paragraphs, near-duplicates once", heads, rows, right=heads[1:])


def apply(tags: TAGS, file: _SAMPLE, by: BY = "", out: OUT = None, as_json: AS_JSON = False) -> None:
    """Say from a judged sample how common each theme is, and how right and how complete its tags are."""
    from pipeline.cli.output import progress_bars
    from pipeline.cli.prevalence import check_out, report
    from pipeline.prevalence.audit import estimate_from_audit
    from pipeline.prevalence.estimate import Column
    from pipeline.tagging.reader import open_tags

    Column.named(by)  # before anything is read
    check_out(out)
    dump = open_tags(tags)
    with progress_bars() as progress:
        found = estimate_from_audit(dump, file, by=by, progress=progress)
    if not as_json:
        _show_tags(found)
    report(found, out=out, as_json=as_json)


def _show_tags(found: Prevalence) -> None:
    from pipeline.cli.output import say, show_table
    from pipeline.cli.prevalence import shown

    rows = [
        [one.theme, one.judged, one.yes, one.unsure, one.missing, shown(one.precision), shown(one.recall)]
        for one in found.audited
    ]
    heads = ["theme", "judged", "yes", "unsure", "not judged", "precision", "recall"]
    show_table("how right the tags are on this dump", heads, rows, right=heads[1:5])
    for one in found.audited:
        if one.unsure and one.if_unsure_no is not None and one.if_unsure_yes is not None:
            spread = f"{one.if_unsure_no:.1%} if they were no, {one.if_unsure_yes:.1%} if yes"
            say(f"unsure    {one.theme}: {one.unsure} left out; the share would be {spread}")
