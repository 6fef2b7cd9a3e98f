"""Which lines are no content, told from the line alone.

A sentence of content must never be lost to a rule, so a rule matches a whole line or needs two signs, most
apply to short lines only, and a line of several sentences is content whatever it begins with. Every pattern
takes linear time.
"""

from __future__ import annotations

import re

from pipeline.ingest.dates import is_dateline
from pipeline.ingest.phrases import EDGE, ends_sentence, sentence_breaks
from pipeline.ingest.pictures import is_caption, is_credit
from pipeline.ingest.vocabulary import (
    CHROME,
    DATE_WORDS,
    NETWORKS,
    PARTICLES,
    RELATED_LINES,
    SHARE_WORDS,
)

__all__ = ["noise_reason"]

_LONGEST = 300
_I = re.IGNORECASE

_URL = re.compile(
    r"(?:(?:https?://|www\.)\S+|(?:[a-z0-9-]+\.)+(?:com|org|net|co|io|gov|info|news)(?:/\S*)?)\.?", _I
)
_URL_WITH_NOTE = re.compile(r"https?://\S+ \([^()]{1,80}\)", _I)
_EMAIL_OR_HANDLE = re.compile(
    r"(?:(?:contact|e-?mail|twitter|tel|phone)\s?:\s?)?(?:[\w.+-]+@[\w-]+\.[\w.-]+|\[email protected\]|"
    r"@\w+|\+?[\d-]{10,16})",
    _I,
)
_SPEECH = re.compile(r"\b(?:said|says|told|added|according to|dijo|selon|disse)\b", _I)

_TAGS = re.compile(
    r"(?:tags?|tagged(?: with| as| in)?|filed under|posted in|keywords?|categor(?:y|ies)|etiquetas|"
    r"mots-clés|palavras-chave)\s?:",
    _I,
)
_METADATA = re.compile(
    r"(?:id|geo ?location|coordinates|slug|guid|permalink|layout|doi|issn|isbn|lat(?:itude)?|"
    r"lon(?:gitude)?)\s?:(?: \S+){0,4}|"
    r"-?\d{1,3}\.\d{3,}, ?-?\d{1,3}\.\d{3,}",
    _I,
)
_NETWORK = (
    r"(?:facebook|twitter|instagram|telegram|whatsapp|youtube|google news|social media|tiktok|bluesky|x\b)"
)
_SUBSCRIBE = re.compile(
    r"join (?:our|us|the|my)\b.{0,80}\b(?:telegram|whatsapp|channel|newsletter|mailing list|discord|"
    r"facebook)\b|"
    rf"(?:follow|like|find|connect with) (?:us|me|him|her|them|our|@\w+|"
    rf"(?-i:[A-Z])[\w.' ]{{1,40}})(?: page)? on (?:our )?{_NETWORK}|"
    r"follow all ap stories\b|"
    r"(?:subscribe|sign[- ]?up|register)\b(?: \w+)? (?:to|for|with)\b.{0,100}\b(?:newsletters?|updates|"
    r"alerts|inbox|channel|e-?mails?|"
    r"free|latest|briefing|podcast|digest)\b|"
    r"(?:get|receive|want)\b.{0,100}\b(?:newsletters?|inbox|e-?mail alerts)\b|"
    r"(?:daily|weekly|morning) newsletter|"
    r"(?:our|the) .{0,60}\bnewsletters?\b.{0,150}\b(?:sign up|subscribe)|"
    r".{0,100}straight to your inbox|"
    r".{0,150}\bby (?:signing up|subscribing|clicking \w+|providing an e-?mail address)[,.]? (?:you|i) agree|"
    r".{0,60}\b(?:sign up|subscribe) (?:for|to)\b[^.]{0,60}\bnewsletters?\b|"
    r"support (?:us|our|local|independent)\b.{0,120}\b(?:subscribe|donate|donor|membership)\b|"
    rf"(?:únete|suscríbe(?:te|se)|síguenos|inscrivez-vous|abonnez-vous|rejoignez|suivez|assine|"
    rf"inscreva-se|siga|receba|recevez)\b"
    rf".{{0,80}}\b(?:{_NETWORK}|canal|boletín|newsletter|lettre d.information|correo|e-?mail|alertes)",
    _I,
)
_QUOTE = re.compile('["“”«»]')
_BYLINE_WORDS = re.compile(
    r"(?:by )?(?:(?:our |a |the )?(?:staff|special|news|web|online|city|chief|bureau|senior|crime|legal|"
    r"guest|agency) "
    r"(?:reporters?|correspondents?|writers?|desk|staff|bureau|contributor)|our correspondents?|"
    r"from our correspondent|reuters staff|"
    r"agencies|news agencies|agency report|correspondent)",
    _I,
)
_BY = re.compile(
    r"(?:by|BY|By|Por|Par|(?:Written|Reported|Posted|Translated|Compiled) by|Author|Article|Text|"
    r"Contributing)\s?[:–—-]? "
)
_SIGN_OFF = re.compile(
    r"\(?(?:(?:additional )?(?:reporting|writing|editing|compiled|translated|edited|fact.checked|"
    r"with inputs?|with reporting) "
    r"(?:by|from) (?-i:[A-ZÀ-Þ])|(?:translation|copy-editing|editing) ?: (?-i:[A-ZÀ-Þ]))",
    _I,
)
_CONTRIBUTED = re.compile(r"\bcontributed (?:to this (?:report|story|article)|reporting)\b", _I)
_INITIAL = re.compile(r"\b[A-Z]\.$")
_TWEET_SIGN = re.compile(r"[—–-]+ ?[^()]{1,60}\(@\w{1,20}\),? \w{3,9} \d{1,2}, \d{4}")

