"""HTML pages: which of the visible blocks are the article.

``trafilatura`` says what the article is; the blocks and their offsets are those of ``markup.flatten``, so
that what it leaves out is kept as ``boilerplate`` and nothing visible is lost. A block counts as article when
most of its four-word sequences stand in the extraction; a short block when it is equal to an extracted one
and stands near such blocks. Real paragraphs amid the article that the extraction left out are taken back.
A fragment (an article body without page layout) is article as a whole: extraction drops short paragraphs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pipeline.ingest.blocks import Block, Role
from pipeline.ingest.clean import clean
from pipeline.ingest.cutting.html_hints import reason_by_hint
from pipeline.ingest.cutting.html_scanner import Flat, flatten, is_fragment
from pipeline.ingest.words import words

__all__ = ["LostText", "html_blocks"]

_VISIBLE_LETTERS, _LEAST_SHARE = 200, 0.01
_GRAM, _SHARE = 4, 0.6
_NEAR = 4
_RESCUE_WORDS, _RESCUE_LINKED = 12, 0.3
_CELL = 100
_LARGE = 1_000_000
_LEAVES = ("head", "p", "item", "cell", "quote", "code", "ab")
_ROLES = {"h1": Role.TITLE, "li": Role.ITEM} | dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), Role.HEADING)


class LostText(Exception):  # noqa: N818 - it is a finding about a page, caught by the reader's consumer
    """A page shows text, but extraction gives (nearly) none of it: the row becomes ``HTML_LOST_TEXT``."""


def html_blocks(source: str) -> list[Block]:
    """Cut an HTML page or fragment into blocks that together hold all visible text, in order.

    Raises
    ------
    LostText
        When more than 200 letters are visible and less than 1 % of them are extracted: text nested too
        deep for the parser, a page of links, a page that is no article.
    """
    flats = flatten(source)
    if is_fragment(source):
        return _blocks(flats, article=[True] * len(flats))
    extracted = _extracted(source)
    visible = _letters(flat.text for flat in flats)
    if _letters(extracted) < max(1, _LEAST_SHARE * visible):
        if visible > _VISIBLE_LETTERS:
            raise LostText
        return _blocks(flats, article=[True] * len(flats))
    return _blocks(flats, article=_article(flats, extracted)) + _hidden(flats, extracted)


def _extracted(source: str) -> list[str]:
    """Give the texts of the blocks that trafilatura takes for the article; none when it fails."""
    import trafilatura

    log = logging.getLogger("trafilatura")
    if not log.handlers:  # its warnings belong to whoever set up logging, not on the terminal
        log.addHandler(logging.NullHandler())
    # A lone surrogate or NUL makes the parser drop the rest of the page.
    safe = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in source.replace("\0", " "))
    try:
        document = trafilatura.bare_extraction(
            safe,
            include_comments=False,
            include_tables=True,
            favor_recall=True,
            fast=len(safe) > _LARGE,
        )
    except MemoryError:
        raise
    except Exception:  # whatever a page does to the parser, it is this page that is rejected
        return []
    body = getattr(document, "body", None)
    return [] if body is None else [text for text in map(clean, _leaf_texts(body)) if text]


def _leaf_texts(body: Any) -> Iterator[str]:
    """Give the text of each block of an lxml tree that holds no other block."""
    for element in body.iter(*_LEAVES):
        if next(element.iterdescendants(*_LEAVES), None) is None:
            yield "".join(element.itertext())
        elif element.text:
            yield element.text


def _letters(texts: Iterable[str]) -> int:
    return sum(sum(map(str.isalpha, text)) for text in texts)


def _grams(texts: Iterable[str]) -> set[tuple[str, ...]]:
    sequence = [word for text in texts for word in words(text)]
    return {tuple(sequence[place : place + _GRAM]) for place in range(len(sequence) - _GRAM + 1)}


def _share(sequence: list[str], grams: set[tuple[str, ...]]) -> float:
    total = len(sequence) - _GRAM + 1
    return sum(tuple(sequence[place : place + _GRAM]) in grams for place in range(total)) / total


def _article(flats: list[Flat], extracted: list[str]) -> list[bool]:
    grams = _grams(extracted)
    equal = {tuple(words(text)) for text in extracted}
    found = [words(flat.text) for flat in flats]
    sure = [len(some) > _GRAM and _share(some, grams) >= _SHARE for some in found]
    places = [place for place, is_sure in enumerate(sure) if is_sure] or [0, len(flats) - 1]
    first, last = places[0], places[-1]
    return [
        is_sure
        or (tuple(some) in equal and bool(some) and first - _NEAR <= place <= last + _NEAR)
        or (first < place < last and _rescued(flat, length=len(some)))
        for place, (flat, some, is_sure) in enumerate(zip(flats, found, sure, strict=True))
    ]


def _rescued(flat: Flat, *, length: int) -> bool:
    """Tell whether a block amid the article is a paragraph of it although extraction left it out."""
    return (
        flat.tag in ("p", "blockquote")
        and not flat.region
        and length >= _RESCUE_WORDS
        and flat.linked < _RESCUE_LINKED * len(flat.text)
    )


def _hidden(flats: list[Flat], extracted: list[str]) -> list[Block]:
    """Give the article text that stands in no visible block (in page data, say): it has no offsets."""
    grams = _grams(flat.text for flat in flats)
    return [
        Block(-1, -1, text)
        for text in extracted
        if len(found := words(text)) > 2 * _GRAM and _share(found, grams) < 1 - _SHARE
    ]


def _blocks(flats: list[Flat], *, article: list[bool]) -> list[Block]:
    """Make one block of each flat block, and one of the short cells of a table row."""
    blocks = []
    numbered = zip(flats, article, range(len(flats)), strict=True)
    for _, group in groupby(numbered, key=lambda member: _row_key(member[0], member[2])):
        members = list(group)
        blocks.append(_block([flat for flat, _, _ in members], is_article=any(own for _, own, _ in members)))
    return blocks


def _row_key(flat: Flat, place: int) -> tuple[str, int]:
    """Give what short cells of one table row share; every other block is on its own."""
    if flat.row and flat.tag in ("td", "th") and len(flat.text) <= _CELL:
        return "row", flat.row
    return "block", place


def _block(flats: list[Flat], *, is_article: bool) -> Block:
    flat = flats[0]
    start, end = flat.span()[0], flats[-1].span()[1]
    text = clean("\n".join(member.text for member in flats))
    if flat.region == "figcaption":
        return Block(start, end, text, Role.FIXED_NOISE, "caption")
    is_title = flat.tag == "h1" and flat.region not in ("nav", "footer", "aside")
    hint = "" if is_title or flat.hint is None else reason_by_hint(text, hint=flat.hint, linked=flat.linked)
    if hint or not (is_article or is_title):
        return Block(start, end, text, Role.FIXED_NOISE, hint or "boilerplate")
    role = Role.ROW if len(flats) > 1 else _ROLES.get(flat.tag, Role.TEXT)
    return Block(start, end, text, role)
