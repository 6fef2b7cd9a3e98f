"""The model card: what a stranger must know before trusting a tag."""

from __future__ import annotations

from typing import Any

from pipeline.model import ThemeModel

__all__ = ["FEW", "model_card", "shown_figure"]

FEW = 20
"""Positives below which a theme's figures are hardly more than guesses."""

_HEAD = """---
language: [en]
license: apache-2.0
library_name: themes
pipeline_tag: text-classification
tags: [multi-label, police, human-rights]
---
# {name}

Tags paragraphs of reports on police and security forces with {count} themes of the codebook
"{codebook}", version {version}. Written by `themes train`; every number below was measured by that run.

## How good it is

Measured on {rows} judged paragraphs in {groups} groups (an article, its retellings and near-duplicates
are one group), {folds} folds; no group stands on both sides of a split, and probabilities and thresholds
were chosen without the fold they were measured on. Brackets hold {percent} % intervals from a bootstrap over
groups.

| theme | yes | precision | recall | F1 | average precision | threshold |
|---|---|---|---|---|---|---|
"""

_TAIL = """
## What it is not

- A tag is a guess about a paragraph, not evidence that something happened.
- The figures hold for text like the labelled paragraphs. On other outlets, countries and languages expect
  less; judge a sample of your own and run `themes evaluate`.
- The score is the probability among paragraphs like the labelled ones; where a theme is rarer in your dump,
  read it as too high.
- Paragraphs in other languages than English were not tested.

## From what, and how to make it again

| what | value |
|---|---|
| encoder | `{encoder}` |
| encoder identity | `{identity}` |
| labels (content hash) | `{labels}` |
| codebook (content hash) | `{codebook_hash}` |
| configuration (hash) | `{config}` |

`themes train` with the configuration in `config.json` and these labels writes this folder again.
"""


def model_card(model: ThemeModel, *, evaluation: dict[str, Any]) -> str:
    """Write the card in Markdown with a Hugging Face metadata header.

    Parameters
    ----------
    evaluation
        As ``Evaluation.as_dict`` gives it.
    """
    measures = evaluation["measures"]
    head = _HEAD.format(
        name=model.name,
        count=len(model.themes),
        codebook=model.codebook.title,
        version=model.codebook.version,
        rows=evaluation["rows"],
        groups=evaluation["groups"],
        folds=evaluation["folds"],
        percent=round(evaluation["confidence"] * 100),
    )
    rows = []
    for theme, threshold in zip(model.themes, model.decider.threshold, strict=True):
        one = measures["themes"][theme]
        cells = [shown_figure(one[name]) for name in ("precision", "recall", "f1", "average_precision")]
        chosen = f"{threshold:.3f}" if threshold <= 1 else "none: never yes"
        rows.append(" | ".join(["| " + theme, str(one["support"]), *cells, chosen]) + " |")
    macro = [shown_figure(measures["macro"][name]) for name in ("precision", "recall", "f1", "average_precision")]
    rows.append(" | ".join(["| **macro**", "", *macro, ""]) + " |")
    few = [theme for theme in model.themes if measures["themes"][theme]["support"] < FEW]
    if few:
        rows.append(f"\nToo few judged yes (under {FEW}) to trust the figures and the threshold: {', '.join(few)}.")
    base = [
        f"\nIn the same folds: {name} reaches a macro F1 of {shown_figure(other['macro']['f1'])} "
        f"and a macro average precision of {shown_figure(other['macro']['average_precision'])}.\n"
        for name, other in evaluation["baselines"].items()
    ]
    tail = _TAIL.format(
        encoder=model.recipe.encoder.id,
        identity=model.recipe.encoder_identity,
        labels=model.provenance["labels"],
        codebook_hash=model.provenance["codebook"],
        config=model.provenance["config"],
    )
    return head + "\n".join(rows) + "\n" + "".join(base) + tail


def shown_figure(figure: dict[str, Any]) -> str:
    """Write a figure with its interval, or say that it is not known."""
    if figure["value"] is None:
        return "unknown"
    if figure["low"] is None:
        return f"{figure['value']:.2f} (no interval)"
    return f"{figure['value']:.2f} [{figure['low']:.2f}, {figure['high']:.2f}]"
