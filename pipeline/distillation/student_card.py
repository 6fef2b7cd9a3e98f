"""The card of a student, and what the card of a gated model says of its gate."""

from __future__ import annotations

from typing import Any

from pipeline.evaluation.card import shown_figure, shown_threshold
from pipeline.model.theme_model import ThemeModel

__all__ = ["gated_card", "shown_share", "student_card"]

_CARD = """---
language: [en]
license: apache-2.0
library_name: themes
pipeline_tag: text-classification
tags: [multi-label, police, human-rights, distilled]
---
# {name}

A fast student of the model `{teacher}`: a table of token vectors, no network. Tags paragraphs with {count} themes of
the codebook "{codebook}", version {version}. Written by `themes distil` from {learned} paragraphs that nobody had
judged{off}.

**Every figure below is measured against the teacher, not against people**: it says how often the student says what
its teacher would have said. How often the teacher is right stands in the teacher's card; the student is wrong
where the teacher is, and beyond that where it differs from it.

## What it loses against its teacher

Measured on {paragraphs} paragraphs of {groups} stories of the same dump that the student never saw (an article, its
reprints and near-duplicates are one story). Brackets hold {percent} % intervals from a bootstrap over stories.

- Of the teacher's yes tags it misses {missed}. What the teacher would say of paragraphs named as off-topic does not
  count: there, every yes of the student is wrong.
- Its scores differ from the teacher's by {apart} on average.

| theme | teacher's yes | precision | recall | F1 | score difference | threshold |
|---|---|---|---|---|---|---|
"""

_TAIL = """
## What it is not

- It has no band `review` and promises nothing. Who must not miss a story asks its teacher.
- It learned from one dump. On other dumps it loses more: distil again from yours, it takes minutes.
- It reads words, not sentences: who did what to whom, and whether it was denied, it cannot tell.

## From what

| what | value |
|---|---|
| distilled from the model (hash) | `{source}` |
| paragraphs (content hash) | `{text}` |
| encoder identity | `{identity}` |
| teacher's labels (content hash) | `{labels}` |
| codebook (content hash) | `{codebook_hash}` |
"""

_WARNING = """
**A gate stands in front of this model** (last section). All that stands before that was measured without it, and the
promises of the bands do not hold behind it.
"""

_GATE = """
## The gate

Written by `themes distil --gate`. A static student reads every paragraph first; the model reads only those in which the
student expects {level:.4f} yes tags or more. All others are *no* for every theme, with the student's score, and
`path` is `gate` in the table of tags. What passes gets exactly the scores of the model without a gate.

Measured on {paragraphs} paragraphs of {groups} stories that the student never saw, of the dump it was distilled from;
what the model would say of paragraphs named as off-topic counts as wrong, and is not missed. Brackets
hold {percent} % intervals from a bootstrap over stories.

| what | share |
|---|---|
| paragraphs that pass | {passed} |
| paragraphs that the model reads, those beside them included | {read} |
| off-topic paragraphs ({off_topic}) that pass | {off_passed} |
| off-topic paragraphs that the model reads | {off_read} |
| yes tags lost ({lost} of {tags}) | {miss} |
| review tags lost | {review} |
| stories that lose a yes tag | {losing} of {with_tags} |
| macro F1 against the model without a gate | {f1} |

| theme | yes tags | lost |
|---|---|---|
{themes}

The promise about `yes` and `review` is void behind a gate: what the gate excludes is not read. On other dumps it may
lose more; distil again from a part of yours.
"""


def student_card(student: ThemeModel, evaluation: dict[str, Any]) -> str:
    """Write the card of a student in Markdown.

    Parameters
    ----------
    evaluation
        Of ``Distilled``.
    """
    loss = evaluation["student"]
    head = _CARD.format(
        name=student.name,
        teacher=evaluation["teacher"]["name"],
        count=len(student.themes),
        codebook=student.codebook.title,
        version=student.codebook.version,
        learned=evaluation["dump"]["learned"],
        off=f", {evaluation['dump']['off_topic']} of all named as off-topic" if evaluation["dump"]["off_topic"] else "",
        paragraphs=loss["paragraphs"],
        groups=loss["groups"],
        percent=round(loss["confidence"] * 100),
        missed=shown_share(loss["missed"]),
        apart=shown_figure(loss["score_difference"]["mean"], digits=3),
    )
    measures, rows = loss["against_teacher"], []
    for theme, threshold in zip(student.themes, student.decider.threshold, strict=True):
        one = measures["themes"][theme]
        cells = [shown_figure(one[name]) for name in ("precision", "recall", "f1")]
        apart = shown_figure(loss["score_difference"][theme], digits=3)
        rows.append(" | ".join(["| " + theme, str(one["support"]), *cells, apart, shown_threshold(threshold)]) + " |")
    macro = [shown_figure(measures["macro"][name]) for name in ("precision", "recall", "f1")]
    rows.append(" | ".join(["| **macro**", "", *macro, "", ""]) + " |")
    tail = _TAIL.format(
        source=student.provenance["distilled_from"],
        text=student.provenance["paragraphs"],
        identity=student.recipe.encoder_identity,
        labels=student.provenance["labels"],
        codebook_hash=student.provenance["codebook"],
    )
    return head + "\n".join(rows) + "\n" + tail


def gated_card(card: str, evaluation: dict[str, Any]) -> str:
    """Add to a model's card that it stands behind a gate, and what that loses."""
    head, title, rest = card.partition("\n# ") if card.startswith("---") else ("", "", card)
    name, line, body = rest.partition("\n")
    return f"{head}{title}{name}{line}{_WARNING}{body.rstrip()}\n{_gate_section(evaluation)}"


def _gate_section(evaluation: dict[str, Any]) -> str:
    gate = evaluation["gate"]
    themes = [f"| {theme} | {one['tags']} | {one['lost']} |" for theme, one in gate["themes"].items()]
    return _GATE.format(
        level=gate["level"],
        paragraphs=gate["paragraphs"],
        groups=gate["groups"],
        percent=round(gate["confidence"] * 100),
        passed=shown_share(gate["passed"]),
        read=shown_share(gate["read"]),
        off_topic=gate["off_topic"],
        off_passed=shown_share(gate["off_topic_passed"]),
        off_read=shown_share(gate["off_topic_read"]),
        lost=gate["lost"],
        tags=gate["tags"],
        miss=shown_share(gate["miss"]),
        review=shown_share(gate["review_lost"]),
        losing=gate["stories_that_lose"],
        with_tags=gate["stories_with_tags"],
        f1=shown_figure(gate["f1_against_full"], digits=3),
        themes="\n".join(themes),
    )


def shown_share(figure: dict[str, Any]) -> str:
    """Write a share as per cent with its interval, or say that it is not known."""
    if figure["value"] is None:
        return "unknown"
    if figure["low"] is None:
        return f"{figure['value']:.1%} (no interval)"
    return f"{figure['value']:.1%} [{figure['low']:.1%}, {figure['high']:.1%}]"
