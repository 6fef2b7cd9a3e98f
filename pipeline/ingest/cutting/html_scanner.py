"""HTML as a reader sees it: a flat list of blocks of visible text, each with its span in the source.

The scanner is our own because two things are needed that no parser gives together: the source position of
every character, and linear time on any input (Python 3.11's ``html.parser`` is quadratic on unfinished tags
and comments, and lxml loses text that is nested too deep). It builds no tree, so nesting costs nothing.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.ingest.blocks import trimmed
from pipeline.ingest.clean import clean
from pipeline.ingest.cutting.html_hints import Hinted, Hints

__all__ = ["Flat", "flatten", "is_fragment", "plain"]


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_BLOCKS = _names(
    """
    address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 header hgroup hr html label legend li
    main menu nav ol optgroup option p pre section select summary table tbody td tfoot th thead tr ul
    """
)
_REGIONS = _names(
    """
    aside button figcaption footer form header nav select
    """
)
_HIDDEN = _names(
    """
    iframe noembed noframes noscript object script style svg template textarea title
    """
)
_PAGE = _names(
    """
    article aside body div footer form header html main nav section table
    """
)
_REFERENCE = re.compile("&(?:#[0-9]{1,10};?|#[xX][0-9A-Fa-f]{1,8};?|[A-Za-z][A-Za-z0-9]{0,31};?)")
_TAG = re.compile("</?([A-Za-z][A-Za-z0-9:-]{0,60})")
_TAG_STOP = re.compile("[>\"']")
_OPENING = re.compile(r"=\s{0,20}$")


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of text or one entity: its place and length in the block's text and in the source."""

    at: int
    shown: int
    start: int
    length: int


@dataclass(slots=True)
class Flat:
    """One block of visible text and how its characters map to the source.

    Parameters
    ----------
    tag
        The block tag it stands in: ``p``, ``h2``, ``li``, ``td`` ...; empty outside any.
    region
        The innermost of nav, footer, aside, form, button, figcaption, select, header; empty outside them.
    row
        Number of the table row; 0 outside tables.
    text
        What is seen, not yet cleaned.
    linked
        How many of its characters are link text.
    hint
        The innermost element whose name says what all of the text is; None when there is none.
    runs
        The stretches ``text`` is made of, in order.
    """

    tag: str
    region: str
    row: int
    text: str = ""
    linked: int = 0
    hint: Hinted | None = None
    runs: list[_Run] = field(default_factory=list)

    def span(self, first: int = 0, last: int | None = None) -> tuple[int, int]:
        """Give the span in the source of ``text[first:last]``, without the whitespace at its ends."""
        first, last = trimmed(self.text, first, len(self.text) if last is None else last)
        opening, closing = self._run(first), self._run(last - 1)
        start, end = opening.start, closing.start + closing.length
        if opening.shown == opening.length:
            start += first - opening.at
        if closing.shown == closing.length:
            end = closing.start + last - closing.at
        return start, end

    def _run(self, place: int) -> _Run:
        return self.runs[bisect_right(self.runs, place, key=lambda run: run.at) - 1]


def flatten(source: str) -> list[Flat]:
    """Give the blocks of visible text of an HTML source, in order; none of whitespace alone."""
    return _Flattener().run(source)


def plain(source: str) -> str:
    """Give the visible text of a piece of HTML, one block a line."""
    return "\n".join(flat.text for flat in flatten(source))


def is_fragment(source: str) -> bool:
    """Tell whether a source is a piece of an article rather than a page: no tag that lays out a page."""
    return not any(name in _PAGE for _, name, _, _ in _pieces(source) if name)


