"""The words by which lines that are no content are known, in English, Spanish, French and Portuguese.

All are case-folded. Whole lines are written without the punctuation at their ends.
"""

from __future__ import annotations

__all__ = [
    "AGENCIES",
    "CHROME",
    "DATE_MARKS",
    "DATE_WORDS",
    "NETWORKS",
    "PARTICLES",
    "RELATED_LINES",
    "SHARE_WORDS",
]


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _lines(listed: str) -> frozenset[str]:
    return frozenset(" ".join(line.split()) for line in listed.split(";"))


# Where and how a page can be shared; "x" is left out on purpose.
NETWORKS = _words(
    """
    bluesky comparte compartilhar compartilhe compartir correo e-mail email facebook flipboard imprimer
    imprimir instagram line linkedin mastodon messenger partager pin pinterest pocket print reddit share
    skype sms teilen telegram threads tumblr tweet twitter viber wechat weibo whatsapp youtube
    """
)

# What else may stand in a share bar.
SHARE_WORDS = NETWORKS | _words(
    """
    0 a and article articulo artículo buttons by ce cet click comment comments copy el en esta este
    friends icon in it like link loading matéria more na new news no nota noticia notícia now o on opens
    options or our page par por post save shares spread story sur the this to us via window with your
    """
)

# Months: a date must have one of them, or be written in numbers.
DATE_MARKS = _words(
    """
    abril agosto août apr april aug august avril dec december dezembro diciembre décembre enero feb
    febrero february fevereiro février jan janeiro january janvier juillet juin jul julho julio july jun
    june junho junio mai maio mar march mars marzo março may mayo nov november novembre novembro
    noviembre oct october octobre octubre outubro sep sept september septembre septiembre setembro
    setiembre
    """
)

# What else may stand in a dateline.
DATE_WORDS = DATE_MARKS | _words(
    """
    , - / a a.m a.m. actualizado ago am am. and at atualizado bst cest cet created date date: day days
    de del dimanche domingo edt el em est et fecha first fri friday gmt h hace hour hours hrs há il ist
    jeudi jour jueves las last le lundi lunes mardi martes mercredi min mins minute minutes mis
    miércoles modified mon monday of on p.m p.m. pdt pm pm. posted pst publicada publicado published
    publié quarta-feira quinta-feira read samedi sat saturday segunda-feira sexta-feira sun sunday
    sábado terça-feira the thu thur thurs thursday time tue tues tuesday update updated utc vendredi
    viernes wed wednesday y | · à às – — •
    """
)

# News agencies and picture houses, word by word.
AGENCIES = _words(
    """
    aap afp agence agence-france-presse anadolu ani anp ansa ap associated belga bernama bloomberg
    canadian commons dpa efe epa flickr france-presse getty ians images istock kcna leta lusa nurphoto
    pixabay press pti reuters scanpix shutterstock sipa tass the unsplash upi via wikimedia wikipedia
    xinhua zuma
    """
)

# What may stand in small letters in a byline.
PARTICLES = _words(
    """
    & al and at author bin bint by courtesy da das de del della den der di do dos e el et for i ibn in
    la le more of the this und van von with y
    """
)

# Whole lines of page furniture.
CHROME = _lines(
    """
    accept cookies; ad; ads; advert; advertisement; advertisements; advertising; advertising read more;
    an error occurred. please try again; and support our work support our work; anuncio; article
    continues after advertisement; article continues below; article continues below advertisement; back
    to top; click here; close; comments; continue reading below; donate; donate now; gift article; gift
    outline gift article; giftoutline gift article; hide comments; leave a comment; leave a reply;
    listen; listen to story; listen to this article; loading; loading comments; log in; login; menu;
    next article; next post; placeholder while article actions load; play; play video; please enable
    javascript; post a comment; previous article; previous post; publicidad; publicidade; publicité;
    read in app; scroll to continue; search; show comments; sign in; skip to content; skip to main
    content; something went wrong, please try again later; sponsored; sponsored content; story continues
    below; story continues below advertisement; support our work; support us; thank you for subscribing;
    this field is for validation purposes and should be left unchanged; toggle navigation; top; tsb;
    view comments; view(s); views; watch this video on youtube; we have more newsletters
    """
)

# Whole lines that head a list of other stories.
RELATED_LINES = _lines(
    """
    also read; don't miss; editor's picks; editors' picks; further reading; latest news; le puede
    interesar; lea también; leer más; leia mais; leia também; lire aussi; more from this section; more
    news; more on this story; more stories; most popular; most read; notas relacionadas; noticias
    relacionadas; original url; read also; read full story; read more; read next; read the full story;
    recommended; recommended for you; recommended stories; related; related article; related articles;
    related content; related coverage; related news; related posts; related stories; related story;
    related topics; saiba mais; see also; sur le même sujet; te puede interesar; top stories; trending;
    trending now; up next; what to read next; you may also like; you might also like; à lire aussi
    """
)
