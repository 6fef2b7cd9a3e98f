"""What a command prints of the bands yes, review and no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from pipeline.evaluation.evaluate import Evaluation
    from pipeline.learning.promises import Promise

__all__ = ["show_bands", "show_shortfalls"]


def show_bands(evaluation: dict[str, Any]) -> None:
    """Print where the bands begin, what they promise and how much there is to read; warn where a theme has none.

    Parameters
    ----------
    evaluation
        As ``Evaluation.as_dict`` gives it.
    """
    from pipeline.cli.output import say, show_table
    from pipeline.evaluation.card import shown_threshold

    bands = evaluation.get("bands")
    if not bands:
        return
    rows = [
        [
            theme,
            one["promise"],
            shown_threshold(one["floor"]),
            shown_threshold(one["threshold"]),
            f"{one['found']} of {one['stories']}",
            f"{one['share_to_read']:.0%}",
        ]
        for theme, one in bands["themes"].items()
    ]
    rows.append(["any theme", "", "", "", "", f"{bands['share_to_read']:.0%}"])
    columns = ["theme", "yes and review hold", "review from", "yes from", "stories held", "to read"]
    show_table("bands yes, review and no", columns, rows, right=columns[2:])
    for theme, one in bands["themes"].items():
        if one["threshold"] > 1:
            goal = one["goal"] or "its goal"
            say(f"warning   {theme}: no threshold reaches {goal}; it is never `yes` (docs/promises.md)")


def show_shortfalls(evaluation: Evaluation, promises: Sequence[Promise]) -> None:
    """Say of which themes these labels show less than was promised."""
    if evaluation.bands is None:
        return
    for (theme, one), promise in zip(evaluation.bands.themes.items(), promises, strict=False):
        if promise.holds and not promise.kept(one.found, stories=one.stories):
            held = f"{one.found} of {one.stories} stories held whole"
            typer.echo(f"{theme}: {held}, fewer than the {promise.recall * 100:g} % promised (docs/promises.md)")
