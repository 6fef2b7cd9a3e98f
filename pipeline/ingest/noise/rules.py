"""Which lines are no content, told from the line alone.

A sentence of content must never be lost to a rule, so a rule matches a whole line or needs two signs, most
apply to short lines only, and a line of several sentences is content whatever it begins with. Every pattern
takes linear time.
"""

from __future__ import annotations

import re

from pipeline.ingest.noise.bylines import is_byline
from pipeline.ingest.noise.datelines import is_dateline
from pipeline.ingest.noise.footers import is_source_footer
from pipeline.ingest.noise.furniture import FURNITURE
from pipeline.ingest.noise.invitations import is_invitation
from pipeline.ingest.noise.pictures import is_caption, is_credit
from pipeline.ingest.noise.vocabulary import LANGUAGES, NETWORKS, SHARE_WORDS, SITES
from pipeline.ingest.sentences import EDGE, NARRATIVE, SPEECH, ends_sentence, sentence_breaks

__all__ = ["noise_reason"]

_LONGEST = 300
_I = re.IGNORECASE

_URL = re.compile(r"(?:(?:https?://|www\.)\S+|(?:[a-z0-9-]+\.)+(?:com|org|net|co|io|gov|info|news)(?:/\S*)?)\.?", _I)
_URL_WITH_NOTE = re.compile(r"https?://\S+ \([^()]{1,80}\)|(?!source|permalink)[^:.!?\"“]{2,40}: ?https?://\S+", _I)

_TAGS = re.compile(
    r"(?:tags?|tagged(?: with| as| in)?|filed under|posted in|keywords?|categor(?:y|ies)|(?:related )?topics?|"
    r"more on|etiquetas|temas?(?: relacionados)?|categorías?|palabras clave|thèmes?|mots[- ]clés|sur le même thème|"
    r"palavras-chave|assuntos?|schlagw(?:o|ö)rte?r?|themen|tagovi|oznake|kategorij[ae]|теги|метки|темы|рубрика)\s?:",
    _I,
)
_FILED = re.compile(r"(?:posted|filed) (?:in|under):?(?: (?-i:[A-Z])[\w&'’-]*,?){1,4}", _I)
_HASHTAGS = re.compile(r"#[\w-]{2,40}(?:,? #[\w-]{2,40})*")
_METADATA = re.compile(
    r"(?:id|geo ?location|coordinates|slug|guid|permalink|layout|doi|issn|isbn|lat(?:itude)?|"
    r"lon(?:gitude)?)\s?:(?: \S+){0,4}|"
    r"-?\d{1,3}\.\d{3,}, ?-?\d{1,3}\.\d{3,}",
    _I,
)

_READ = re.compile(
    r"\(?(?:(?:also |please |you can )?read(?: also| more| next| this| full story)?|more|"
    r"related(?: stor(?:y|ies)| articles?| news| coverage)?|see(?: also)?|watch(?: live| also| now)?|"
    r"listen|more on this|"
    r"recommended|don.t miss|lea también|leer también|lire aussi|à lire aussi|leia também|leia mais|"
    r"veja também|lesen sie auch|mehr zum thema|pročitajte (?:i|još)|читайте также|по теме)\s?[:|]",
    _I,
)
_READ_LINK = re.compile(
    r"(?:also read|read also|see also|read more about|read more at|"
    r"read (?:the|our) (?:full|original)(?: korean| english)? (?:story|article|report|version|post)|"
    r"read all the|read full|"
    r"read on for|check out the latest|click here (?:to|for)|you should not miss|more from|"
    r"this (?:post|article|story|page) is (?:also )?available in)\b",
    _I,
)
_TEASER = re.compile(r".{0,250}(?:…|\.\.\.) ?read (?:full story|more)", _I)
_READ_IN = re.compile(
    r"(?:(?:read|view|see|also available|leer|leer esto|lee|lire|ler|versión|version|читать)"
    r"(?: (?:this|it|the|esta|este|cet|cette))?(?: (?:article|story|page|post|nota|artículo))?"
    r" (?:in|en|em|auf|на) |version )?(?:the )?"
    r"(?P<language>\w{2,16}(?: and \w{3,16})?)(?: (?:version|translation|here))?|auf (?P<german>\w{3,16}) lesen",
    _I,
)
_MORE_IN = re.compile(r"(?:more (?:in|on|from)|also on)(?: (?-i:[A-Z])[\w&'’-]*){1,3}", _I)

_SHARES = re.compile(r"\d[\d.,]*k? shares?", _I)
# A share line that ends as a sentence must say where or what: "Share it!" may be somebody's words.
_OBJECT = re.compile(rf"\b(?:{'|'.join(SITES)}|article|story|page|post|news)\b|…$|\.\.\.$", _I)
_LIKE_LOADING = re.compile(r"(?:like|share) this:.{0,60}", _I)

