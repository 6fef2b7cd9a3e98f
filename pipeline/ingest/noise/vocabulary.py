"""The words by which lines that are no content are known, in the languages saved pages come in most.

All are case-folded. Whole lines of page furniture stand in ``pipeline.ingest.noise.furniture``.
"""

from __future__ import annotations

__all__ = [
    "AGENCIES",
    "AGO",
    "DATE_MARKS",
    "DATE_WORDS",
    "LANGUAGES",
    "NETWORKS",
    "OUTLET",
    "PARTICLES",
    "SHARE_WORDS",
    "SITES",
]


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.casefold().split())


# Sites that pages ask to be followed on; "x" needs care and is left to those who use the list.
SITES = (
    "facebook", "twitter", "instagram", "telegram", "whatsapp", "youtube", "google news", "social media",
    "tiktok", "bluesky", "linkedin", "mastodon", "viber", "rss",
)  # fmt: skip

# What the name of an outlet ends with, as a pattern.
OUTLET = (
    r"(?:News|Times|Post|Press|Radio|Tribune|Today|Daily|BBC|AFP|AP|Reuters|Online|Herald|Star|Standard|"
    r"Guardian|Gazette|TV|Network|Desk|Service)"
)

# Where and how a page can be shared; "x" is left out on purpose.
NETWORKS = _words(
    """
    bluesky comparte compartilhar compartilhe compartir correo e-mail email facebook flipboard imprimer
    imprimir instagram line linkedin mastodon messenger partager pin pinterest pocket podeli podelite print
    reddit share skype sms teilen telegram threads tumblr tweet twitter viber vk wechat weibo whatsapp
    youtube поделитесь поделиться вконтакте телеграм фейсбук
    """
)

# What else may stand in a share bar.
SHARE_WORDS = NETWORKS | _words(
    """
    0 a and article articulo artículo auf buttons by ce cet click comment comments copied copy el en esta este
    friend friends icon in it l'article like link loading matéria mit more na new news no nota noticia notícia
    now o on opens options or our page par per post redes save send shares spread sociales story sur the this to us via
    window with x your в на
    """
)

# Months: a date must have one of them, or be written in numbers.
DATE_MARKS = _words(
    """
    abril agosto août apr april aug august avg avgust avril dec decembar december dezember dezembro diciembre
    décembre enero feb febrero februar february fevereiro février jan janeiro januar january janvier jänner
    juillet juin jul juli julho julio july jun june junho juni junio mai maio maj mar march mars marzo março
    mart may mayo märz nov novembar november novembre novembro noviembre oct october octobre octubre okt
    oktobar oktober outubro sep sept septembar september septembre septiembre setembro setiembre
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    """
)

# "Three hours ago": with a number, these make a date.
AGO = _words("ago hace há il vor pre назад yesterday today")

# What else may stand in a dateline.
DATE_WORDS = (
    DATE_MARKS
    | AGO
    | _words(
        """
        , - / a a.m a.m. actualizado actualisé aktualisiert am am. and at atualizado às bst cest cet created
        date date: datum day days de del dienstag dimanche domingo donnerstag edt el em est et fecha first
        freitag fri friday gmt h heures hora horas hour hours hrs issued ist jeudi jour jueves jutro las last le lundi
        lunes mardi martes mercredi min mins minut minute minutes minuten minutos mis mittwoch miércoles
        modified mon monday montag of on objavljeno p.m p.m. pdt petak pm pm. ponedeljak posted pst publicada
        publicado published publié quarta-feira quinta-feira read sam samedi samstag sat saturday segunda-feira
        sexta-feira sonntag sreda stand stunde stunden subota sun sunday sábado terça-feira the thu thur thurs
        thursday time tue tues tuesday u uhr um update updated utc utorak vendredi veröffentlicht viernes wed
        wednesday y | · à četvrtak časova sati nedelja – — •
        опубликовано обновлено г года в час часа часов минут понедельник вторник среда четверг пятница суббота
        воскресенье
        """
    )
)

# News agencies and picture houses, word by word.
AGENCIES = _words(
    """
    aap afp agence alamy agence-france-presse anadolu ani anp ansa ap associated belga bernama beta bloomberg
    canadian commons cuartoscuro dpa efe epa epa-efe flickr france-presse getty ians images istock kcna kyodo leta lusa
    notimex nurphoto pa pixabay press pti reuters scanpix shutterstock sipa tanjug tass the unsplash upi via
    wikimedia wikipedia xinhua yonhap zuma интерфакс риа тасс
    """
)

# What may stand in small letters in a byline.
PARTICLES = _words(
    """
    & al and at author avec bin bint by con courtesy da das de del della den der di do dos du e el en et for
    from i ibn in la le more of och og the this und van von with y и
    """
)

# Languages a page may offer itself in, by the names pages give them.
LANGUAGES = _words(
    """
    amharic anglais arabe arabic azerbaijani bahasa bangla bengali bosnian burmese cantonese chinese
    chinesisch coreano coréen cyrillic dari deutsch dutch engels engleski englisch english espagnol español
    farsi filipino francés francês français française french georgian german hausa hebrew hindi indonesian
    inglesa inglés inglês italian italiano japanese japanisch kazakh khmer kirundi kiswahili korean
    koreanisch kurdish kyrgyz lao latin malay mandarin marathi nepali oromo pashto persian polish portuguese
    portugués português punjabi romanian ruski ruso russe russian russisch russo serbian serbo sinhala
    somali spanisch spanish srpski swahili tagalog tajik tamil telugu thai tibetan turkish uighur ukrainian
    urdu uyghur uzbek vietnamese yoruba zulu английском русский русском
    """
)
