"""Cutting: nothing visible is lost, offsets lead back, kinds are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.configuration.schema import IngestConfig
from pipeline.configuration.shipped import SAMPLE_DUMP
from pipeline.ingest.clean import clean
from pipeline.ingest.paragraphs import cut
from pipeline.records import Article, Kind, Media, Paragraph, Source, digest

DATA = Path(__file__).parents[3] / "shared" / "data"
CONFIG = IngestConfig()
SMALL = IngestConfig(max_paragraph_chars=200)

LONG = (
    "Officers of the harbour district stopped the vendors near the old bridge and took their goods without "
    "any receipt, three of the vendors said on Friday."
)


def article(text: str, *, media: Media = Media.TEXT, title: str = "") -> Article:
    return Article("a" + "0" * 20, Source("x.txt"), text, media, sha256="", file_sha256="", title=title)


def texts(paragraphs: list[Paragraph], kind: Kind = Kind.BODY) -> list[str]:
    return [paragraph.text for paragraph in paragraphs if paragraph.kind is kind]


def assert_nothing_lost(text: str, paragraphs: list[Paragraph]) -> None:
    place = 0
    for number, paragraph in enumerate(paragraphs, start=1):
        assert paragraph.number == number
        assert place <= paragraph.char_start < paragraph.char_end <= len(text)
        assert clean(text[place : paragraph.char_start]) == ""
        place = paragraph.char_end
    assert clean(text[place:]) == ""


MARKS = "\n|\n\n|\r\n|\r|\u2028|\u2029|\x0c|\x00|\u200b|é|e\u0301|- |1. |   |# |> |* |---\n|```\n|<b>|<!-- c -->"
LINES = [
    "Police",
    "beat",
    "him.",
    "By Ana Perez",
    "Tags: a, b",
    "Getty Images",
    "2 May 2021",
    "[x](http://y)",
    LONG,
]
PIECES = st.sampled_from([*MARKS.split("|"), *LINES, " ", "&amp;", "_", "\ud800", "\\", "| a | b |\n|---|---|\n"])
MESSY = st.lists(PIECES, max_size=40).map("".join)


@given(st.one_of(MESSY, st.text()))
@settings(max_examples=300, deadline=None)
def test_text_spans_give_the_text_back_and_nothing_is_lost(text: str) -> None:
    paragraphs = cut(article(text), config=SMALL)
    assert_nothing_lost(text, paragraphs)
    for paragraph in paragraphs:
        assert clean(text[paragraph.char_start : paragraph.char_end]) == paragraph.text != ""
        assert (paragraph.kind is Kind.NOISE) == bool(paragraph.reason)


@given(st.one_of(MESSY, st.text()))
@settings(max_examples=300, deadline=None)
def test_markdown_loses_nothing(text: str) -> None:
    paragraphs = cut(article(text, media=Media.MARKDOWN), config=SMALL)
    assert_nothing_lost(text, paragraphs)
    assert all(paragraph.text for paragraph in paragraphs)


def test_ids_come_from_article_number_and_text() -> None:
    first, second = cut(article(f"{LONG}\n{LONG}"), config=CONFIG)
    assert first.paragraph_id == "p" + digest(first.article_id, "1", first.text)[:20]
    assert first.paragraph_id != second.paragraph_id
    assert first.cluster_id == ""


def test_a_saved_page_is_told_apart_line_by_line() -> None:
    text = "\n\n".join(
        [
            "Join our new Telegram channel for uncensored reports!",
            "Harbour police told to smile at vendors",
            "May 3, 2021",
            "This story first appeared in Harbour News and is republished with permission.",
            LONG,
            "market gate\nA view of the market gate from the bridge. / Image: Harbour News",
            LONG.replace("Friday", "Monday"),
            "What the law says",
            LONG.replace("Friday", "Tuesday"),
            "Read in Spanish",
            "Source: harbour.example",
            "Harbour police told to smile at vendors",
        ]
    )
    found = [(paragraph.kind, paragraph.reason) for paragraph in cut(article(text), config=CONFIG)]
    noise = Kind.NOISE
    assert found == [
        (noise, "subscribe"),
        (Kind.TITLE, ""),
        (noise, "dateline"),
        (noise, "source_footer"),
        (Kind.BODY, ""),
        (noise, "caption"),
        (noise, "caption"),
        (Kind.BODY, ""),
        (Kind.SUBHEADING, ""),
        (Kind.BODY, ""),
        (noise, "related"),
        (noise, "source_footer"),
        (noise, "repeated_title"),
    ]


def test_the_title_field_finds_the_title_with_or_without_the_name_of_the_site() -> None:
    text = f"Two officers suspended after market raid\n\n{LONG}"
    paragraphs = cut(article(text, title="Two officers suspended after market raid | Harbour News"), config=CONFIG)
    assert texts(paragraphs, Kind.TITLE) == ["Two officers suspended after market raid"]


def test_an_article_that_is_only_its_title_stays_content() -> None:
    assert texts(cut(article(LONG, title=LONG), config=CONFIG)) == [LONG]


def test_the_title_is_found_below_lines_that_are_no_content() -> None:
    text = "\n\n".join(
        [
            "Follow our channel on Telegram for news from the harbour!",
            "Share this story: Facebook | X | Telegram",
            "Listen to this article",
            "Two officers suspended after market raid",
            "Ana Perez, Port Elm",
            "3 May 2021",
            LONG,
            LONG.replace("Friday", "Monday"),
            "Tom Hall is a reporter for Harbour News.",
            "All rights reserved.",
        ]
    )
    found = [(paragraph.kind, paragraph.reason) for paragraph in cut(article(text), config=CONFIG)]
    assert [reason or kind.value for kind, reason in found] == [
        "subscribe",
        "share",
        "boilerplate",
        "title",
        "byline",
        "dateline",
        "body",
        "body",
        "byline",
        "source_footer",
    ]


@pytest.mark.parametrize(
    "note", ["Tom Hall is a reporter for Harbour News.", "Tom Hall is a lawyer and was beaten on Friday."]
)
def test_a_note_on_somebody_of_the_article_stays_content(note: str) -> None:
    text = "\n\n".join([LONG, f"{LONG} One of them was Hall.", note])
    assert note in texts(cut(article(text), config=CONFIG))
    amid = "\n\n".join([LONG, note, LONG])
    assert note in texts(cut(article(amid), config=CONFIG))


def test_a_short_title_above_the_date_is_no_byline() -> None:
    paragraphs = cut(article("\n\n".join(["Night Raids", "3 May 2021", LONG, LONG])), config=CONFIG)
    assert paragraphs[0].kind is not Kind.NOISE


@pytest.mark.parametrize("name", ["northern-window-2025-03-04.txt", "lake-courier-kenya.txt"])
def test_the_sample_dump_leaves_only_prose_as_body(name: str) -> None:
    text = (SAMPLE_DUMP / name).read_text(encoding="utf-8")
    paragraphs = cut(article(text), config=CONFIG)
    assert_nothing_lost(text, paragraphs)
    assert len(texts(paragraphs, Kind.TITLE)) == 1
    assert len(texts(paragraphs)) == 7
    assert min(map(len, texts(paragraphs))) > 150


def test_dates_of_a_timeline_are_kept() -> None:
    days = [f"May {day}, 2021" for day in range(1, 6)]
    text = "\n\n".join(f"{day}\n\n{LONG}" for day in days)
    kept = [p for p in cut(article(text), config=CONFIG) if p.text in days]
    assert {paragraph.kind for paragraph in kept} == {Kind.SUBHEADING}


def test_list_lines_and_leads_stay_content() -> None:
    text = f"{LONG}\n\nThe officers took:\n\ntwo phones\n\none bicycle\n\n{LONG} Again."
    assert texts(cut(article(text), config=CONFIG))[1:4] == [
        "The officers took:",
        "two phones",
        "one bicycle",
    ]


@pytest.mark.parametrize("media", list(Media))
def test_a_long_paragraph_is_cut_at_sentence_ends_and_flagged(media: Media) -> None:
    source = "<p>" + f"{LONG} " * 5 + "</p>" if media is Media.HTML else f"{LONG} " * 5
    paragraphs = cut(article(source, media=media), config=SMALL)
    assert texts(paragraphs) == [LONG] * 5
    assert all(paragraph.flags == ("cut",) for paragraph in paragraphs)
    assert all(source[p.char_start : p.char_end] == LONG for p in paragraphs)


@pytest.mark.parametrize("media", list(Media))
def test_a_paragraph_without_spaces_is_cut_hard(media: Media) -> None:
    paragraphs = cut(article("x" * 450, media=media), config=SMALL)
    assert [len(paragraph.text) for paragraph in paragraphs] == [200, 200, 50]


def test_flags_tell_what_cleaning_removed() -> None:
    (paragraph,) = cut(article("The pol\u200bice came in the n\u0456ght."), config=CONFIG)
    assert paragraph.flags == ("mixed_script", "zero_width")
    assert paragraph.text == "The police came in the n\u0456ght."


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data of ../shared is not here")
def test_the_saved_articles_keep_every_sentence_and_no_noise() -> None:
    for path in sorted((DATA / "samples").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        paragraphs = cut(article(text), config=CONFIG)
        assert_nothing_lost(text, paragraphs)
        assert len(texts(paragraphs, Kind.TITLE)) == 1
        for paragraph in paragraphs:
            # In these two files every long paragraph is content, and every line of content is a sentence.
            if len(paragraph.text) > 150:
                assert paragraph.kind is Kind.BODY
            if paragraph.kind is Kind.BODY:
                assert len(paragraph.text) > 80
                assert paragraph.text[-1] in '.”"'


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data of ../shared is not here")
def test_the_incident_reports_keep_tags_and_links_apart() -> None:
    for path in sorted((DATA / "pb2020" / "reports").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        paragraphs = cut(article(text, media=Media.MARKDOWN), config=CONFIG)
        assert_nothing_lost(text, paragraphs)
        content = texts(paragraphs)
        assert not [line for line in content if line.startswith(("tags:", "id:", "geolocation:", "http"))]
