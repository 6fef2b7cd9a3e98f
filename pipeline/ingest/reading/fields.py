"""Which field of a record is its text, its title, its date: by the usual names, or as the config says."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.errors import ConfigError
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import Row
from pipeline.records import RejectCode

__all__ = ["FIELDS", "NAME", "Fields", "Found", "is_text_field"]

FIELDS: dict[str, tuple[str, ...]] = {
    "text": (
        *("text", "body", "content", "article", "article_text", "article_body", "body_text", "full_text"),
        *("fulltext", "articlebody", "main_text", "maintext", "plain_text", "raw_text", "story", "page_text"),
    ),
    "html": (
        *("html", "body_html", "content_html", "html_body", "raw_html", "page_html", "article_html"),
        "source_html",
    ),
    "title": ("title", "headline", "heading", "article_title"),
    "date": (
        *("date", "published", "published_at", "date_published", "published_date", "publication_date"),
        *("publish_date", "date_publish", "datepublished", "publishedat", "pubdate", "pub_date", "published_on"),
    ),
    "source": ("source", "publisher", "outlet", "publication", "source_name", "site_name", "newspaper", "site"),
    "url": ("url", "link", "href", "canonical_url", "source_url", "article_url", "permalink"),
    "id": ("id", "article_id", "doc_id", "external_id", "uuid", "guid", "_id"),
    "language": ("language", "lang", "language_code", "lang_code"),
}
"""The names that are looked for, in this order; case, spaces, dots and dashes do not count."""

_FOLD = re.compile(r"[\s.\-]+")
NAME = re.compile("[A-Za-z0-9_.\u00c0-\u024f-]{1,40}")
"""What can be quoted as the name of a field: one word in Latin letters; all else may be text of an article."""
_MOST_NAMES = 12


def _fold(name: str) -> str:
    return _FOLD.sub("_", name.strip("\ufeff \t\r\n").casefold())


_TEXT_NAMES = frozenset((*FIELDS["text"], *FIELDS["html"]))


def is_text_field(name: str) -> bool:
    """Tell whether a name is one of the usual ones for a text."""
    return _fold(name) in _TEXT_NAMES


@dataclass(frozen=True, slots=True)
class Found:
    """The values of a record by what they mean; empty where the record says nothing."""

    text: str
    is_html: bool
    title: str = ""
    date: object = ""
    publisher: str = ""
    url: str = ""
    external_id: str = ""
    language: str = ""
    ignored: bool = False


class Fields:
    """Finds the fields of records.

    Parameters
    ----------
    mapped
        From meaning (``text``, ``html``, ``title`` ...) to the name it has in the records; a dotted name
        reaches into an object (``article.body``).

    Raises
    ------
    ConfigError
        When ``mapped`` has a key that is no meaning.
    """

    def __init__(self, mapped: Mapping[str, str]) -> None:
        problems = [_unknown_meaning(key, mapped[key]) for key in mapped if key not in FIELDS]
        if problems:
            raise ConfigError(problems)
        self._mapped = dict(mapped)
        names = {meaning: (_fold(mapped[meaning]),) if meaning in mapped else FIELDS[meaning] for meaning in FIELDS}
        self._names = names
        self._wanted = {name.partition(".")[0] for group in names.values() for name in group} | {
            _fold(name.partition(".")[0]) for name in mapped.values()
        }

    def wants(self, name: str) -> bool:
        """Tell whether a column of this name could mean something."""
        return _fold(name) in self._wanted

    def is_article(self, values: Mapping[str, object]) -> bool:
        """Tell whether an object has a text of its own, rather than only a list of articles."""
        names = {*self._names["text"], *self._names["html"]}
        return any(isinstance(value, str) and _fold(name) in names for name, value in values.items())

    def find(self, row: Row) -> Found:
        """Find what the fields of a record mean.

        A text field that holds anything wins over an HTML field: it is what the publisher or scraper took for
        the article. HTML is read where there is no text, or an empty one.

        Raises
        ------
        Refusal
            ``FIELD_MISSING`` without a text or HTML field, ``FIELD_TYPE`` when it holds no text, ``EMPTY``
            when it holds nothing.
        """
        values: dict[str, object] = {}
        for name, value in row.values.items():
            values.setdefault(_fold(name), value)
        text, text_found = self._text(values, row.values, "text")
        html, html_found = ("", False) if text.strip() else self._text(values, row.values, "html")
        if not (text_found or html_found):
            raise self._missing(row.names or list(row.values))
        if not (text.strip() or html.strip()):
            raise Refusal(RejectCode.EMPTY, "the text field is empty", "nothing to do: there is nothing to tag")
        plain = {meaning: self._value(values, row.values, meaning) for meaning in FIELDS}
        words = {meaning: _as_text(value) for meaning, value in plain.items()}
        return Found(
            text=text if text.strip() else html,
            is_html=not text.strip(),
            title=words["title"] or "",
            date=plain["date"],
            publisher=words["source"] or "",
            url=words["url"] or "",
            external_id=words["id"] or "",
            language=words["language"] or "",
            ignored=any(words[meaning] is None for meaning in ("title", "source", "url", "id", "language")),
        )

    def _value(self, folded: Mapping[str, object], values: Mapping[str, object], meaning: str) -> object:
        """Give the first value that says something, else the first that is there, else None."""
        if meaning in self._mapped:
            return _reach(values, self._mapped[meaning], folded)
        found = [folded[name] for name in self._names[meaning] if name in folded]
        return next((value for value in found if value not in (None, "")), None)

    def _text(self, folded: Mapping[str, object], values: Mapping[str, object], meaning: str) -> tuple[str, bool]:
        value = self._value(folded, values, meaning)
        if value is None:
            return "", self._is_there(folded, meaning)
        if not isinstance(value, str):
            raise Refusal(
                RejectCode.FIELD_TYPE,
                f"the {meaning} field holds a {_kind(value)}, accepted is a string",
                f"name the field that holds the {meaning} with --field {meaning}=NAME",
            )
        return value, True

    def _is_there(self, folded: Mapping[str, object], meaning: str) -> bool:
        return any(name in folded for name in self._names[meaning])

    def _missing(self, names: Iterable[str]) -> Refusal:
        shown = [name if NAME.fullmatch(name) else "(an odd name)" for name in map(str, names)]
        listed = ", ".join(shown[:_MOST_NAMES]) + (", ..." if len(shown) > _MOST_NAMES else "")
        wanted = self._mapped.get("text")
        problem = f"no field '{wanted}'" if wanted else "no field that is known to hold a text"
        return Refusal(
            RejectCode.FIELD_MISSING,
            f"{problem}, found: {listed or 'no fields'}",
            "name it with --field text=NAME, or under ingest.fields in the config",
        )


def _reach(values: Mapping[str, object], name: str, folded: Mapping[str, object]) -> object:
    if name in values:
        return values[name]
    if _fold(name) in folded:
        return folded[_fold(name)]
    value: object = values
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _as_text(value: object) -> str | None:
    """Give a small value as text; None when it is of a kind that cannot be one."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, Mapping):  # {"id": ..., "name": "The Paper"}
        name = value.get("name")
        return name.strip() if isinstance(name, str) else None
    if isinstance(value, bool | int | float | datetime.date):
        return str(value)
    return None


def _kind(value: object) -> str:
    kinds = {"dict": "nested object", "list": "list", "int": "number", "float": "number", "bool": "true or false"}
    return kinds.get(type(value).__name__, type(value).__name__)


def _unknown_meaning(key: str, name: str) -> str:
    near = difflib.get_close_matches(key, FIELDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"accepted are {', '.join(FIELDS)}"
    return f"ingest.fields.{key}: unknown field, found '{key}: {name}'; {hint}"
