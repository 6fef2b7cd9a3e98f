"""The only text normalisation: what a reader does not see is taken out, nothing a reader sees is changed."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "remarks"]

_SURROGATE = re.compile("[\ud800-\udfff]")
# ASCII whitespace is left to the folding of whitespace below.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ZERO_WIDTH = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff\u180e]")
# Joiners are spelling between Arabic, Persian and Indic letters, and a way to hide words between others.
_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff])[\u200c\u200d]++|[\u200c\u200d]++(?![\u0600-\u08ff\u0900-\u0dff])"
)

_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ɏ]")
_CYRILLIC_GREEK = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"\w+")


def clean(text: str) -> str:
    """Give the text as a reader sees it.

    Whitespace is folded to single spaces and cut off at the ends; zero-width characters, soft hyphens and
    direction marks are removed; control characters count as spaces; lone surrogates become U+FFFD; what is
    left is in NFC (not NFKC, which would change what is written). ``clean(clean(t)) == clean(t)``.
    """
    if text.isprintable():  # then none of the characters above stands in it, and no whitespace but plain spaces
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
        if "  " not in text and text[:1] != " " and text[-1:] != " ":
            return text
    elif not text.isascii():
        text = _CONTROL.sub(" ", _SURROGATE.sub("\ufffd", text))
        text = _JOINER.sub("", _BIDI.sub("", _ZERO_WIDTH.sub("", text)))
        text = unicodedata.normalize("NFC", text)
    elif _CONTROL.search(text):
        text = _CONTROL.sub(" ", text)
    return " ".join(text.split())


def remarks(source: str) -> set[str]:
    """Tell what is odd about a text before it is cleaned.

    Returns
    -------
    set of str
        Of ``zero_width``, ``bidi``, ``control``, ``mixed_script`` (Latin and Cyrillic or Greek letters within
        one word: often letters swapped to escape a search).
    """
    found: set[str] = set()
    if source.isprintable() and (source.isascii() or not _CYRILLIC_GREEK.search(source)):
        return found
    if _ZERO_WIDTH.search(source) or _JOINER.search(source):
        found.add("zero_width")
    if _BIDI.search(source):
        found.add("bidi")
    if _CONTROL.search(source):
        found.add("control")
    if _CYRILLIC_GREEK.search(source) and any(_mixed(word) for word in _WORD.findall(clean(source))):
        found.add("mixed_script")
    return found


def _mixed(word: str) -> bool:
    return bool(_CYRILLIC_GREEK.search(word) and _LATIN.search(word))