_READ = re.compile(
    r"\(?(?:(?:also |please |you can )?read(?: also| more| next| this| full story)?|more|"
    r"related(?: stor(?:y|ies)| articles?| news| coverage)?|see(?: also)?|watch(?: live| also| now)?|"
    r"listen|more on this|"
    r"recommended|don.t miss|lea también|leer también|lire aussi|à lire aussi|leia também|leia mais)\s?[:|]",
    _I,
)
_READ_LINK = re.compile(
    r"(?:also read|read also|see also|read more about|read more at|read the full (?:story|article|report)|"
    r"read all the|read full|"
    r"read on for|check out the latest|click here (?:to|for)|you should not miss|more from|"
    r"this (?:post|article|story|page) is (?:also )?available in)\b|.{0,250}(?:…|"
    r"\.\.\.) ?read (?:full story|more)$",
    _I,
)
_READ_IN = re.compile(
    r"(?:read|view|leer|lee|lire|ler|lesen)(?: (?:this|it|the))?(?: (?:article|story|page|post))? (?:in|"
    r"en|em|auf) [\w ]{3,30}",
    _I,
)

_PUBLICATION = re.compile(
    r"(?:(?:this|the (?:above|following|original)|an? (?:earlier |"
    r"longer )?version of this) (?:\w+ ){0,2}(?:article|story|post|op-ed|essay|commentary|"
    r"interview|(?:report|piece|content|text)(?= (?:was |has been |is )?(?:first|originally|previously|"
    r"also)))"
    r"(?: by [\w. ]{2,40})? )?(?:was |is |has been )?(?:also )?(?:first |originally |previously )?"
    r"(?:published|appeared|posted|republished|reprinted|syndicated) (?:by|on|in|at|with|from|here|under)\b",
    _I,
)
_PUBLISHED_IN = re.compile(
    r"(?:originally |first )?(?:published|appeared|posted) (?:in|on|by) .{2,60}(?:19|20)\d\d", _I
)
_DIRECT = re.compile(
    r"(?:please )?(?:direct|send|address|email|e-mail)\b.{0,80}\b(?:comments|questions|feedback|tips|"
    r"letters)\b|"
    r"(?:do you have|got|have) (?:a |any )?(?:news |story )?(?:tips?|questions|comments)\b.{0,80}@",
    _I,
)
_RIGHTS = re.compile(
    r"(?:[Cc]opyright|COPYRIGHT) (?:©|\([cC]\)|(?:19|20)\d\d|[A-Z][A-Z ]{2,40}\.?$)|©|\([cC]\) ?(?:19|"
    r"20)\d\d|"
    r".{0,120}(?:[Aa]ll rights reserved|ALL RIGHTS RESERVED|[Tt]odos los derechos reservados|"
    r"[Tt]ous droits réservés|[Tt]odos os direitos reservados)"
)
_NOTE = re.compile(
    r"\((?:this|the|corrects|refiles|updates)\b.{0,200}\b(?:refiled|typo|byline|paragraph \d|"
    r"paragraphs \d).{0,60}\)",
    _I,
)
_VISITED = re.compile(r"\(?visited \d+ times?\b.{0,40}", _I)
_YEAR_HOUSE = re.compile(
    r"(?:19|20)\d\d,? (?:[A-Z]{2,6}|(?:The )?[A-Z][\w.&' -]{2,40} (?:Company|Times|Inc|Ltd|LLC|Media|"
    r"Press|News|Corporation))\.?"
)
_SOURCE = re.compile(r"(?:sources?|fuente|fonte|quelle|courtesy|via)\s?:|content sourced from\b", _I)

