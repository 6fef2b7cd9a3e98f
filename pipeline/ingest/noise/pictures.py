"""Captions and credits of pictures."""

from __future__ import annotations

import re

from pipeline.ingest.noise.bylines import is_name
from pipeline.ingest.noise.vocabulary import AGENCIES, OUTLET
from pipeline.ingest.sentences import EDGE, ends_sentence, sentence_breaks

__all__ = ["is_caption", "is_credit"]

_MOST_BREAKS = 2
_CREDIT_LENGTH = 80
_I = re.IGNORECASE

_PICTURE = (
    r"(?:(?:file |cover |top |feature |featured )?(?:photo(?:graph)?s?|images?|picture|pic)|"
    r"(?:crédit )?photos?|foto(?:grafía|grafija)?s?|imagen|imagem|crédit(?:o|os)|bild(?:er)?|slika|фото|снимок|"
    r"illustration|credit|"
    r"video|screenshot|screengrab)"
)
# "Photo: Somebody", "Image source, Somebody"
_LABELLED = re.compile(
    rf"[(\[]?{_PICTURE}(?:(?: credits?| courtesy| source)?(?: of| by)?\s?[:|©]| (?:source|credit|copyright),)", _I
)
_CAPTIONED = re.compile(r"(?:image|photo|picture|video) caption\s?[,:]", _I)
# After the label of a credit or caption stands a name or a description, not a clause
_CLAUSE = re.compile(r"[^:|©]{0,40}[:|©] ?[a-zß-ÿ]")
_BY = re.compile(
    r"(?:(?:file |feature |featured |cover )?(?:photo|image|picture|illustration)s?) (?:courtesy|by|via|"
    r"from|credit)\b",
    _I,
)
# "A sentence. — Somebody pic" and "A sentence. File Photo by Somebody"
_SIGNED = re.compile(
    r"[—–-] ?[\w.' ]{2,30} (?:pic|photo|picture|file pic)(?: via \w{2,20})?$|"
    r"[.!?] (?:PHOTO|Photo) ?/ ?(?:FILE|File)$|"
    r"[.)] (?:File )?Photo by [A-Z][^.!?]{2,60}$"
)
_FILE = re.compile(r"(?:FILE|File)(?: PHOTO| IMAGE| photo| image| pic)?\s?[:–—-]")
_FILE_OF = re.compile(r"(?:File|FILE|file|Archive) (?:photo|image|picture|footage) of [^.!?:;]{3,200}")
_IN_THIS = re.compile(r"In this (.{0,60}?)\b(?:photo|photograph|image|picture)\b( (?:taken|released|provided|made) )?")
_IN_THIS_SIGN = re.compile(r"\d|file|undated|handout|combination", _I)
# "A sentence. Photo: Somebody/Outlet" and "A sentence / Image: Outlet"
_TAIL = re.compile(
    r"[.!?\"”’)\]|/–—-] ?(?:Photo(?:graph)?s?|PHOTOS?|Images?|IMAGES?|Picture|PICTURE|Pic|PIC|Foto|"
    r"FOTO|"
    r"Illustration|Credit|CREDIT)(?: [Cc]redit| courtesy| by)?\s?[:|©] ?[^.!?]{2,80}[.!]?$"
)
_PARENTHESIS = re.compile(r"[(\[]([^()\[\]]{2,120})[)\]](\.?)$")
_PHOTO_BY = re.compile(
    r"(?:photo|photograph|image|picture|pic|foto|screenshot|credit|courtesy)s?(?: credit)?\s?(?::|/|\||–|"
    r"-| by | courtesy| from | supplied)|"
    r"(?:ap|afp|epa|reuters) photo|file photo|screenshot(?:$|,)|courtesy$|credit\b",
    _I,
)
_STOCK_HOUSE = re.compile(
    r"\b(?:getty|shutterstock|wikimedia|flickr|creative commons|istock|unsplash|pixabay|cc by(?:-\w+)*)\b", _I
)
_SLASH = re.compile(
    r"\w ?[/|] ?(?:ap|afp|epa|reuters|associated press|facebook|twitter|instagram|anadolu|pool|handout|"
    r"file|for the \w+|\w+ photos?)\b|"
    r"\b(?:ap|afp|epa|reuters|facebook|twitter|instagram|pool) ?/ ?\w",
    _I,
)
# "A sentence. Somebody/Reuters"
_SLASHED = re.compile(
    r"[.!?] [A-Z][\w.' -]{3,50} ?/ ?(?:[\w ]{2,30}/ ?){0,3}(?:Reuters|REUTERS|AFP|AP|EPA|EFE|LETA|"
    r"Getty(?: Images)?)"
    r"(?: via Getty Images)?$"
)
# "A sentence. © Somebody", "A sentence. REUTERS/Somebody", "A sentence. [Somebody/Outlet]"
_OWNED = re.compile(
    r"\S ?© ?[^.!?©]{2,60}$|"
    r"[.!?,] (?:REUTERS|AFP|EPA|EFE|AP Photo) ?/ ?[A-Z][\w .'-]{2,50}$|"
    r"[.!?] ?\[[^\[\]/|]{2,40} ?[/|] ?[A-Z][^\[\]]{1,60}\]$"
)
_SHOWS = re.compile(
    r"(?:file |the |this )?(?:photo|image|picture) (?:shows|taken)\b.*[.)] ?\((?-i:[A-Z])[^()]{2,60}\)$", _I
)
_NUMBERED = re.compile(r"\d{1,3} of \d{1,3} ?\| ?\S")
_WEAK = re.compile(r"[(.] ?(?:Reuters|REUTERS|AFP|AP|EPA|EFE|Associated Press|Getty Images)\)?\.?$")
_POSE = re.compile(
    r"\((?:pictured|left|right|L|R|C|centre|center|above|file)\)|\b(?:pictured (?:in|at|here|with|on)|"
    r"file photo)\b|"
    r"^(?:A view of|Image|Photo|FILE)\b",
    _I,
)
_GALLERY = re.compile(
    r"(?:slideshow|gallery)\s?\(? ?\d+ (?:images|photos) ?\)?|(?:image|photo) \d+ of \d+|"
    r"\d+ of \d+ (?:images|photos)|"
    r"click to (?:expand|enlarge)(?: image)?\b.{0,200}",
    _I,
)
_FILE_NAME = re.compile(r"[\w-]{1,60}\.(?:jpe?g|png|gif|webp|mp4)|(?:file|img|image|dsc)[_ ]?\d{1,6}(?: \d)?", _I)
_STOCK = re.compile(
    r"\(?(?:file|representational?|representative|stock|archive) (?:photo|image|picture|"
    r"pic)s?(?: only)?\)?\.?|(?:photo|image|picture)s? (?:used )?for (?:illustrat|representat)\w+(?: purposes?)?"
    r"(?: only)?|(?:screenshot|screengrab|still) from (?:a |the )?video",
    _I,
)
_CREDIT_MARKS = frozenset(":|©/")  # what matches `_TAIL`, `_SLASHED` or `_OWNED` has one of these
_CLOSED = (")", "]", ").", "].")
_PARTS = re.compile(r"[/|]| via ")
_OUTLET = re.compile(rf"(?:[\w.'’&-]+ ){{1,3}}{OUTLET}")
_LOOSE = frozenset(("the", "images", "via", "press", "canadian", "commons"))


