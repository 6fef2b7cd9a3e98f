"""What the names in HTML mark-up (``class``, ``itemprop``, ``rel``, ``id``, the tag) say about an element.

Such names lie: a theme hangs ``author-x`` on the body and ``share-enabled`` on the whole text. So a hint counts
only while its element stays small, and only for short lines (``Hinted.reason``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.ingest.sentences import ends_sentence, sentence_breaks

__all__ = ["Hinted", "Hints", "reason_by_hint"]

_WORDS = {
    "caption": "caption figcaption",
    "credit": "credit credits",
    "byline": "byline author authors bylines",
    "dateline": "dateline timestamp pubdate datepublished datemodified published pubtime postdate date time",
    "share": "share sharing social sharebar sharedaddy addtoany addthis",
    "tags": "tags taglist keywords hashtags",
    "related": "related recommended readmore mostread recirc trending",
    "subscribe": "newsletter subscribe signup subscription",
}
_REASONS = {word: reason for reason, words in _WORDS.items() for word in words.split()}
_WHOLE = {"time": "dateline"}
# These hold the article itself; what they are called says nothing about a line.
_HOLDERS = frozenset(("html", "body", "main", "article", "table", "tr", "td", "tbody"))
_EMPTY = frozenset(("img", "br", "hr", "input", "meta", "link", "source", "wbr", "area", "col", "embed"))
_ENDS_ITSELF = frozenset(("p", "li", "dt", "dd", "option"))
_ATTRIBUTE = re.compile(
    r"\s(?:class|itemprop|rel|id)\s{0,4}=\s{0,4}(?:\"([^\"]{0,300})\"|'([^']{0,300})'|([^\s>\"']{1,80}))",
    re.IGNORECASE,
)
_PART = re.compile(r"[A-Za-z][a-z]*")
_DEEPEST, _LONGEST_TAG = 32, 1000
_LARGEST, _LONGEST, _MOST_SENTENCES = 1000, 300, 3
_SHORT, _LINKED = 120, 0.3


@dataclass(slots=True)
class Hinted:
    """One element with a hint: its tag, the ``reason`` it gives, how much text it has been seen to hold."""

    tag: str
    reason: str
    depth: int = 1
    held: int = 0
    sentences: int = 0

    def see(self, text: str) -> None:
        """Note a block of text that stands in the element."""
        self.held += len(text)
        self.sentences += sentence_breaks(text) + ends_sentence(text.rstrip())

    @property
    def is_small(self) -> bool:
        """False when the element holds paragraphs, so that its name says nothing about each."""
        return self.held <= _LARGEST and self.sentences <= _MOST_SENTENCES


class Hints:
    """The hinted elements that are open at a place of a page; lives for one source."""

    def __init__(self) -> None:
        self._open: list[Hinted] = []

    @property
    def innermost(self) -> Hinted | None:
        """The innermost open element with a hint."""
        return self._open[-1] if self._open else None

    def tag(self, name: str, source: str, *, closing: bool) -> None:
        """Take note of a tag; ``source`` is how it is written."""
        at = next((at for at in reversed(range(len(self._open))) if self._open[at].tag == name), -1)
        if closing:
            self._close(at)
        elif name not in _EMPTY:
            if at >= 0:
                self._again(at)
            reason = "" if name in _HOLDERS else _told(name, source[:_LONGEST_TAG])
            if reason and len(self._open) < _DEEPEST:
                self._open.append(Hinted(name, reason))

    def _close(self, at: int) -> None:
        if at >= 0:
            self._open[at].depth -= 1
            if not self._open[at].depth:
                del self._open[at:]

    def _again(self, at: int) -> None:
        if self._open[at].tag in _ENDS_ITSELF:
            del self._open[at:]
        else:
            self._open[at].depth += 1


def _told(name: str, source: str) -> str:
    """Give the reason that the names of an element tell; empty when none or when they tell two."""
    if name in _WHOLE:
        return _WHOLE[name]
    found = set()
    for match in _ATTRIBUTE.finditer(source):
        for value in (match[1] or match[2] or match[3] or "").split():
            whole = value.replace("-", "").replace("_", "").lower()
            parts = [part.lower() for part in _PART.findall(value)]
            # The last part says what a thing is, the first whose it is: "article-byline", "caption__text".
            found |= {_REASONS[part] for part in (whole, *parts[-1:], *parts[:1]) if part in _REASONS}
    return found.pop() if len(found) == 1 else ""


def reason_by_hint(text: str, *, hint: Hinted, linked: int) -> str:
    """Give why a short line within a hinted element is noise; empty when the hint does not suffice.

    Parameters
    ----------
    text
        The line, cleaned.
    hint
        Of the innermost hinted element it stands in, after the whole page was seen.
    linked
        How many of its characters are link text.
    """
    if not hint.is_small or len(text) > _LONGEST or sentence_breaks(text) > 1:
        return ""
    reason = hint.reason
    if reason in ("caption", "credit"):
        return reason
    if ends_sentence(text) or len(text) > _SHORT:
        return reason if reason == "subscribe" and not sentence_breaks(text) else ""
    if reason == "dateline":
        return reason if any(map(str.isdigit, text)) else ""
    if reason in ("related", "tags", "share"):
        return reason if linked >= _LINKED * len(text) else ""
    return reason
