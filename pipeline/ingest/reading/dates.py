"""The day an article was published: read when it is written out, never guessed, never today's."""

from __future__ import annotations

import datetime
import re
import unicodedata
import warnings
from email.utils import parsedate_to_datetime
from functools import lru_cache

__all__ = ["FIRST_YEAR", "LAST_YEAR", "read_date"]

FIRST_YEAR, LAST_YEAR = 1800, 2100
"""Years outside are taken for a slip of the pen; no clock is read, so that the same dump gives the same dates."""

_LONGEST = 80
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:T?\d{4}(?:\d\d)?Z?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3}, ?)?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d")
_RELATIVE = re.compile(r"\b(?:ago|hace|il y a|vor|fa|atrás|yesterday|today|tomorrow)\b", re.IGNORECASE)
_LABEL = re.compile(r"^(?:(?:first|last) )?(?:published|posted|updated|modified|date)(?: on| at)?\s?:? ", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")


def read_date(value: object) -> str:
    """Give the day that ``value`` says, as its writer wrote it (no shift between time zones).

    Read are dates and datetimes, seconds or milliseconds since 1970, ISO 8601, RFC 2822, ``20220614``,
    ``14/06/2022``, and dates in words in the languages dateparser knows. Not read: relative dates
    (``yesterday``, ``2 hours ago``), dates without day, month or four-digit year, and dates such as
    ``03/04/2020`` that mean two days to two readers.

    Returns
    -------
    str
        ISO 8601 ``YYYY-MM-DD``, or empty when no day can be read.
    """
    if isinstance(value, datetime.date):  # datetimes are dates too
        return _checked(value.year, value.month, value.day)
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return _from_epoch(value)
    return _from_words(value) if isinstance(value, str) else ""


def _checked(year: int, month: int, day: int) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def _from_epoch(value: float) -> str:
    """Read seconds or milliseconds since 1970, from September 2001 on: smaller numbers are rather something else."""
    if not 1e9 <= value < 1e13:
        return ""
    seconds = value / 1000 if value >= 1e12 else value
    if seconds >= 1e10:
        return ""
    day = datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC).date()
    return _checked(day.year, day.month, day.day)


@lru_cache(maxsize=4096)
def _from_words(written: str) -> str:
    text = _plain(written)
    if not text or len(text) > _LONGEST:
        return ""
    if _EPOCH.fullmatch(text):
        return _from_epoch(float(text))
    if match := _COMPACT.fullmatch(text) or _YEAR_FIRST.match(text):
        return _checked(int(match["y"]), int(match["m"]), int(match["d"]))
    if match := _YEAR_LAST.match(text):
        return _from_year_last(int(match[1]), int(match[3]), int(match[4]))
    return _from_prose(text)


def _plain(written: str) -> str:
    """Fold spaces and digits of all scripts, and take off ``Published on``."""
    text = " ".join(unicodedata.normalize("NFKC", written[: _LONGEST * 8]).split())
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return _LABEL.sub("", text, count=1)


def _from_year_last(first: int, second: int, year: int) -> str:
    """Read ``14/06/2022`` and ``06/14/2022``; of ``03/04/2020`` nobody can tell."""
    if first > 12 or first == second:
        return _checked(year, second, first)
    return _checked(year, first, second) if second > 12 else ""


def _from_prose(text: str) -> str:
    numbers = [int(number) for number in _NUMBER.findall(text)]
    has_year = any(FIRST_YEAR <= number <= LAST_YEAR for number in numbers)
    has_day = any(1 <= number <= 31 for number in numbers)
    if not (has_year and has_day) or _RELATIVE.search(text):
        return ""
    found = _parse_rfc(text) or _parse_words(text)
    # What the parser found must stand there: it may not fill in a year or a day of its own.
    if found is None or found.year not in numbers or found.day not in numbers:
        return ""
    return _checked(found.year, found.month, found.day)


def _parse_rfc(text: str) -> datetime.datetime | None:
    if not _RFC_2822.match(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None


def _parse_words(text: str) -> datetime.datetime | None:
    import dateparser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = dateparser.parse(
                text,
                settings={
                    "STRICT_PARSING": True,
                    "REQUIRE_PARTS": ["day", "month", "year"],
                    "PARSERS": ["absolute-time"],
                },
            )
        except (ValueError, OverflowError, RecursionError, TypeError):
            return None
    return found if isinstance(found, datetime.datetime) else None
