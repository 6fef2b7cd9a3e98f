"""What the head of a saved page or Markdown file says about the article: title, day, publisher, address."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.ingest.reading.dates import read_date

__all__ = ["Facts", "front_matter", "page_facts"]

_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title")
_DATES = (
    *("article:published_time", "article:published", "og:published_time", "og:article:published_time"),
    *("datepublished", "parsely-pub-date", "sailthru.date", "dcterms.created", "dcterms.issued", "dc.date"),
    *(
        "dc.date.issued",
        "dc.date.created",
        "publish-date",
        "publish_date",
        "publishdate",
        "pubdate",
        "cxenseparse:recs:publishtime",
    ),
    *("publication_date", "article.published", "article_date_original", "citation_publication_date", "date"),
)
_SITES = ("og:site_name", "application-name", "dc.publisher", "publisher")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")
_MAX_HEAD = 4_000_000
_MAX_SAMPLE = 4000
_FRONT_LINE = re.compile(r"([A-Za-z][\w -]{0,30}):[ \t]*(.{0,500})")
_FRONT_LINES = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an article besides its text; empty where nothing is.

    Parameters
    ----------
    sample
        Some visible text, to tell the language from.
    """

    title: str = ""
    date: str = ""
    publisher: str = ""
    url: str = ""
    language: str = ""
    sample: str = ""


def page_facts(text: str) -> Facts:
    """Read the head of an HTML page.

    The day is taken from the page's own statements alone: meta tags, JSON-LD ``datePublished``, a ``time``
    element marked as the day of publication, and last the address. Not from the running text, where any day
    may stand.
    """
    from lxml import etree, html  # type: ignore[import-untyped]  # it ships no types

    parser = html.HTMLParser(encoding="utf-8", recover=True, huge_tree=False)
    try:
        root = html.document_fromstring(text[:_MAX_HEAD].replace("\0", " ").encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return Facts()
    meta = _meta(root)
    linked = list(_linked_data(root))
    url = _first(root.xpath("//link[@rel='canonical']/@href")) or meta.get("og:url", "")
    return Facts(
        title=_title(root, meta),
        date=_date(root, meta, linked, url),
        publisher=next((meta[name] for name in _SITES if meta.get(name)), ""),
        url=url,
        language=_first(root.xpath("/html/@lang")),
        sample=_sample(root),
    )


def front_matter(text: str) -> dict[str, str]:
    """Read the ``name: value`` lines between ``---`` lines at the top of a Markdown file; no other YAML."""
    lines = text.lstrip("\ufeff").split("\n", _FRONT_LINES)
    if lines[0].rstrip() != "---":
        return {}
    found: dict[str, str] = {}
    for line in lines[1:_FRONT_LINES]:
        if line.rstrip() in ("---", "..."):
            return found
        if match := _FRONT_LINE.fullmatch(line.rstrip()):
            found.setdefault(match[1], match[2].strip().strip("\"'"))
    return {}  # never closed: a rule across the page, not front matter


def _first(found: list[Any]) -> str:
    return " ".join(str(found[0]).split()) if found else ""


def _meta(root: Any) -> dict[str, str]:
    """Give the contents of meta tags by lower-case name, property or itemprop; the first of a name wins."""
    found: dict[str, str] = {}
    for tag in root.iter("meta"):
        content = " ".join((tag.get("content") or "").split())
        for key in ("property", "name", "itemprop"):
            name = (tag.get(key) or "").strip().lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _title(root: Any, meta: Mapping[str, str]) -> str:
    for name in _TITLES:
        if meta.get(name):
            return meta[name]
    headings = [" ".join(heading.text_content().split()) for heading in root.iter("h1")]
    if len(headings) == 1 and headings[0]:
        return headings[0]
    return _first(root.xpath("//head/title/text()")) or next(filter(None, headings), "")


def _date(root: Any, meta: Mapping[str, str], linked: list[Mapping[str, Any]], url: str) -> str:
    for name in _DATES:
        if day := read_date(meta.get(name, "")):
            return day
    for thing in linked:
        if day := read_date(thing.get("datePublished")):
            return day
    for tag in root.xpath("//time[@pubdate or @itemprop='datePublished'] | //article//time[@datetime]"):
        if day := read_date(tag.get("datetime") or tag.text_content()):
            return day
    match = _URL_DATE.search(url)
    return read_date("-".join(match.groups())) if match else ""


def _linked_data(root: Any) -> Iterator[Mapping[str, Any]]:
    """Give the objects of JSON-LD scripts, from the outside in."""
    for script in root.xpath("//script[@type='application/ld+json']/text()"):
        try:
            waiting = deque([json.loads(str(script), strict=False)])
        except (ValueError, RecursionError):
            continue
        while waiting:
            thing = waiting.popleft()
            if isinstance(thing, dict):
                yield thing
                waiting.extend(value for value in thing.values() if isinstance(value, dict | list))
            elif isinstance(thing, list):
                waiting.extend(thing)


def _sample(root: Any) -> str:
    """Give visible text: of the paragraphs where there are any, else of the body."""
    found = ""
    for tag in root.iter("p"):
        found += " ".join(tag.text_content().split()) + "\n"
        if len(found) > _MAX_SAMPLE:
            break
    if len(found) < 200:
        found += " ".join(root.xpath("//body//text()[not(parent::script or parent::style)]"))
    return found[:_MAX_SAMPLE]
