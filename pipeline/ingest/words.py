"""Words for comparing texts: folded, without punctuation."""

from __future__ import annotations

import re

from pipeline.ingest.clean import clean

__all__ = ["words"]

# Scripts written without spaces count a character as a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def words(text: str) -> list[str]:
    """Give the case-folded words and numbers of a text, in order."""
    return _WORD.findall(clean(text).casefold())