def is_credit(line: str) -> bool:
    """Tell whether a line names only who made or owns a picture or a report."""
    if len(line) > _CREDIT_LENGTH:
        return False
    if _STOCK.fullmatch(line) or _FILE_NAME.fullmatch(line) or _is_agencies(line):
        return True
    if _FILE.match(line) or _CAPTIONED.match(line):
        return False
    if _is_signature(line):
        return True
    return bool(_LABELLED.match(line) or _BY.match(line)) and not (sentence_breaks(line) or ends_sentence(line))


def is_caption(line: str, folded: str) -> bool:
    """Tell whether a line describes a picture: it says so, or ends with the credit of a picture.

    A sentence signed by an agency alone, as in ``... on Monday. (AFP)``, is content.

    Parameters
    ----------
    line
        Cleaned.
    folded
        The same, case-folded and without the punctuation at its ends.
    """
    return _describes(line, folded) and sentence_breaks(line) <= _MOST_BREAKS


def _describes(line: str, folded: str) -> bool:
    shown = _IN_THIS.match(line)
    return (
        _FILE_OF.fullmatch(line) is not None
        or any(pattern.match(line) for pattern in (_FILE, _CAPTIONED, _NUMBERED, _SHOWS))
        or (_LABELLED.match(line) is not None and _CLAUSE.match(line) is None)
        or _GALLERY.fullmatch(line) is not None
        or (shown is not None and bool(shown[2] or _IN_THIS_SIGN.search(shown[1])))
        or (not _CREDIT_MARKS.isdisjoint(line) and any(pattern.search(line) for pattern in (_TAIL, _SLASHED, _OWNED)))
        or (("pic" in folded or "photo" in folded) and _SIGNED.search(line) is not None)
        or _ends_with_credit(line)
        or bool(_WEAK.search(line) and _POSE.search(line))
    )


def _ends_with_credit(line: str) -> bool:
    match = _PARENTHESIS.search(line) if line.endswith(_CLOSED) else None
    if match is None:
        return False
    inside, period = match.groups()
    if _PHOTO_BY.match(inside.strip()) or _STOCK_HOUSE.search(inside):
        return True
    return not period and bool(_SLASH.search(inside))


def _is_signature(line: str) -> bool:
    """Tell ``Somebody/Reuters``, ``AP Photo/Somebody``, ``Somebody | AP``: names, an agency among them."""
    parts = [part.strip() for part in _PARTS.split(line.strip("()[]© "))]
    agencies = [_is_agencies(part.removesuffix(" Photo")) for part in parts]
    of_outlet = "/" in line and is_name(parts[0]) and _OUTLET.fullmatch(parts[-1]) is not None
    return (
        len(parts) > 1
        and (any(agencies) or of_outlet)
        and not ends_sentence(line)
        and all(own or _is_short_name(part) for own, part in zip(agencies, parts, strict=True))
    )


def _is_short_name(text: str) -> bool:
    return is_name(text) or (text.isalpha() and text[0].isupper())


def _is_agencies(line: str) -> bool:
    tokens = [token.strip(EDGE) for token in line.casefold().replace("/", " ").strip("© ").split()]
    tokens = [token for token in tokens if token]
    return (
        bool(tokens)
        and all(token in AGENCIES for token in tokens)
        and (tokens == ["the", "canadian", "press"] or any(token not in _LOOSE for token in tokens))
    )
