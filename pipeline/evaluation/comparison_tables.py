"""A comparison in words and tables, for the terminal and for the run that records it."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.evaluation.compare import Compared, Comparison
from pipeline.evaluation.paired import Difference

__all__ = [
    "COLUMNS",
    "FIGURES",
    "comparison_markdown",
    "comparison_notes",
    "comparison_rows",
    "shown_difference",
    "told_rows",
]

COLUMNS = ("theme", "yes", "A", "B", "B - A", "verdict on B")
FIGURES = {"f1": "F1", "average_precision": "average precision (needs no threshold)"}
_HOW = {
    "live": "scored live",
    "held_out": "by held-out score (were in training)",
    "left_out": "left out (their story was in training)",
}


def told_rows(rows: Mapping[str, int]) -> str:
    """Say how many paragraphs were scored live, by their held-out score, or left out."""
    return ", ".join(f"{count:,} {_HOW[how]}" for how, count in rows.items() if count) or "no paragraph"


def comparison_notes(comparison: Comparison) -> list[str]:
    """Say what was compared on what, one line each."""
    notes = [
        *(_told_model(letter, model) for letter, model in (("A", comparison.a), ("B", comparison.b))),
        f"both: {comparison.rows:,} paragraphs in {comparison.groups:,} groups, {comparison.left_out:,} left out; "
        f"{round(comparison.confidence * 100)} % intervals",
    ]
    for letter, model in (("A", comparison.a), ("B", comparison.b)):
        if model.only:
            notes.append(f"only {letter} has: {', '.join(model.only)}")
    if comparison.redefined:
        notes.append(f"defined otherwise in the two codebooks: {', '.join(comparison.redefined)}")
    return notes


def _told_model(letter: str, model: Compared) -> str:
    doubt = "" if model.knows_training else " (it does not say what it was trained on: may be too good)"
    return f"{letter}: {model.name} ({model.sha256[:12]}), {told_rows(model.rows)}{doubt}"


def comparison_rows(comparison: Comparison, figure: str) -> list[list[str]]:
    """Give the cells of one figure, a theme per row and the mean of all last, in the order of ``COLUMNS``."""
    themes = comparison.measures.themes.items()
    rows = [[theme, f"{one.support:,}", *_cells(getattr(one, figure))] for theme, one in themes]
    return [*rows, ["macro", "", *_cells(comparison.measures.macro[figure])]]


def _cells(difference: Difference) -> list[str]:
    verdict = f"unknown: {difference.why}" if difference.verdict == "unknown" else difference.verdict
    values = ["-" if value is None else f"{value:.2f}" for value in (difference.a, difference.b)]
    return [*values, shown_difference(difference), verdict]


def shown_difference(difference: Difference) -> str:
    """Write a difference with its interval, as ``+0.03 [-0.01, +0.07]``."""
    if difference.value is None:
        return "-"
    if difference.low is None:
        return f"{difference.value:+.2f}"
    return f"{difference.value:+.2f} [{difference.low:+.2f}, {difference.high:+.2f}]"


def comparison_markdown(comparison: Comparison) -> str:
    """Write notes and tables as Markdown."""
    parts = ["\n".join(f"- {note}" for note in comparison_notes(comparison))]
    for figure, title in FIGURES.items():
        table = [list(COLUMNS), ["---"] * len(COLUMNS), *comparison_rows(comparison, figure)]
        parts.append(f"## {title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in table))
    return "# Comparison\n\n" + "\n\n".join(parts) + "\n"
