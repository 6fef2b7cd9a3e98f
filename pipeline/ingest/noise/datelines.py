"""Lines that are only a date or a time, with or without the place before and the outlet behind."""

from __future__ import annotations

import re

from pipeline.ingest.noise.vocabulary import AGO, DATE_MARKS, DATE_WORDS, PARTICLES

__all__ = ["is_bare_date", "is_dateline", "without_date"]

_LONGEST = 120
_MOST_WORDS = 20
_NUMERIC = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[.,]?|(?:19|20)\d\d-\d\d-\d\dT[\d:.Z+-]+", re.IGNORECASE)
_NUMBER = re.compile(
    r"\d{1,4}(?:st|nd|rd|th|º|°|er)?[,.]?|\d{1,2}[:.h]\d{2}(?::\d{2})?(?:am|pm)?,?|\d{1,2}(?:am|pm)|"
    r"(?:gmt|utc)?[+-]\d{1,2}(?::?\d{2})?",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?:first |last )?(?:published|issued|posted|updated|modified|publicad[oa]|publié|mis à jour|actualizado|"
    r"atualizado|veröffentlicht|aktualisiert|objavljeno|опубликовано|обновлено)\b",
    re.IGNORECASE,
)
_READ_TIME = re.compile(
    r"\d{1,3}[- ]min(?:ute)?s?\.?[- ]read|(?:est\. )?(?:(?:reading|read) time|temps de lecture|tiempo de lectura|"
    r"tempo de leitura|lesezeit)\W.{0,20}",
    re.IGNORECASE,
)
_READ_TIME_TAIL = re.compile(r" ?[·•|,–-]? ?\d{1,3}[- ]min(?:ute)?s?[- ]read$", re.IGNORECASE)
_OUTLET_TAIL = re.compile(r" ?[(\[][\w.,&' -]{2,40}[)\]]$")
_SENTENCE_OPENING = frozenset(("a", "after", "at", "before", "by", "from", "in", "of", "on", "since", "the", "until"))
_JOINTS = DATE_WORDS - PARTICLES | {"|", "•", "on"}
_AROUND = ",.:()|[]"
_PLACE_WORDS, _SHORT = 5, 40


def is_dateline(line: str) -> bool:
    """Tell whether a line says only when (and where) something was published, or how long it takes to read."""
    if len(line) > _LONGEST:
        return False
    return _READ_TIME.fullmatch(line) is not None or _is_date(_READ_TIME_TAIL.sub("", line)) or _is_placed(line)


def is_bare_date(line: str) -> bool:
    """Tell whether a line is a date without ``published`` or the like: perhaps an entry of a timeline."""
    return len(line) <= _LONGEST and not _PUBLISHED.match(line) and (_is_date(line) or _is_placed(line))


def without_date(line: str) -> str:
    """Give a line without the date at its end: of ``By Somebody | May 3, 2021`` the byline."""
    tokens = line.split()
    first = next((at for at, token in enumerate(tokens) if _opens_date(token)), 0)
    head = tokens[:first]
    while head and head[-1].casefold() in _JOINTS:
        head.pop()
    if head and len(line) <= _LONGEST and _is_date(" ".join(tokens[first:])):
        return " ".join(head).rstrip(",")
    return line


def _is_placed(line: str) -> bool:
    """Tell whether a line is ``Place, Country, 3 May 2021 (Outlet)``: capitalised words, then a whole date."""
    tokens = _OUTLET_TAIL.sub("", line).split()
    first = next((at for at, token in enumerate(tokens) if _opens_date(token)), 0)
    place = [word for word in tokens[:first] if word not in _JOINTS]
    if not 1 <= len(place) <= _PLACE_WORDS or place[0].casefold() in _SENTENCE_OPENING:
        return False
    divided = tokens[first - 1][-1] in ",–—-|·."
    named = all(token[0].isupper() or token.casefold() in PARTICLES for token in place)
    lettered = all(char.isalpha() or char in ".,'’-" for token in place for char in token)
    date = tokens[first:]
    has_year = any(map(_is_year, date))
    named = named and not _PUBLISHED.match(line)
    return divided and named and lettered and (has_year or len(line) <= _SHORT) and _is_date(" ".join(date))


def _opens_date(token: str) -> bool:
    return token[0].isdigit() or token.casefold().strip(_AROUND) in DATE_MARKS


def _is_year(token: str) -> bool:
    return any(len(part) == 4 and part[:2] in ("19", "20") for part in re.findall(r"\d+", token))


def _is_date(line: str) -> bool:
    """Tell whether every word belongs to a date or time, and the day or the time since is among them."""
    tokens = line.casefold().split()
    if not 1 <= len(tokens) <= _MOST_WORDS or tokens[0] in _SENTENCE_OPENING:
        return False
    numbers, has_day = 0, False
    words = set()
    for token in tokens:
        bare = token.strip(_AROUND)
        if _NUMERIC.fullmatch(token.strip("()|[]")):
            numbers += 2
            has_day = True
        elif _NUMBER.fullmatch(token.strip("():|[]")):
            numbers += 1
        elif bare and bare not in DATE_WORDS:
            return False
        words.add(bare)
    return (numbers >= 2 and (has_day or bool(words & DATE_MARKS))) or (numbers >= 1 and bool(words & AGO))