class _Flattener:
    """Collects pieces into blocks; lives for one source."""

    def __init__(self) -> None:
        self.done: list[Flat] = []
        self.tags: list[str] = []
        self.regions: list[str] = []
        self.row = 0
        self.in_link = False
        self.breaks = 0
        self.parts: list[str] = []
        self.length = 0
        self.now = Flat("", "", 0)
        self.hints = Hints()

    def run(self, source: str) -> list[Flat]:
        for start, name, closing, end in _pieces(source):
            if name:
                self._tag(name, closing=closing)
                self.hints.tag(name, source[start:end], closing=closing)
            else:
                self._text(source, start, end)
        self._flush()
        return self.done

    def _tag(self, name: str, *, closing: bool) -> None:
        if name == "br":
            self._break()
        elif name == "a":
            self.in_link = not closing
        elif name in _BLOCKS:
            self._flush()
            self._enter(name, closing=closing)

    def _break(self) -> None:
        """End the block at a second line break in a row; one alone is whitespace."""
        self.breaks += 1
        if self.breaks > 1:
            self._flush()
        elif self.parts:
            self.parts.append("\n")
            self.length += 1

    def _enter(self, name: str, *, closing: bool) -> None:
        self.row += name == "tr" and not closing
        if closing:
            for stack in (self.tags, self.regions):
                if stack and stack[-1] == name:
                    stack.pop()
        else:
            self.tags = [*self.tags[-7:], name]
            if name in _REGIONS:
                self.regions = [*self.regions[-31:], name]

    def _text(self, source: str, start: int, end: int) -> None:
        raw = source[start:end]
        shown = html.unescape(raw) if raw[0] == "&" else raw
        if not self.parts and not shown.strip():
            return
        if shown.strip():
            self.breaks = 0
        if not self.parts:
            self.now = Flat(self.tags[-1] if self.tags else "", self.regions[-1] if self.regions else "", self.row)
            self.now.hint = self.hints.innermost
        elif shown.strip() and self.now.hint is not self.hints.innermost:
            self.now.hint = None
        self.now.runs.append(_Run(self.length, len(shown), start, end - start))
        self.now.linked += len(shown) if self.in_link else 0
        self.parts.append(shown)
        self.length += len(shown)

    def _flush(self) -> None:
        if self.parts:
            self.now.text = "".join(self.parts)
            if clean(self.now.text):
                self.done.append(self.now)
                if self.now.hint:
                    self.now.hint.see(self.now.text)
        self.parts, self.length, self.breaks = [], 0, 0


def _pieces(source: str) -> Iterator[tuple[int, str, bool, int]]:
    """Give start, tag name (empty for text), whether it closes, and end of each visible piece."""
    place = 0
    missing: set[str] = set()
    while place < len(source):
        opening = source.find("<", place)
        opening = len(source) if opening < 0 else opening
        yield from _texts(source, place, opening)
        if opening == len(source):
            return
        place = _skipped(source, opening, missing=missing)
        tag = _TAG.match(source, opening)
        if place > opening:
            continue
        place = _tag_end(source, tag.end(), missing=missing) if tag else -1
        if tag is None or place < 0:
            yield opening, "", False, opening + 1
            place = opening + 1
            continue
        name = tag[1].lower()
        closing = source[opening + 1] == "/"
        yield opening, name, closing, place
        if name in _HIDDEN and not closing and source[place - 2] != "/":
            place = _hidden_end(source, place, name=name, missing=missing)


def _texts(source: str, start: int, end: int) -> Iterator[tuple[int, str, bool, int]]:
    """Divide text into entities and what stands between them."""
    for match in _REFERENCE.finditer(source, start, end):
        if match.start() > start:
            yield start, "", False, match.start()
        yield match.start(), "", False, match.end()
        start = match.end()
    if start < end:
        yield start, "", False, end


def _skipped(source: str, place: int, *, missing: set[str]) -> int:
    """Give the end of the comment or declaration at ``place``; ``place`` when none is there."""
    if source.startswith("<!--", place):
        return _find(source, "-->", place + 4, missing=missing) or place
    if source.startswith(("<!", "<?"), place):
        return _find(source, ">", place + 2, missing=missing) or place
    return place


def _find(source: str, what: str, place: int, *, missing: set[str]) -> int:
    """Give the place after the next ``what``; 0 when there is none, which is looked up only once."""
    found = -1 if what in missing else source.find(what, place)
    if found < 0:
        missing.add(what)
        return 0
    return found + len(what)


def _tag_end(source: str, place: int, *, missing: set[str]) -> int:
    """Give the end of the tag whose name ends at ``place``, past quoted values; -1 when it never ends."""
    if ">" in missing:
        return -1
    while match := _TAG_STOP.search(source, place):
        stop, place = match[0], match.end()
        if stop == ">":
            return place
        if _OPENING.search(source, max(0, place - 22), place - 1):
            place = _find(source, stop, place, missing=missing) or place
    missing.add(">")
    return -1


def _hidden_end(source: str, place: int, *, name: str, missing: set[str]) -> int:
    """Give the place where the content of a hidden element ends.

    An unfinished script or style hides the rest of the page, as in a browser; of the others only the tag.
    """
    if name not in missing:
        match = re.compile(f"</{name}\\b", re.IGNORECASE | re.ASCII).search(source, place)
        if match:
            return match.start()
        missing.add(name)
    return len(source) if name in ("script", "style") else place
