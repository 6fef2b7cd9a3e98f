"""Lines that ask the reader to subscribe, follow, join, install or pay."""

from __future__ import annotations

import re

from pipeline.ingest.noise.vocabulary import SITES
from pipeline.ingest.sentences import EDGE, NARRATIVE, sentence_breaks

__all__ = ["is_invitation"]

_I = re.IGNORECASE
_MOST_BREAKS = 2
_SITE = rf"(?:{'|'.join(SITES)}|x\b)"
_GOODS = (
    r"(?:newsletters?|updates|alerts|inbox|channels?|e-?mails?|free|latest|briefing|podcast|digest|"
    r"unlimited|full (?:access|story|article)|continue reading)\b"
)
_INVITATION = re.compile(
    # join, follow, like
    r"join (?:our|us|the|my)\b.{0,80}\b(?:telegram|whatsapp|channel|newsletter|mailing list|discord|"
    r"facebook)\b|"
    rf"(?:follow|like|find|connect with|visit) (?:us|me|him|her|them|our|@\w+|"
    rf"(?-i:[A-Z])[\w.' ]{{1,40}})(?: page| channel)? on (?:our )?{_SITE}|"
    rf"follow our {_SITE} (?:channel|page|account)|"
    r"follow all ap stories\b|"
    # subscribe, sign up
    rf"(?:subscribe|sign[- ]?up|register)\b(?: \w+)? (?:to|for|with|and)\b.{{0,100}}\b{_GOODS}|"
    r"(?:get|receive|want)\b.{0,100}\b(?:newsletters?|inbox|e-?mail alerts|by e-?mail)\b|"
    r"want to read more\?|if you (?:like|value|enjoy)\b.{0,60}\bsupport us\b|your support (?:makes|helps|keeps)\b|"
    r"(?:this|the) (?:story|article|content|page) is (?:for|only for|available (?:only )?to|exclusive to) "
    r"(?:\w+ )?subscribers\b|"
    r"(?:never|don't|don’t) miss\b.{0,60}\b(?:newsletters?|subscribe|sign up|notifications)\b|"
    r"already (?:a |an |have an? )(?:subscriber|member|account)\b|"
    r"(?:daily|weekly|morning) newsletter|"
    r"(?:our|the) .{0,60}\bnewsletters?\b.{0,150}\b(?:sign up|subscribe)|"
    r".{0,100}straight to your inbox|"
    r".{0,150}\bby (?:signing up|subscribing|clicking \w+|providing an e-?mail address)[,.]? (?:you|i) agree|"
    r".{0,60}\b(?:sign up|subscribe) (?:for|to)\b[^.]{0,60}\bnewsletters?\b|"
    r"support (?:us|our|local|independent)\b.{0,120}\b(?:subscribe|donate|donor|membership|donation)\b|"
    # Spanish, French, Portuguese
    rf"(?:únete|suscríbe(?:te|se)|síguenos|regístrate|recibe|inscrivez-vous|abonnez-vous|rejoignez|"
    rf"suivez(?:-nous)?|assine|inscreva-se|siga(?:-nos)?|receba|recevez)\b"
    rf".{{0,80}}\b(?:{_SITE}|canal|boletín|redes sociales|redes sociais|newsletter|lettre d.information|correo|"
    rf"e-?mail|alertes)|"
    # German, Serbian, Russian
    rf"(?:abonnieren|folgen|erhalten) sie\b.{{0,60}}\b(?:{_SITE}|newsletter|kanal)|"
    rf"(?:pratite|zapratite|prijavite se)\b.{{0,60}}\b(?:{_SITE}|mrežama|newsletter|bilten|kanal)|"
    rf"(?:подписывайтесь|подпишитесь|следите|читайте нас)\b.{{0,60}}\b(?:{_SITE}|телеграм|канал|рассылк|соцсет)",
    _I,
)
# The whole line
_SHORT_FORM = re.compile(
    r"subscribe to (?:continue(?: reading)?|(?:the )?(?:(?-i:[A-Z])[\w.'’&-]* ?){1,4})[.!]?|"
    r"(?:download|get|install) (?:the|our) (?:[\w.'’-]+ ){0,4}app(?: (?:on|for|from|now|today|here)\b.{0,60})?[.!]?",
    _I,
)


def is_invitation(line: str) -> bool:
    """Tell whether a line asks the reader to subscribe or the like: it quotes nobody and tells of nobody."""
    opening = line.lstrip(EDGE)
    return (
        (_INVITATION.match(opening) is not None or _SHORT_FORM.fullmatch(opening) is not None)
        and not any(mark in line for mark in '"“”«»')
        and not NARRATIVE.search(line)
        and sentence_breaks(line) <= _MOST_BREAKS
    )
