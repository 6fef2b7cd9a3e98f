"""What a line looks like as prose: how many sentences, whether it ends as one, whether it tells something."""

from __future__ import annotations

import re

__all__ = ["EDGE", "NARRATIVE", "SPEECH", "ends_sentence", "sentence_breaks", "sentence_ends"]

# What may stand around the words of a line without changing what the line is.
EDGE = " .:;,!|-–—•·*>»«<[](){}\"'“”‘’…_=#~"

SPEECH = re.compile(
    r"\b(?:said|says|told|tells|added|according to|dijo|selon|disse|sagte|rekao|rekla|сказал\w*)\b", re.IGNORECASE
)
# Furniture speaks to the reader; a line with one of these tells of somebody.
NARRATIVE = re.compile(
    r"\b(?:he|she|they|his|said|says|told|tells|asked|joked|shouted|added|according to|"
    r"dijo|selon|disse|sagte|rekao|rekla|сказал\w*)\b",
    re.IGNORECASE,
)

_BREAK = re.compile(r"[a-zß-ÿ0-9)\"”’][.!?][\"”’)]? (?=[\"“‘(]?[A-ZÀ-Þ])")
_END = re.compile(r"[.!?…。！？؟][\"'”’»)\]]*$")
_ENDS = re.compile(r"[.!?…][\"'”’»)\]]*\s|[。！？؟]")


def sentence_breaks(line: str) -> int:
    """Count the places within a line where one sentence ends and another begins."""
    return len(_BREAK.findall(line))


def ends_sentence(line: str) -> bool:
    """Tell whether a line ends as a sentence does."""
    return _END.search(line) is not None


def sentence_ends(text: str, *, start: int, stop: int) -> list[int]:
    """Give the places between ``start`` and ``stop`` just after a sentence."""
    return [match.end() for match in _ENDS.finditer(text, start, stop)]
