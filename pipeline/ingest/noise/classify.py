"""What each block of an article is, told from its neighbours as well as from itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.ingest.blocks import Block, Role
from pipeline.ingest.noise.datelines import is_bare_date
from pipeline.ingest.noise.headings import is_subheading, titles
from pipeline.ingest.noise.rules import noise_reason
from pipeline.ingest.noise.signatures import mark_signatures
from pipeline.ingest.sentences import ends_sentence
from pipeline.records import Kind

__all__ = ["Judged", "judged"]

_SURE = ("caption", "metadata", "link")
_ALT_LENGTH, _ALT_WORDS = 60, 8
_TIMELINE = 4
_EARLY, _LATE = 4, 4
_OPEN_END = re.compile(r"[,:;…]$")
_LINKS_HEAD = re.compile(r"(?:links?|sources?|references?|videos?|further links):?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A block with what it is: ``reason`` is filled for noise alone."""

    block: Block
    kind: Kind
    reason: str = ""


def judged(blocks: Sequence[Block], *, title: str) -> list[Judged]:
    """Tell titles, subheadings, noise and content apart; in doubt a block is content.

    Parameters
    ----------
    blocks
        Of one article, in order.
    title
        From a title field or the head of the page; empty when none.
    """
    reasons = [_reason(block) for block in blocks]
    _keep_timeline(blocks, reasons)
    _mark_around(blocks, reasons)
    mark_signatures(blocks, reasons)
    found = titles(blocks, reasons, title=title)
    for place in found[1:]:
        reasons[place] = "repeated_title"
    content = [place for place, why in enumerate(reasons) if not why and place not in found[:1]]
    heads = {place for place in content if is_subheading(place, blocks=blocks, content=content)}
    result = []
    for place, block in enumerate(blocks):
        if found[:1] == [place]:
            result.append(Judged(block, Kind.TITLE))
        elif reasons[place]:
            result.append(Judged(block, Kind.NOISE, reasons[place]))
        else:
            result.append(Judged(block, Kind.SUBHEADING if place in heads else Kind.BODY))
    return result


def _reason(block: Block) -> str:
    own = noise_reason(block.text)
    if block.role is Role.FIXED_NOISE:
        return block.reason if block.reason in _SURE else own or block.reason
    return block.reason or own


def _keep_timeline(blocks: Sequence[Block], reasons: list[str]) -> None:
    """Make dates content again where they are entries of a timeline: many, or with content on both sides."""
    dates = [place for place, why in enumerate(reasons) if why == "dateline" and is_bare_date(blocks[place].text)]
    before = list(accumulate(not why for why in reasons))
    for place in dates:
        within = before[place] >= _EARLY and before[-1] - before[place] >= _LATE
        if len(dates) >= _TIMELINE or within:
            reasons[place] = ""


def _mark_around(blocks: Sequence[Block], reasons: list[str]) -> None:
    """Mark lines that are noise by their neighbour: a picture's name, the heading of links."""
    for place in range(len(blocks) - 2, -1, -1):
        if reasons[place]:
            continue
        text, following = blocks[place].text, reasons[place + 1]
        if following == "link" and _LINKS_HEAD.fullmatch(text):
            reasons[place] = "link"
        elif following == "caption" and _is_alt(text, tight=blocks[place + 1].tight):
            reasons[place] = "caption"


def _is_alt(text: str, *, tight: bool) -> bool:
    """Tell whether a line before a caption names the picture: short, and glued to it or in small letters."""
    short = len(text) <= _ALT_LENGTH and len(text.split()) <= _ALT_WORDS
    return short and not ends_sentence(text) and not _OPEN_END.search(text) and (tight or text[0].islower())
