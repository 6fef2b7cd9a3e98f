"""Markdown: blocks from the line maps of markdown-it, and the rendered text of a piece."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.ingest.blocks import Block, Role, trimmed
from pipeline.ingest.clean import clean
from pipeline.ingest.cutting.html_scanner import plain
from pipeline.ingest.cutting.text import text_blocks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["markdown_blocks", "rendered"]

_SOURCE_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_FRONT_END = re.compile(r"(?:---|\.\.\.)\s*$")
_LEAVES = {"paragraph_open", "heading_open", "tr_open", "fence", "code_block", "html_block"}
_FRONT_LINES = 200


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A block of the parser that holds text: first line, last line + 1, its rendered text."""

    first: int
    last: int
    text: str
    role: Role
    reason: str


def markdown_blocks(text: str) -> list[Block]:
    """Cut Markdown into blocks that together hold every visible character, in order.

    What no block of the parser claims (rules, link definitions, text nested too deep for the parser) is cut
    as plain text and kept as ``metadata``, so that nothing is lost.
    """
    starts = [0, *accumulate(len(line) for line in _SOURCE_LINE.findall(text))]
    done = _front_matter(text, starts=starts)
    blocks = _unclaimed(text, 0, starts[done])
    # A NUL would come out of the parser as U+FFFD; to a reader it is a space.
    for leaf in _leaves(_parser().parse(text[starts[done] :].replace("\0", " ")), shift=done):
        begin = max(leaf.first, done)
        if leaf.last <= begin:
            continue
        blocks += _unclaimed(text, starts[done], starts[begin])
        blocks += _claimed(text, starts[begin], starts[leaf.last], leaf=leaf)
        done = leaf.last
    return blocks + _unclaimed(text, starts[done], len(text))


def rendered(source: str) -> str:
    """Give the text a reader sees of a piece of Markdown: mark-up, link targets and list marks taken away."""
    return "\n".join(leaf.text for leaf in _leaves(_parser().parse(source.replace("\0", " ")), shift=0))


def _front_matter(text: str, *, starts: list[int]) -> int:
    """Give the number of lines of YAML between ``---`` lines at the top; 0 when there is none."""
    if not _FRONT_MATTER.match(text):
        return 0
    for number in range(1, min(len(starts) - 1, _FRONT_LINES)):
        if _FRONT_END.match(text[starts[number] : starts[number + 1]]):
            return number + 1
    return 0


def _leaves(tokens: list[Token], *, shift: int) -> list[_Leaf]:
    leaves = []
    items = 0
    for place, token in enumerate(tokens):
        items += (token.type == "list_item_open") - (token.type == "list_item_close")
        if token.type not in _LEAVES or token.map is None:
            continue
        inlines = _inlines(tokens, place) if token.nesting == 1 else []
        text = " | ".join(_inline_text(inline) for inline in inlines) if inlines else _raw_text(token)
        role = _role(token, in_item=items > 0)
        reason = "link" if role is Role.ITEM and len(inlines) == 1 and _only_link(inlines[0]) else ""
        leaves.append(_Leaf(token.map[0] + shift, token.map[1] + shift, text, role, reason))
    return leaves


def _inlines(tokens: list[Token], place: int) -> list[Token]:
    """Give the inline tokens of the block that opens at ``place``: one, or one for each cell of a row."""
    level = tokens[place].level
    inlines = []
    for number in range(place + 1, len(tokens)):
        if tokens[number].level <= level:
            break
        if tokens[number].type == "inline":
            inlines.append(tokens[number])
    return inlines


def _role(token: Token, *, in_item: bool) -> Role:
    if token.type == "heading_open":
        return Role.TITLE if token.tag == "h1" else Role.HEADING
    if token.type == "tr_open":
        return Role.ROW
    return Role.ITEM if in_item else Role.TEXT


def _only_link(inline: Token) -> bool:
    """Tell whether a list item is one link and nothing else."""
    kinds = [child.type for child in inline.children or []]
    return kinds[:1] == ["link_open"] and kinds[-1:] == ["link_close"] and kinds.count("link_open") == 1


def _inline_text(token: Token) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "image":
            parts.append(_inline_text(child))
        elif child.type != "html_inline":
            parts.append(child.content)
    return "".join(parts)


def _raw_text(token: Token) -> str:
    return plain(token.content) if token.type == "html_block" else token.content


def _claimed(text: str, start: int, end: int, *, leaf: _Leaf) -> list[Block]:
    """Make the block of a leaf, its span without the whitespace around it."""
    visible = clean(leaf.text)
    if not visible:
        return _unclaimed(text, start, end)
    start, end = trimmed(text, start, end)
    return [Block(start, end, visible, leaf.role, leaf.reason)]


def _unclaimed(text: str, start: int, end: int) -> list[Block]:
    """Keep what a Markdown reader does not see as text (front matter, rules, comments, link targets)."""
    return [
        Block(start + block.start, start + block.end, block.text, Role.FIXED_NOISE, "metadata")
        for block in text_blocks(text[start:end])
    ]
