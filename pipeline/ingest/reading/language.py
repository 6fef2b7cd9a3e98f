"""The language an article is written in: as given, else told from its letters."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

__all__ = ["guess_language", "read_language"]

_SAMPLE = 2000
_FEWEST_LETTERS = 20
_LEAST_SURE = 0.5
_CODE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")
_NAMES = {
    "ar": ("ara", "arabic"),
    "bn": ("ben", "bengali", "bangla"),
    "de": ("deu", "ger", "german"),
    "en": ("eng", "english"),
    "es": ("spa", "spanish"),
    "fa": ("fas", "per", "persian", "farsi"),
    "fr": ("fra", "fre", "french"),
    "hi": ("hin", "hindi"),
    "id": ("ind", "indonesian"),
    "it": ("ita", "italian"),
    "ja": ("jpn", "japanese"),
    "ko": ("kor", "korean"),
    "my": ("mya", "bur", "burmese"),
    "nl": ("nld", "dut", "dutch"),
    "pl": ("pol", "polish"),
    "pt": ("por", "portuguese"),
    "ru": ("rus", "russian"),
    "sw": ("swa", "swahili"),
    "th": ("tha", "thai"),
    "tl": ("tgl", "tagalog"),
    "tr": ("tur", "turkish"),
    "uk": ("ukr", "ukrainian"),
    "ur": ("urd", "urdu"),
    "vi": ("vie", "vietnamese"),
    "zh": ("zho", "chi", "chinese"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}


def read_language(given: str) -> str:
    """Give the ISO 639-1 code of a language field (``en``, ``en-US``, ``eng``, ``English``); empty when unknown."""
    word = given.strip().casefold()
    if word in _CODES:
        return _CODES[word]
    match = _CODE.fullmatch(word)
    if not match:
        return ""
    return match[1] if len(match[1]) == 2 else _CODES.get(match[1], "")


def guess_language(text: str) -> str:
    """Tell the language from the first 2,000 characters.

    Returns
    -------
    str
        ISO 639-1 code; empty when there are fewer than 20 letters or no language is likelier than not.
    """
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return ""
    code, probability = _identifier().classify(sample)
    return str(code) if probability >= _LEAST_SURE and len(code) == 2 else ""  # `zxx` is no language


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
