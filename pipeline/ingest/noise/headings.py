"""Titles and subheadings: told by the mark-up, by the title field, or by the look of a line."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.ingest.blocks import Block, Role
from pipeline.ingest.sentences import ends_sentence
from pipeline.ingest.words import words

__all__ = ["is_subheading", "titles"]

_TITLE_LENGTH, _TITLE_WORDS = 160, 4
_SAME_SHARE = 0.5
_HEAD_LENGTH, _HEAD_WORDS = 80, 12
_SITE = re.compile(r" (?:\||-|–|—|::|»|·) ")
_OPEN_END = re.compile(r"[,:;…)\]–—-]$")
_NO_HEAD = '-*•–—([#@"“'


def titles(blocks: Sequence[Block], reasons: Sequence[str], *, title: str) -> list[int]:
    """Give the places of the title and of its repeats, in order; none when nothing else would be content.

    Parameters
    ----------
    blocks, reasons
        Of one article, and why each is noise (empty when it is not).
    title
        From a title field or the page's head; empty when unknown.
    """
    found = _equal(blocks, _forms(title))
    if not found:
        place = _headline(blocks, reasons, title=title)
        found = [] if place is None else _equal(blocks, {tuple(words(blocks[place].text))})
    content = {place for place, reason in enumerate(reasons) if not reason}
    return found if content - set(found) else []


def _equal(blocks: Sequence[Block], forms: set[tuple[str, ...]]) -> list[int]:
    longest = max((sum(map(len, form)) for form in forms), default=0)
    return [
        place
        for place, block in enumerate(blocks)
        if forms and len(block.text) <= 3 * longest + 20 and tuple(words(block.text)) in forms
    ]


def _forms(title: str) -> set[tuple[str, ...]]:
    """Give the title as words, with and without the name of the site before or after a dash or bar."""
    texts = {title, max(_SITE.split(title), key=len)}
    texts |= {title[: match.start()] for match in _SITE.finditer(title)}
    forms = {text: tuple(words(text)) for text in texts}
    return {form for text, form in forms.items() if len(form) >= _TITLE_WORDS or (form and text == title)}


def _headline(blocks: Sequence[Block], reasons: Sequence[str], *, title: str) -> int | None:
    """Give the place of the headline: a heading by mark-up, or a first line that looks like one.

    Where a title is known, the line must also share most of its words: a lead or caption is no title.
    """
    for place, block in enumerate(blocks):
        if block.role is Role.TITLE and reasons[place] in ("", "boilerplate"):
            return place
    places = [place for place, reason in enumerate(reasons) if not reason][:2]
    if len(places) < 2 or not _looks_like_headline(blocks[places[0]], blocks[places[1]]):
        return None
    return places[0] if not title or _shares_words(blocks[places[0]].text, title) else None


def _shares_words(text: str, title: str) -> bool:
    own, known = set(words(text)), set(words(title))
    return len(own & known) >= _SAME_SHARE * min(len(own), len(known))


def _looks_like_headline(first: Block, second: Block) -> bool:
    text = first.text
    return (
        first.role is Role.TEXT
        and len(text) <= _TITLE_LENGTH
        and len(text.split()) >= _TITLE_WORDS
        and not ends_sentence(text.rstrip("?!\"'”’"))
        and not _OPEN_END.search(text)
        and not text[0].islower()
        and text[0] not in "-*•–—([#@"
        and len(second.text) > len(text)
    )


def is_subheading(place: int, *, blocks: Sequence[Block], content: Sequence[int]) -> bool:
    """Tell whether a block heads what follows: by mark-up, or as a short line between full paragraphs.

    Parameters
    ----------
    place
        Of the block among ``blocks``.
    content
        Places of the blocks that are neither noise nor title, in order.
    """
    block = blocks[place]
    if block.role in (Role.HEADING, Role.TITLE):
        return True
    if block.role is not Role.TEXT or not _looks_like_subheading(block.text):
        return False
    index = bisect_left(content, place)
    if index + 1 >= len(content) or not _is_prose(blocks[content[index + 1]].text):
        return False
    return index == 0 or _is_prose(blocks[content[index - 1]].text)


def _looks_like_subheading(text: str) -> bool:
    if text[0] in "-–—" and text[-1] == text[0]:  # the way a news agency marks one: "- Title -"
        text = text.strip("-–— ")
    return (
        0 < len(text) <= _HEAD_LENGTH
        and len(text.split()) <= _HEAD_WORDS
        and any(map(str.isalpha, text))
        and not text[0].islower()
        and not ends_sentence(text.rstrip("?!\"'”’"))
        and not _OPEN_END.search(text)
        and text[0] not in _NO_HEAD
    )


def _is_prose(text: str) -> bool:
    return len(text) > _HEAD_LENGTH or ends_sentence(text)
