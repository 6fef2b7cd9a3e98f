"""Lines that say who wrote, reported, translated or edited."""

from __future__ import annotations

import re

from pipeline.ingest.noise.datelines import without_date
from pipeline.ingest.noise.vocabulary import AGENCIES, DATE_WORDS, OUTLET, PARTICLES
from pipeline.ingest.sentences import SPEECH, ends_sentence, sentence_breaks

__all__ = ["is_byline", "is_name"]

_LONGEST = 200
_I = re.IGNORECASE

_WHO = (
    r"(?:(?:staff|special|news|web|online|city|chief|bureau|senior|crime|legal|guest|agency|foreign|"
    r"political|local|contributing|investigative|justice|security) ){0,3}"
    r"(?:reporters?|correspondents?|writers?|desk|staff|bureau|contributors?|editor)"
)
_SOMEONE = re.compile(
    rf"(?:by )?(?:our |an? |the |from our )?{_WHO}|(?:our|from our) correspondents?|reuters staff|"
    r"agencies|news agencies|agency report|correspondent|"
    # "By a Harbour News reporter", "By our correspondent in the valley"
    r"special to (?:the )?(?:(?-i:[A-Z])[\w.'’-]* ?){1,4}|"
    rf"by (?:an? |our |the )?(?:(?-i:[A-Z])[\w.'’-]* ){{0,4}}{_WHO}"
    r"(?: (?:in|at|for|from) (?:the )?[\w.'’-]+(?: (?-i:[A-Z])[\w.'’-]*){0,3})?",
    _I,
)
_BY = re.compile(
    r"(?:by|BY|By|Por|Par|Von|(?:Written|Reported|Posted|Translated|Compiled|Words|Story|Report|Text) by)"
    r"\s?[:–—-]? |"
    r"(?:Author|Article|Text|Contributing|Reporter|Writer|Editor|Autora?|Texte?|Texto|Tekst|Piše|Pišu|Auteur|Story|Reportage|Words|"
    r"Texto y fotos?|"
    r"Redacción|Редактор|Автор|Текст)s?\s?[:–—-] ?"
)
# "by" in small letters is a byline only before a whole name
_BY_SMALL = re.compile(r"by (?=[A-ZÀ-Þ][\w.'’-]+ [A-ZÀ-Þ])")
_ROLE = re.compile(rf" ?(?:,|[|–—-]) (?:[\w.'’-]+ ){{0,3}}{_WHO}$", _I)
_OUTLET = re.compile(rf" ?[|–—] (?:[\w.'’&-]+ ){{0,3}}{OUTLET}$")
_REPORTS = re.compile(r" (?:reports|reporting) from (?=[A-Z])")
# Parts of a sign-off: "Reporting by A in B", "editing by C", "Written in English by D"
_CLAUSE_END = re.compile(
    r"(?<=\w\w)\. (?=[A-Z])|; ?|, (?=(?:additional |with )?(?:reporting|editing|writing|translat))|[/|] ", _I
)
_CLAUSE = re.compile(
    r"(?:(?:(?:and )?(?:additional |with )?(?:additional )?"
    r"(?:reporting|writing|editing|research|translation|compiled|translated|edited|reported|written|produced|"
    r"fact.checked|copy.edited|inputs?|files)(?: and (?:editing|writing|edited|translated))?"
    r"(?: (?:in|into|from) \w{3,15})? (?:by|from))|(?:translation|copy-editing|editing) ?:) ",
    _I,
)
_CONTRIBUTED = re.compile(r"\bcontributed (?:to this (?:report|story|article)|reporting)\b", _I)
_INITIAL = re.compile(r"\b[A-Z]\.$")
_TWEET_SIGN = re.compile(r"[—–-]+ ?[^()]{1,60}\(@\w{1,20}\),? \w{3,9} \d{1,2}, \d{4}")
_SIGNS = re.compile(r"[a-z]{2,4}(?:/[a-z]{2,4}){1,3} \([\w ,./-]{2,60}\)")
_EMAIL = re.compile(r",? ?\(?[\w.+-]+@[\w-]+\.[\w.-]+\)?")
_MOST_NAMES, _MOST_TOKENS, _LONGEST_NAMES = 4, 24, 180


def is_byline(line: str, folded: str) -> bool:
    """Tell whether a line names who made an article and says nothing else.

    Parameters
    ----------
    line
        Cleaned.
    folded
        The same, case-folded and without the punctuation at its ends.
    """
    if len(line) > _LONGEST:
        return False
    if "contributed" in folded and _CONTRIBUTED.search(line):
        return not SPEECH.search(line) and sentence_breaks(line) <= 1
    if _TWEET_SIGN.fullmatch(line) or _SIGNS.fullmatch(line) or folded in ("by", "by:"):
        return True
    return (
        _is_sign_off(line) or (not ends_sentence(line) and (_is_someone(line) or _is_signed(line))) or _is_by_name(line)
    )


def is_name(text: str, *, most: int = _MOST_NAMES) -> bool:
    """Tell whether a text may be a person's or a place's name: two to ``most`` words with capitals."""
    tokens = text.split()
    return (
        2 <= len(tokens) <= most
        and tokens[0][0].isupper()
        and tokens[-1][0].isupper()
        and all(token[0].isupper() or token in PARTICLES for token in tokens)
        and all(part.isalpha() for token in tokens for part in re.split("[.'’-]", token) if part)
    )


def _is_someone(line: str) -> bool:
    return _SOMEONE.fullmatch(line.strip("()[]*_ ")) is not None


def _is_signed(line: str) -> bool:
    """Tell ``Name, Staff Writer``, ``Name | Outlet`` and ``Name reports from Place``."""
    for pattern in (_ROLE, _OUTLET, _REPORTS):
        match = pattern.search(line)
        if match and is_name(line[: match.start()]):
            rest = line[match.end() :]
            return not rest or _are_names(rest)
    return False


def _is_sign_off(line: str) -> bool:
    """Tell whether every part of a line is ``Reporting by`` or the like and names."""
    parts = [part for part in _CLAUSE_END.split(line.strip("()[]*_–— ").removesuffix(".")) if part]
    matches = [_CLAUSE.match(part) for part in parts]
    return all(
        match is not None and _are_names(part[match.end() :].strip())
        for match, part in zip(matches, parts, strict=True)
    )


def _is_by_name(line: str) -> bool:
    by = _BY.match(line) or _BY_SMALL.match(line)
    if by is None:
        return False
    rest = without_date(_EMAIL.sub("", line[by.end() :]))
    if by[0].startswith("Von") and not is_name(rest.partition(",")[0]):  # German writes every noun with a capital
        return False
    return _are_names(rest)


def _are_names(rest: str) -> bool:
    """Tell whether what follows ``By`` is names and no sentence: capitalised words and few of them."""
    tokens = rest.split()
    if not 1 <= len(tokens) <= _MOST_TOKENS or len(rest) > _LONGEST_NAMES or any(map(str.isdigit, rest)):
        return False
    if ends_sentence(rest) and not _INITIAL.search(rest):
        return False
    if not (tokens[0][0].isupper() or tokens[0].strip(",.") in AGENCIES | {"agencies"}):
        return False
    if all(token.casefold().strip(",") in DATE_WORDS for token in tokens):
        return False
    return all(
        token[0].isupper() or token.strip(",.") in PARTICLES or token.strip(",.") in AGENCIES or not token[0].isalpha()
        for token in tokens
    )
