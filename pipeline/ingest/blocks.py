"""Blocks: pieces of an article as its mark-up divides it, before anyone asks what they say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Block", "Role", "trimmed"]


class Role(StrEnum):
    """What the mark-up says a block is."""

    TEXT = "text"
    TITLE = "title"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    FIXED_NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article.

    Parameters
    ----------
    start, end
        Span in the source; both -1 when it cannot be told.
    text
        What a reader sees, cleaned; never empty.
    role
        What the mark-up says it is.
    reason
        Why it is noise, when the mark-up alone tells (``boilerplate``, ``metadata``, ``link`` ...).
    tight
        True when it follows the block before it without the blank line that this file puts elsewhere.
    """

    start: int
    end: int
    text: str
    role: Role = Role.TEXT
    reason: str = ""
    tight: bool = False


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrow a span by the whitespace at its ends."""
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    return start, start + len(raw.strip())