_EMPTY_FORM = re.compile(r"\[\[\w+\]\]")
_BREADCRUMB = re.compile(r"home ?[>»/›].{1,120}", _I)
_VISITED = re.compile(r"\(?visited \d+ times?\b.{0,40}", _I)
_COUNTER = re.compile(
    r"(?:\d+|no|(?:view|see|show)(?: all)? \d+) comments?(?: yet)?|comments? \d+|"
    r"powered by (?:\w+ ?){1,2}|comments? ?\(\d+\)|\d{1,2}:\d\d(?::\d\d)? ?/ ?\d{1,2}:\d\d(?::\d\d)?|"
    r"[-–] ?30 ?[-–]",
    _I,
)
_CONTINUES = re.compile(
    r"(?:story|article|text|content) continues? (?:below|after)\b.{0,40}|"
    r"advertisement\W{1,3}(?:continue|scroll|story|article)\b.{0,40}|"
    r"listen to (?:this |the )?(?:article|story)\b.{0,20}|listen \(?\d+ min(?:utes)?\)?",
    _I,
)
_COOKIES = re.compile(
    r"(?:(?:this|our) (?:web ?)?site|we)(?: and our partners)? uses? cookies\b.{0,120}\b"
    r"(?:experience|consent|agree|browse|browsing|settings|accept|traffic|site|website|pages|preferences|ads)\b|"
    r"this site is protected by recaptcha\b|by (?:continuing|using) .{0,80}\bcookies\b",
    _I,
)
_FORM = re.compile(r"your e-?mail (?:address )?will not be published\b.{0,80}", _I)
_DEVELOPING = re.compile(
    r"this is a (?:developing|breaking)(?: news)? story(?:,? (?:and|which|that|more|it|check|please|come)\b.{0,80})?"
    r"[.!]?|this (?:story|article|page) (?:has been|was|is being|will be) updated[.!]?",
    _I,
)
_BAR = re.compile(r" ?[|·•»›] ?")
_BARS = frozenset("|·•»›")


def noise_reason(line: str) -> str:
    """Tell why a cleaned line is no content.

    Parameters
    ----------
    line
        One paragraph, cleaned.

    Returns
    -------
    str
        ``separator``, ``link``, ``boilerplate``, ``share``, ``subscribe``, ``tags``, ``metadata``,
        ``byline``, ``dateline``, ``related``, ``source_footer``, ``credit`` or ``caption``; empty when the
        line may be content.
    """
    if not any(map(str.isalnum, line)):
        return "separator"
    if _is_link(line):
        return "link"
    if len(line) > _LONGEST:
        return ""
    folded = line.casefold().replace("’", "'").strip(EDGE)
    if folded in FURNITURE:
        return FURNITURE[folded]
    return next((reason for reason, test in _TESTS if test(line, folded)), "") or _bar(folded)


def _is_link(line: str) -> bool:
    if " " not in line:
        return _URL.fullmatch(line) is not None
    return len(line) <= _LONGEST and _URL_WITH_NOTE.fullmatch(line) is not None


def _bar(folded: str) -> str:
    """Give the reason of a bar of links, each a whole line of furniture: ``Privacy | Terms | Contact``."""
    if not _BARS.intersection(folded):
        return ""
    parts = [part.strip(EDGE) for part in _BAR.split(folded)]
    if len(parts) < 2:
        return ""
    reasons = {"share" if part in SHARE_WORDS else FURNITURE.get(part, "") for part in parts if part}
    if "" in reasons:
        return ""
    return reasons.pop() if len(reasons) == 1 else "boilerplate"


def _boilerplate(line: str, folded: str) -> bool:
    if _COOKIES.match(line) or _FORM.match(line):
        return not SPEECH.search(line)
    return _EMPTY_FORM.match(line) is not None or any(
        pattern.fullmatch(line) for pattern in (_BREADCRUMB, _VISITED, _COUNTER, _CONTINUES, _DEVELOPING)
    )


def _share(line: str, folded: str) -> bool:
    if _LIKE_LOADING.fullmatch(line) or _SHARES.fullmatch(line):
        return True
    tokens: list[str] = []
    for word in folded.split():
        token = word.strip("()[]:.,|!…")
        if token and not (token in SHARE_WORDS or token.isdigit()):
            return False
        tokens += [token] * bool(token)
    if not (0 < len(tokens) <= 25 and any(token in NETWORKS for token in tokens)):
        return False
    return not ends_sentence(line) or _OBJECT.search(line) is not None


def _tags(line: str, folded: str) -> bool:
    if _HASHTAGS.fullmatch(line) or _FILED.fullmatch(line):
        return True
    return bool(_TAGS.match(line)) and not sentence_breaks(line) and not line.endswith(".")


def _metadata(line: str, folded: str) -> bool:
    return bool(_METADATA.fullmatch(line))


def _related(line: str, folded: str) -> bool:
    if _is_read_in(line.strip(EDGE)):
        return True
    if len(line) > 220 or sentence_breaks(line) or line.endswith("."):
        return False
    if _READ.match(line) or _TEASER.fullmatch(line):
        return True
    return bool(_READ_LINK.match(line) or _MORE_IN.fullmatch(line)) and not NARRATIVE.search(line)


def _is_read_in(line: str) -> bool:
    """Tell ``Read in Korean`` and ``Korean version``; a language alone may be the answer to a question."""
    match = _READ_IN.fullmatch(line)
    if match is None or " " not in line:
        return False
    named = (match["language"] or match["german"]).casefold().split()
    return all(word in LANGUAGES or word == "and" for word in named)


_TESTS = (
    ("boilerplate", _boilerplate),
    ("subscribe", lambda line, _: is_invitation(line)),
    ("share", _share),
    ("tags", _tags),
    ("metadata", _metadata),
    ("dateline", lambda line, _: is_dateline(line)),
    ("related", _related),
    ("credit", lambda line, _: is_credit(line)),
    ("byline", is_byline),
    ("source_footer", is_source_footer),
    ("caption", is_caption),
)
