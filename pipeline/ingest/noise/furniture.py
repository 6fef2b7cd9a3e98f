"""Whole lines of page furniture, written without the punctuation at their ends, by the reason they are noise."""

from __future__ import annotations

__all__ = ["FURNITURE"]


def _lines(listed: str) -> frozenset[str]:
    return frozenset(" ".join(line.split()).casefold() for line in listed.split(";"))


_BOILERPLATE = _lines(
    """
    about; about us; accept; accept all; accept all cookies; accept cookies; ad; add a comment; ads; advert;
    advertise with us; advertisement; advertisements; advertising; advertising read more; all comments; an
    error occurred. please try again; and support our work support our work; anuncio; anzeige; archive;
    article continues after advertisement; article continues below; article continues below advertisement;
    back to top; be the first to comment; careers; click here; close; comentarios; comentários;
    commentaires; comments; comments are closed; comments closed; contact; contact us; continue reading;
    continue reading below; cookie policy; cookie preferences; cookie settings; deixe um comentário; deixe
    seu comentário; deja un comentario; deja tu comentario; dejar un comentario; disclaimer; donate; donate
    now; end; ends; front page; gift article; gift outline gift article; giftoutline gift article; hide
    comments; home; homepage; impressum; imprint; join the conversation; komentari; kommentar schreiben;
    kommentare; laisser un commentaire; leave a comment; leave a reply; legal notice; listen; listen to
    story; listen to this article; load comments; load more; loading; loading comments; manage cookies; play
    audio; please log in to comment; we value your privacy; log in; login; manage preferences; marketing;
    menu; next; next article; next post; no comments; no comments yet; oglas; ostavite komentar; pause;
    placeholder while article actions load; play; play video; please enable javascript; please enable
    javascript to view the comments; post a comment; previous; previous article; previous post; privacy;
    privacy notice; privacy policy; publicidad; publicidade; publicité; read in app; reject all; reklama;
    scroll to continue; scroll to top; search; see all comments; show comments; show less; show more; sign
    in; sitemap; skip advertisement; skip to comments; comment; post comment; continue; log in to comment;
    report a typo; report an error; share your thoughts in the comments; skip to content; skip to main
    content; skip to navigation; something went wrong, please try again later; sponsored; sponsored content;
    story continues below; story continues below advertisement; support our work; support us; terms; terms
    and conditions; terms of service; terms of use; thank you for subscribing; this field is for validation
    purposes and should be left unchanged; toggle navigation; top; tsb; video player is loading; view all
    comments; view comments; view(s); views; watch this video on youtube; watch video; we have more
    newsletters; werbung; write a comment; выскажите мнение; комментарии; оставить комментарий; реклама
    """
)

_RELATED = _lines(
    """
    also read; also see; from our archive; must read; must reads; recommended videos; view original; you
    might be interested in; you may be interested in; don't miss; editor's picks; editors' picks; en savoir
    plus; further reading; lesen sie auch; mehr zum thema; más información; más leídas; más noticias; latest
    news; le puede interesar; lea también; leer más; leia mais; leia também; les plus lus; lire aussi; lire
    la suite; mais lidas; more from this section; more like this; more news; more on this story; more
    stories; más sobre este tema; más sobre esto; recommended reading; you may have missed; most popular;
    most read; most viewed; najčitanije; najnovije; notas relacionadas; noticias relacionadas; notícias
    relacionadas; original url; povezane vesti; pročitajte i; pročitajte još; read also; read full story;
    read more; read next; read the full story; recommended; recommended for you; recommended stories;
    related; related article; related articles; related content; related coverage; related links; related
    news; related posts; related reading; related stories; related story; saiba mais; see also; see more;
    seguir leyendo; sur le même sujet; te puede interesar; te recomendamos; top stories; trending; trending
    now; up next; veja mais; veja também; ver más; view more; voir aussi; watch more; weitere artikel; what
    to read next; you may also like; you might also like; à lire aussi; à lire également; vidi još; читайте
    также; материалы по теме; по теме; подробнее; смотрите также
    """
)

_SHARE = _lines(
    """
    copy link; copy this link; copy url; copiar enlace; copiar link; copier le lien; save; save article;
    save this story; link copied; link copied to clipboard; send to a friend; spread this news; tell a
    friend; text size; recommend this; скопировать ссылку
    """
)

_SUBSCRIBE = _lines(
    """
    abonnez-vous; abonnieren; assine; assine já; become a member; become a subscriber; become a supporter;
    donate today; download our app; email address; enable notifications; enter your email; enter your email
    address; get the app; get our app; je m'abonne; join our channel; listen to our podcast; make a
    donation; newsletter; newsletters; our newsletters; subscribe; subscribe here; subscribe now; subscribe
    today; subscribe to our channel; suscríbase; suscríbete; support independent journalism; support
    independent media; support our journalism; support quality journalism; turn on notifications; your email
    address; подписаться; подпишитесь
    """
)

_TAGS = _lines(
    """
    etiquetas; filed under; in this story; in this article; keywords; oznake; related topics; tag; tagovi;
    tags; temas relacionados; topics; topics in this article; mots-clés; schlagwörter; метки; теги
    """
)

_BYLINE = _lines(
    """
    afp and reuters; from news services; from wire reports; news services; wire reports; wire services; avec
    afp; con información de afp; da redação; de nuestro corresponsal; desk report; la rédaction; la
    redacción; mit material von dpa; nuestra redacción; od našeg dopisnika; our correspondent; por la
    redacción; por redacción; redacción; redacção; redakcija; redaktion; staff report; staff reports; staff
    writers; von unserem korrespondenten; von unserer redaktion; web desk; web report; наш корреспондент;
    редакция
    """
)

_CREDIT = _lines(
    """
    archive photo; archivo; courtesy; courtesy image; courtesy photo; file; file image; file picture; foto
    de archivo; foto ilustrativa; handout; handout photo; ilustracija; imagen de archivo; photo d'archives;
    screen grab; screengrab; screenshot; supplied; symbolbild
    """
)

FURNITURE = {
    line: reason
    for reason, lines in (
        ("boilerplate", _BOILERPLATE),
        ("related", _RELATED),
        ("share", _SHARE),
        ("subscribe", _SUBSCRIBE),
        ("tags", _TAGS),
        ("byline", _BYLINE),
        ("credit", _CREDIT),
    )
    for line in lines
}
"""The reason of each line, case-folded: ``"most read"`` is ``"related"``."""
