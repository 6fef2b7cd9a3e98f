"""Lines that are only a date or a time."""

from __future__ import annotations

import re

from pipeline.ingest.vocabulary import DATE_MARKS, DATE_WORDS

__all__ = ["is_bare_date", "is_dateline"]

_LONGEST = 120
_MOST_WORDS = 20
_NUMERIC = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?|(?:19|20)\d\d-\d\d-\d\dT[\d:.Z+-]+", re.IGNORECASE)
_NUMBER = re.compile(
    r"\d{1,4}(?:st|nd|rd|th|º|°|er)?[,.]?|\d{1,2}[:.h]\d{2}(?::\d{2})?(?:am|pm)?,?|\d{1,2}(?:am|pm)|"
    r"[+-]\d{2}:?\d{2}",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?:first |last )?(?:published|posted|updated|modified|publicado|publié|actualizado|atualizado)\b",
    re.IGNORECASE,
)
_READ_TIME = re.compile(r"\d{1,3}[- ]min(?:ute)?s?[- ]read|(?:reading|read) time\W.{0,20}", re.IGNORECASE)
_AROUND = ",.:()|[]"


def is_dateline(line: str) -> bool:
    """Tell whether a line says only when something was published, or how long it takes to read."""
    if len(line) > _LONGEST:
        return False
    return _READ_TIME.fullmatch(line) is not None or _is_date(line)


def is_bare_date(line: str) -> bool:
    """Tell whether a line is a date without ``published`` or the like: perhaps an entry of a timeline."""
    return len(line) <= _LONGEST and not _PUBLISHED.match(line) and _is_date(line)


def _is_date(line: str) -> bool:
    """Tell whether every word belongs to a date or time, and the day or the time since is among them."""
    tokens = line.casefold().split()
    if not 1 <= len(tokens) <= _MOST_WORDS:
        return False
    numbers = 0
    words = set()
    for token in tokens:
        bare = token.strip(_AROUND)
        if _NUMERIC.fullmatch(token.strip("()|[]")):
            numbers += 2
            words.add("/")
        elif _NUMBER.fullmatch(token.strip("():|[]")):
            numbers += 1
        elif bare and bare not in DATE_WORDS:
            return False
        words.add(bare)
    return (numbers >= 2 and bool(words & (DATE_MARKS | {"/"}))) or (numbers >= 1 and "ago" in words)