_EMPTY_FORM = re.compile(r"\[\[\w+\]\]")
_LIKE_LOADING = re.compile(r"(?:like|share) this:.{0,60}", _I)
_BREADCRUMB = re.compile(r"home ?[>»/›].{1,120}", _I)
_OFFICIAL_WIRE = re.compile(
    r"[(\[–—-]* ?(?:with (?:agency|agencies) inputs?|inputs from .{2,30})[)\]]?\.?", _I
)


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
    if " " not in line and _URL.fullmatch(line):
        return "link"
    if len(line) > _LONGEST:
        return ""
    if _URL_WITH_NOTE.fullmatch(line):
        return "link"
    folded = line.casefold().replace("’", "'").strip(EDGE)
    for reason, test in _TESTS:
        if test(line, folded):
            return reason
    return ""


def _is_sentence(line: str) -> bool:
    return bool(sentence_breaks(line)) or ends_sentence(line)


def _boilerplate(line: str, folded: str) -> bool:
    return folded in CHROME or bool(
        _EMPTY_FORM.match(line) or _BREADCRUMB.fullmatch(line) or _VISITED.fullmatch(line)
    )


def _share(line: str, folded: str) -> bool:
    if _LIKE_LOADING.fullmatch(line) or folded == "spread this news":
        return True
    tokens = [token.strip("()[]:.,|!…") for token in folded.split()]
    tokens = [token for token in tokens if token]
    return (
        0 < len(tokens) <= 25
        and any(token in NETWORKS for token in tokens)
        and all(token in SHARE_WORDS or token.isdigit() for token in tokens)
    )


def _subscribe(line: str, folded: str) -> bool:
    if folded in (
        "newsletter",
        "newsletters",
        "subscribe",
        "subscribe now",
        "subscribe today",
        "email address",
    ):
        return True
    return (
        _SUBSCRIBE.match(line.lstrip(EDGE)) is not None
        and not _QUOTE.search(line)
        and not _SPEECH.search(line)
        and sentence_breaks(line) < 3
    )


def _tags(line: str, folded: str) -> bool:
    return bool(_TAGS.match(line)) and not sentence_breaks(line) and not line.endswith(".")


def _metadata(line: str, folded: str) -> bool:
    return bool(_METADATA.fullmatch(line))


def _byline(line: str, folded: str) -> bool:
    if _CONTRIBUTED.search(line):
        return len(line) <= 200 and not _SPEECH.search(line) and sentence_breaks(line) <= 1
    if _SIGN_OFF.match(line):
        return len(line) <= 200 and sentence_breaks(line) == 0
    if _TWEET_SIGN.fullmatch(line) or _BYLINE_WORDS.fullmatch(folded) or folded in ("by", "by:"):
        return True
    by = _BY.match(line)
    return bool(by) and _is_name(line[by.end() :] if by else "")


def _is_name(rest: str) -> bool:
    """Tell whether what follows ``By`` is names and no sentence: capitalised words and few of them."""
    tokens = rest.split()
    if not 1 <= len(tokens) <= 14 or len(rest) > 100 or any(map(str.isdigit, rest)):
        return False
    if ends_sentence(rest) and not _INITIAL.search(rest):
        return False
    if not tokens[0][0].isupper() or all(token.casefold().strip(",") in DATE_WORDS for token in tokens):
        return False
    return all(
        token[0].isupper() or token.strip(",.") in PARTICLES or not token[0].isalpha() for token in tokens
    )


def _related(line: str, folded: str) -> bool:
    if folded in RELATED_LINES or _READ_IN.fullmatch(line.strip(EDGE)):
        return True
    if len(line) > 220 or sentence_breaks(line) or line.endswith("."):
        return False
    return bool(_READ.match(line) or _READ_LINK.match(line))


def _source_footer(line: str, folded: str) -> bool:
    if any(pattern.fullmatch(line) for pattern in (_YEAR_HOUSE, _EMAIL_OR_HANDLE, _OFFICIAL_WIRE, _NOTE)):
        return True
    if _RIGHTS.match(line) or _DIRECT.match(line):
        return not _SPEECH.search(line)
    if _PUBLISHED_IN.match(line):
        return len(line) <= 120 and not sentence_breaks(line)
    if _PUBLICATION.match(line):
        return sentence_breaks(line) <= 1 and not _SPEECH.search(line)
    return bool(_SOURCE.match(line)) and len(line) <= 110 and not _is_sentence(line)


_TESTS = (
    ("boilerplate", _boilerplate),
    ("share", _share),
    ("tags", _tags),
    ("metadata", _metadata),
    ("dateline", lambda line, _: is_dateline(line)),
    ("related", _related),
    ("source_footer", _source_footer),
    ("subscribe", _subscribe),
    ("credit", lambda line, _: is_credit(line)),
    ("caption", lambda line, _: is_caption(line)),
    ("byline", _byline),
)
