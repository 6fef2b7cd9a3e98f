"""The model card: what a stranger must know before trusting a tag."""

from __future__ import annotations

from typing import Any

from pipeline.model.theme_model import ThemeModel

__all__ = ["FEW", "model_card", "shown_figure", "shown_threshold"]

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
"{codebook}", version {version}. Written by `{command}`; every number below was
measured by that run.

## How good it is

Measured on {rows} judged paragraphs in {groups} groups (an article, its retellings and near-duplicates
are one group), {folds} folds; no group stands on both sides of a split, and probabilities and thresholds
were chosen without the fold they were measured on. Brackets hold {percent} % intervals from a bootstrap over
groups.

| theme | yes | precision | recall | F1 | average precision | threshold |
|---|---|---|---|---|---|---|
"""

_BANDS = """
## What to read, and how sure that is

A paragraph is *yes* for a theme from its threshold on, *review* (a person should look) from its floor on, else *no*.
The promise is about stories: of the stories that have the theme, at least that share have every such paragraph in
*yes* or *review*, with that confidence. It is exact for models trained on the other folds and for stories like the
labelled ones; on other outlets, countries or years it does not hold. *To read* is the share of the held-out
paragraphs in *yes* or *review*. *Calibration error* is the mean distance between score and share of yes, over ten
bins; chance alone makes it larger than 0.

| theme | goal | calibration error | floor | promise | to read |
|---|---|---|---|---|---|
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
{again}
"""

_TRAINED = """
`themes train` with the configuration in `config.json` and these labels writes this folder again."""

_RETUNED = """| retuned from the model (hash) | `{source}` |

`themes models retune` chose calibration, thresholds and floors again, from that model's held-out scores; with the
`calibration`, `thresholds` and `promises` of `config.json` it writes this folder again."""


def model_card(model: ThemeModel, *, evaluation: dict[str, Any]) -> str:
    """Write the card in Markdown with a Hugging Face metadata header.

    Parameters
    ----------
    evaluation
        As ``Evaluation.as_dict`` gives it.
    """
    measures = evaluation["measures"]
    source = model.provenance.get("retuned_from")
    head = _HEAD.format(
        command="themes models retune" if source else "themes train",
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
        chosen = shown_threshold(threshold)
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
    far = evaluation.get("by_source")
    if far:
        base.append(
            f"\nWith whole sources (outlets) held out instead of stories, a guess at reports unlike these: macro F1 "
            f"{shown_figure(far['macro']['f1'])}, macro average precision "
            f"{shown_figure(far['macro']['average_precision'])}.\n"
        )
    tail = _TAIL.format(
        encoder="`, `".join((model.recipe.encoder.id, *model.recipe.encoder.beside)),
        identity=model.recipe.encoder_identity,
        labels=model.provenance["labels"],
        codebook_hash=model.provenance["codebook"],
        config=model.provenance["config"],
        again=_RETUNED.format(source=source) if source else _TRAINED,
    )
    return head + "\n".join(rows) + "\n" + "".join(base) + _bands(evaluation) + tail


def _bands(evaluation: dict[str, Any]) -> str:
    """Write the section on bands, promises and calibration; nothing where the evaluation has none."""
    if not evaluation.get("bands"):
        return ""
    rows = []
    for theme, one in evaluation["bands"]["themes"].items():
        error = shown_figure(evaluation["measures"]["themes"][theme]["calibration_error"], digits=3)
        floor, share = shown_threshold(one["floor"]), f"{one['share_to_read']:.0%}"
        rows.append(" | ".join(["| " + theme, one["goal"], error, floor, one["promise"], share]) + " |")
    macro = shown_figure(evaluation["measures"]["macro"]["calibration_error"], digits=3)
    rows.append(f"| **mean, any** | | {macro} | | | {evaluation['bands']['share_to_read']:.0%} |")
    return _BANDS + "\n".join(rows) + "\n"


def shown_threshold(threshold: float) -> str:
    """Write a threshold; 2 stands for one that no score reaches."""
    return f"{threshold:.3f}" if threshold <= 1 else "none: never yes"


def shown_figure(figure: dict[str, Any], *, digits: int = 2) -> str:
    """Write a figure with its interval, or say that it is not known."""
    if figure["value"] is None:
        return "unknown"
    if figure["low"] is None:
        return f"{figure['value']:.{digits}f} (no interval)"
    return f"{figure['value']:.{digits}f} [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"
