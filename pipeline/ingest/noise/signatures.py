"""Names and notes on authors that only their place in the article gives away."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.ingest.blocks import Block, Role
from pipeline.ingest.noise.bylines import is_name
from pipeline.ingest.sentences import ends_sentence, sentence_breaks
from pipeline.ingest.words import words

__all__ = ["mark_signatures"]

_NOTE_LENGTH, _NAME_LENGTH = 250, 60
_NOTE = re.compile(
    r"(?P<name>[^\W\d_][\w.'’-]+(?: [^\W\d_][\w.'’-]*){1,3}) (?:"
    r"is (?:an? |the |our )?[^.]{0,80}\b(?:reporter|journalist|correspondent|editor|writer|columnist|"
    r"analyst|researcher|fellow|professor|lecturer|author|lawyer|contributor)\b|"
    r"(?:covers|reports on|reports from|writes about|writes on|writes for)\b)"
)
_PLACED = re.compile(r"(?P<name>[^,]{3,40}?)(?:,| in) [^\W\d_][^,]{2,30}$")
_NEAR = ("dateline", "byline")


def mark_signatures(blocks: Sequence[Block], reasons: list[str]) -> None:
    """Mark as ``byline`` a bare name beside the dateline, and a note on the author at the very end.

    Either may be somebody of the article, so that the last name must occur nowhere else in its content.
    """
    content = [place for place, why in enumerate(reasons) if not why]
    if len(content) < 3:
        return
    name = _note(blocks[content[-1]])
    if name and not _is_told_of(name, content[-1], blocks=blocks, content=content):
        reasons[content[-1]] = "byline"
    for place in content[1:-1]:
        if ends_sentence(blocks[place].text):
            break
        name = _bare(blocks[place], before=reasons[place - 1], after=reasons[place + 1])
        if name and not _is_told_of(name, place, blocks=blocks, content=content):
            reasons[place] = "byline"


def _note(block: Block) -> str:
    text = block.text.strip("*_– —")
    if len(text) > _NOTE_LENGTH or sentence_breaks(text) > 1:
        return ""
    match = _NOTE.match(text)
    return match["name"] if match and is_name(match["name"]) else ""


def _bare(block: Block, *, before: str, after: str) -> str:
    """Give the name that a line is, alone or with a place; empty when it stands beside no dateline or byline."""
    if block.role is not Role.TEXT or len(block.text) > _NAME_LENGTH or not (before in _NEAR or after in _NEAR):
        return ""
    placed = _PLACED.fullmatch(block.text)
    name = placed["name"] if placed else block.text
    return name if is_name(name) else ""


def _is_told_of(name: str, place: int, *, blocks: Sequence[Block], content: Sequence[int]) -> bool:
    last = words(name)[-1]
    return any(last in words(blocks[other].text) for other in content if other != place)
