r"""Plain text: lines, and how they make paragraphs.

Two layouts occur. In most dumps a line is a paragraph. In others an editor or mailer has broken the lines at
60 to 80 columns, and a paragraph is several lines. Which one a file has is decided once per file:

Looked at are the lines that are followed directly by another (no blank line between). The width is the 90th
percentile of their lengths and must lie between ``_NARROWEST`` and ``_WIDEST`` columns. Of those that are at
least half as long, ``_FULL_SHARE`` must be full (the next line's first word would not have fitted within the
width) and ``_OPEN_SHARE`` must stop in mid-sentence: then the file is *wrapped*. So it is, however
uneven its lines, when
``_RUN_ON_SHARE`` of them stop in mid-sentence before a small letter, a sentence ends within some line, and the
width is ``_WIDE`` or more. One or two lines make no statistics: then every one must stop so.

In a wrapped file a new paragraph begins after a blank line, at a line indented deeper than the file's margin
(or than the line before, where first lines are not indented), and after a line that was not full unless the
next one goes on with a small letter; at a list mark also after a full line that ends a sentence. Hyphens at
line ends stay.
Line ends are ``\n``, ``\r\n``, ``\r``, vertical tab, form feed, U+0085, U+2028 and U+2029.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.ingest.blocks import Block
from pipeline.ingest.clean import clean

__all__ = ["text_blocks"]

_NARROWEST, _WIDEST = 35, 120
_FULL_SHARE, _OPEN_SHARE, _RUN_ON_SHARE = 0.6, 0.4, 0.6
_WIDE = 50
_FEW = 2
_FIRST_SHARE = 0.5

_LINE = re.compile("([^\n\r\x0b\x0c\x85\u2028\u2029]*)(\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]|$)")
_ENDED = re.compile(r"[.!?…:;।。！？؟][\"'”’»)\]]*$")
_INNER_END = re.compile(r"[a-z]{2}[.!?][\"'”’»)\]]* [\"'“‘«(]?[A-Z]")
# "on Dec." at a line end and "28." at the next line's start are no list.
_ABBREVIATED = re.compile(r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Nos?|Arts?|pp?)\.$")
_LIST_MARK = re.compile(r"(?:[-*•–—▪◦·]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank: ``indent`` columns before its text, ``blanks`` blank lines above it."""

    start: int
    end: int
    text: str
    indent: int
    blanks: int


def text_blocks(text: str) -> list[Block]:
    """Cut plain text into blocks that together hold every visible character, in order."""
    lines = list(_lines(text))
    inner = [(one, two) for one, two in pairwise(lines) if not two.blanks]
    width = _width(inner)
    paragraphs = _joined(lines, width=width) if width else [[line] for line in lines]
    spaced = any(line.blanks for line in lines[1:])
    blocks = []
    for paragraph in paragraphs:
        start, end = paragraph[0].start, paragraph[-1].end
        tight = spaced and start > lines[0].start and not paragraph[0].blanks
        blocks.append(Block(start=start, end=end, text=clean(text[start:end]), tight=tight))
    return blocks


def _lines(text: str) -> Iterator[_Line]:
    """Give the lines in which something is visible; spans leave out the whitespace around them."""
    blanks = 0
    for match in _LINE.finditer(text):
        raw = match[1]
        visible = clean(raw)
        if not visible:
            blanks += 1
            continue
        indent = len(raw) - len(raw.lstrip())
        start = match.start() + indent
        yield _Line(start, start + len(raw.strip()), visible, len(raw[:indent].expandtabs(4)), blanks)
        blanks = int(match[2] == "\u2029")


def _width(inner: list[tuple[_Line, _Line]]) -> int:
    """Give the columns at which the file is wrapped; 0 when it is not."""
    if not inner:
        return 0
    lengths = sorted(one.indent + len(one.text) for one, _ in inner)
    width = lengths[int(0.9 * (len(lengths) - 1))]
    if not _NARROWEST <= width <= _WIDEST:
        return 0
    inner = [(one, two) for one, two in inner if 2 * len(one.text) >= width]
    open_ended = sum(_goes_on(one, two) for one, two in inner)
    if len(inner) <= _FEW:
        return width if all(_runs_on(one, two) for one, two in inner) else 0
    prose = width >= _WIDE and any(_INNER_END.search(one.text) for one, _ in inner)
    if prose and sum(_runs_on(one, two) for one, two in inner) >= _RUN_ON_SHARE * len(inner):
        return width
    full = sum(_full(one, two, width=width) for one, two in inner)
    return width if full >= _FULL_SHARE * len(inner) and open_ended >= _OPEN_SHARE * len(inner) else 0


def _full(line: _Line, following: _Line, *, width: int) -> bool:
    first_word = following.text.split(" ", 1)[0]
    return line.indent + len(line.text) + 1 + len(first_word) > width


def _goes_on(line: _Line, following: _Line) -> bool:
    return not (_ENDED.search(line.text) or _LIST_MARK.match(following.text))


def _runs_on(line: _Line, following: _Line) -> bool:
    """Tell whether a sentence stops at the line end and goes on with a small letter."""
    return _goes_on(line, following) and following.text[0].islower()


def _joined(lines: list[_Line], *, width: int) -> list[list[_Line]]:
    margin = _margin(lines)
    paragraphs: list[list[_Line]] = []
    for line in lines:
        if paragraphs and not _starts(line, paragraphs[-1], width=width, margin=margin):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def _margin(lines: list[_Line]) -> int:
    """Give the indent from which a file indents the first lines of its paragraphs; -1 when it does not."""
    margin = Counter(line.indent for line in lines).most_common(1)[0][0]
    after = [two.indent == margin for one, two in pairwise(lines) if one.indent > margin and not two.blanks]
    return margin if after and sum(after) >= _FIRST_SHARE * len(after) else -1


def _starts(line: _Line, paragraph: list[_Line], *, width: int, margin: int) -> bool:
    """Tell whether a line of a wrapped file begins a new paragraph after the lines of ``paragraph``."""
    before = paragraph[-1]
    if line.blanks:
        return True
    full = _full(before, line, width=width)
    ended = _ENDED.search(before.text) and not _ABBREVIATED.search(before.text)
    if _LIST_MARK.match(line.text) and (not full or ended):
        return True
    if not _LIST_MARK.match(paragraph[0].text) and line.indent > (before.indent if margin < 0 else margin):
        return True
    return not full and not line.text[0].islower()
