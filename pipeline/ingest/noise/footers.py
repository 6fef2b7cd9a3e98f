"""Lines that say where an article was first published, who owns it, and whom to write to."""

from __future__ import annotations

import re

from pipeline.ingest.sentences import NARRATIVE, SPEECH, ends_sentence, sentence_breaks

__all__ = ["is_source_footer"]

_I = re.IGNORECASE
_EMAIL = r"(?:[\w.+-]+@[\w-]+\.[\w.-]+|\[email protected\])"
_THIS = (
    r"(?:this|the (?:above|following|original)|an? (?:earlier |longer )?version of this) (?:\w+ ){0,2}"
    r"(?:article|story|post|op-ed|essay|commentary|interview|"
    r"(?:report|piece|content|text)(?= (?:was |has been |is )?(?:first|originally|previously|also)))"
)
_PUBLICATION = re.compile(
    rf"{_THIS}(?: by [\w. ]{{2,40}})? (?:was |is |has been )?(?:also )?(?:first |originally |previously )?"
    r"(?:published|appeared|posted|republished|reprinted|syndicated) (?:by|on|in|at|with|from|here|under)\b",
    _I,
)
# Without a subject the same words often open a sentence: "Published in May, the order bans ..."
_PUBLISHED = re.compile(
    r"(?:originally |first |previously )?(?:published|appeared|posted|republished|reprinted|reproduced|"
    r"syndicated) "
    r"(?:by|on|in|at|with|from|here|under)\b",
    _I,
)
_CLAUSE_FOLLOWS = re.compile(r", (?!and |under |with )[a-zß-ÿ]")
_PERMISSION = re.compile(
    r"(?:re(?:printed|published|produced)|used) (?:here )?with (?:the )?(?:kind )?permission|"
    r"\b(?:republished|reprinted|published|licensed|shared|available) under (?:a |the )?creative commons|"
    r"published from a syndicated feed|"
    r"\b(?:article|story|material|content|text|part of this \w+) (?:may|can|must|cannot) (?:not )?be "
    r"(?:re(?:printed|published|produced|distributed|used)|copied|published)",
    _I,
)
_DIRECT = re.compile(
    r"(?:please )?(?:direct|send|address|email|e-mail)\b.{0,80}\b(?:comments|questions|feedback|tips|"
    r"letters)\b.{0,80}(?:@|\b(?:us|this (?:article|story|report|page)|our|here)\b)|"
    r"(?:do you have|if you have|got|have) (?:a |any )?(?:news |story )?(?:tips?|questions|comments)\b.{0,80}@",
    _I,
)
_WRITE_TO = re.compile(
    r"(?:you can )?(?:contact|e-?mail|write to|reach|get in touch)"
    r"(?: with)?(?: (?:us|me|him|her|them|our \w+|the (?:author|reporters?|writer|editors?|newsroom|desk)))?"
    rf"(?: \w+)?(?: at| on| via| by)?\s?:? {_EMAIL}\.?",
    _I,
)
_TO_WHOM = re.compile(r"\b(?:us|me|him|her|them|our|author|reporters?|writer|editors?|newsroom|desk)\b|:", _I)
_VIEWS = re.compile(
    r"(?:the )?(?:views|opinions)(?: and (?:views|opinions))? expressed (?:in this|here|by the author|are)\b"
    r".{0,80}\b(?:author|writer|contributor|own)",
    _I,
)
_END = r"(?=$|[.,;:!|·)–-]| (?:\||©|this |no |by |[A-Z]))"
_RIGHTS = re.compile(
    r"(?:[Cc]opyright|COPYRIGHT) (?:©|\([cC]\)|(?:19|20)\d\d|[A-Z][A-Z ]{2,40}\.?$|"
    r"[A-Z][^.,]{1,40} (?:19|20)\d\d$)|©|\([cC]\) ?(?:19|20)\d\d|"
    r".{0,120}(?:[Aa]ll [Rr]ights [Rr]eserved|ALL RIGHTS RESERVED|[Tt]odos los derechos reservados|"
    r"[Tt]ous droits réservés|[Tt]odos os direitos reservados|[Aa]lle Rechte vorbehalten|"
    rf"[Ss]va prava zadržana|[Вв]се права защищены){_END}"
)
_NOTE = re.compile(
    r"\((?:this|the|corrects|refiles|updates)\b.{0,200}\b(?:refiled|typo|byline|paragraph \d|"
    r"paragraphs \d).{0,60}\)",
    _I,
)
_YEAR_HOUSE = re.compile(
    r"(?:19|20)\d\d,? (?:[A-Z]{2,6}|(?:The )?[A-Z][\w.&' -]{2,40} (?:Company|Times|Inc|Ltd|LLC|Media|"
    r"Press|News|Corporation))\.?"
)
_EMAIL_OR_HANDLE = re.compile(
    rf"(?:(?:contact|e-?mail|twitter|tel|phone)\s?:\s?)?(?:{_EMAIL}|@\w+|\+?[\d-]{{10,16}})", _I
)
_INPUTS = re.compile(r"[(\[–—-]* ?(?:with (?:agency|agencies) inputs?|inputs from .{2,30})[)\]]?\.?", _I)
_SOURCE = re.compile(
    r"(?:(?:original )?sources?|fuentes?|fontes?|quellen?|izvor|источник|courtesy|via)\s?:|content sourced from\b|"
    r"(?-i:SOURCE (?=[A-Z]))",
    _I,
)
# A line that matches has one of these: looking for them first is a tenth of the work.
_RIGHTS_SIGNS = ("copyright", "©", "c)", "reserv", "réserv", "vorbehalten", "zadržana", "защищены")
_PERMISSION_SIGNS = ("permission", "creative commons", "syndicated feed", " be ")
_SOURCE_LENGTH, _SOURCE_WORDS, _SHORT = 110, 4, 120


def is_source_footer(line: str, folded: str) -> bool:
    """Tell whether a line is about the article as a publication: origin, rights, whom to write to.

    Parameters
    ----------
    line
        Cleaned.
    folded
        The same, case-folded and without the punctuation at its ends.
    """
    if any(pattern.fullmatch(line) for pattern in (_YEAR_HOUSE, _EMAIL_OR_HANDLE, _INPUTS, _NOTE)):
        return True
    if _WRITE_TO.fullmatch(line):
        return _TO_WHOM.search(line.partition("@")[0]) is not None
    if (_has(folded, _RIGHTS_SIGNS) and _RIGHTS.match(line)) or _DIRECT.match(line) or _VIEWS.match(line):
        return not SPEECH.search(line)
    if _PUBLICATION.match(line) or (_has(folded, _PERMISSION_SIGNS) and _PERMISSION.search(line)):
        return sentence_breaks(line) <= 1 and not NARRATIVE.search(line)
    if _PUBLISHED.match(line):
        return len(line) <= _SHORT and not (sentence_breaks(line) or _CLAUSE_FOLLOWS.search(line))
    return _names_source(line)


def _has(folded: str, signs: tuple[str, ...]) -> bool:
    return any(sign in folded for sign in signs)


def _names_source(line: str) -> bool:
    """Tell ``Source: Outlet``; in small letters only a few words, for a clause may follow the colon."""
    source = _SOURCE.match(line)
    if source is None or len(line) > _SOURCE_LENGTH or _is_sentence(line):
        return False
    rest = line[source.end() :].strip()
    return not rest[:1].islower() or len(rest.split()) <= _SOURCE_WORDS


def _is_sentence(line: str) -> bool:
    return bool(sentence_breaks(line)) or ends_sentence(line)
