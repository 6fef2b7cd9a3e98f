"""Noise rules: the line that is no content, and the sentence that only looks like one."""

from __future__ import annotations

import pytest

from pipeline.ingest.noise.rules import noise_reason

NOISE = {
    "share": [
        "Share this:",
        "Facebook Twitter WhatsApp Email Print",
        "Share on Facebook",
        "Tweet",
        "Spread This News",
        "Compartir en WhatsApp",
        "Partager cet article sur Facebook",
        "Compartilhe esta notícia no Telegram",
        "Like this: Like Loading...",
    ],
    "subscribe": [
        "Join our new Telegram channel for uncensored reports!",
        "Sign up for our weekly newsletter and get the news in your inbox.",
        "Follow us on Twitter and Instagram.",
        "Follow Ana Perez on Twitter at @anaperez",
        "Subscribe to our newsletter",
        "Suscríbete a nuestro boletín",
        "Abonnez-vous à notre newsletter",
    ],
    "tags": ["Tags: police, bribes", "Filed under: Justice, Prisons", "Etiquetas: policía, sobornos"],
    "metadata": ["id: xy-town-12", "geolocation: 12.345, -6.789", "geolocation:", "12.34567, -6.54321"],
    "byline": [
        "By Ana Perez",
        "By ANA PEREZ and Tom O'Hara",
        "By Ana de la Cruz, Harbour Correspondent",
        "Por Ana Pérez",
        "Staff Reporter",
        "Reporting by Ana Perez; Editing by Tom Hall",
        "Ana Perez in Harbour City contributed to this report.",
        "By May Lee",
    ],
    "dateline": [
        "June 14, 2022",
        "Published: 3 May 2021 10:22",
        "Updated on Tuesday, 3rd May 2021 at 10:22 GMT",
        "2 min read",
        "2021-05-03",
        "03/05/2021",
        "14 de junio de 2022",
        "3 hours ago",
    ],
    "related": [
        "Read in Spanish",
        "READ MORE: Harbour police deny beating vendors",
        "Also read: Two officers suspended",
        "Related articles",
        "Lea también: Dos agentes suspendidos",
        "À lire aussi",
        "This page is also available in: Spanish, Polish",
    ],
    "source_footer": [
        "Source: harbournews.example",
        "This article was originally published by Harbour News and is reprinted with permission.",
        "Please send questions or comments on this story to editor@harbour.example.",
        "© 2021 Harbour News",
        "Copyright 2021 Harbour News. All rights reserved.",
        "Published in Harbour Daily, March 3rd, 2021",
        "editor@harbour.example",
    ],
    "credit": [
        "Photo: Ana Perez/Reuters",
        "Getty Images",
        "(AFP)",
        "Photo courtesy of Ana Perez",
        "File photo",
    ],
    "caption": [
        "A view of the harbour from the old bridge. / Image: Harbour News",
        "Officers stand at a gate in 2012. (Tom Hall/Wikimedia Commons)",
        "Vendors at the market on Friday. (Photo: Ana Perez)",
        "FILE PHOTO: Officers block a road near the harbour, May 3, 2021. REUTERS/Ana Perez",
        "In this May 3, 2021, photo, officers stand near the harbour.",
        "The minister, pictured in 2019. Photograph: Ana Perez/EPA",
    ],
    "link": ["https://example.com/a/b?c=d", "www.example.com/x", "https://example.com/a (second page)"],
    "boilerplate": [
        "Advertisement",
        "ADVERTISEMENT",
        "Story continues below",
        "Leave a comment",
        "Loading...",
    ],
    "separator": ["***", "—", "_____"],
}

CONTENT = [
    "By Friday, officers had returned to the market and arrested two more vendors.",
    "By then the commander had left. Nobody said where he was. The families waited.",
    "Share of the bribes went to the commander, a former officer said.",
    "Officers share the fines among themselves.",
    "Like many opposition outlets, the Telegram channel was declared extremist.",
    "Follow the money, the prosecutor told reporters, and you will find the station chief.",
    "Police said the video on Facebook was not theirs.",
    "This report was published by the ombudsman and accuses officers of torture.",
    "Our newsletter was banned by the police in March.",
    "Join the force or leave town, the officers told the young men.",
    "The two men were released on Monday. (AFP)",
    "He was released on Monday, according to Agence France-Presse (AFP).",
    "Police released an image of the suspect (photo above).",
    "Copyright laws were used to silence the paper.",
    "Two officers were dismissed.",
    "On June 14, 2022, two officers were dismissed.",
    "Read the rights aloud, the judge told the officers.",
    "In this picture of daily life, bribes are simply a tax.",
    "In this June 2020 letter, the ministry promised an inquiry.",
    "Sources: the officers were drunk, two neighbours said.",
    "Email messages show that the commander knew.",
    "Register your complaint at the station, victims are told, and nothing happens.",
    "Published accounts differ on who fired first.",
    "Photographs show bruises on his back.",
    "Listen: they came at night and took my son.",
    "Recommendations",
    "Witness accounts",
    "They shared the video by email and on Facebook and Twitter, and two of them were detained.",
    "ID cards were taken from all passengers.",
    "Tags were cut from the clothes of the dead.",
]


@pytest.mark.parametrize(("reason", "line"), [(reason, line) for reason, lines in NOISE.items() for line in lines])
def test_a_line_that_is_no_content_is_known_with_its_reason(reason: str, line: str) -> None:
    assert noise_reason(line) == reason


@pytest.mark.parametrize("line", CONTENT)
def test_a_sentence_of_content_never_becomes_noise(line: str) -> None:
    assert noise_reason(line) == ""


def test_a_long_paragraph_is_content_whatever_it_begins_with() -> None:
    assert noise_reason("Photo: " + "officers took the goods of vendors and left. " * 10) == ""


@pytest.mark.parametrize(
    "unit", ["a", "By A ", "(photo", "www.", "a@", "12 ", "read: ", ". Photo: ", "Share ", "12:", "<", "«"]
)
def test_no_pattern_backtracks_without_end(unit: str) -> None:
    noise_reason((unit * 300)[:300])  # a pattern with nested repeats would not come back
