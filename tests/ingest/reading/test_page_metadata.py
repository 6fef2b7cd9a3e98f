from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading.page_metadata import front_matter, page_facts

HEAD = """<!DOCTYPE html><html lang="en-GB"><head><title>Three held after march | The Paper</title>
<meta property="og:title" content="Three held after march"><meta property="og:site_name" content="The Paper">
<meta property="article:published_time" content="2021-03-04T10:00:00Z">
<link rel="canonical" href="https://paper.example/2020/01/02/three-held"></head>"""


def test_the_head_of_a_page_is_read():
    facts = page_facts(HEAD + "<body><h1>Other</h1><p>Words.</p></body></html>")
    assert (facts.title, facts.date, facts.publisher) == ("Three held after march", "2021-03-04", "The Paper")
    assert (facts.url, facts.language) == ("https://paper.example/2020/01/02/three-held", "en-GB")
    assert "Words." in facts.sample


@pytest.mark.parametrize(
    ("page", "day"),
    [
        ('<script type="application/ld+json">{"@graph": [{"datePublished": "2021-03-04"}]}</script>', "2021-03-04"),
        ('<body><time pubdate datetime="2021-03-04">x</time>', "2021-03-04"),
        ('<body><article><time datetime="2021-03-04T01:00">x</time></article>', "2021-03-04"),
        ('<link rel="canonical" href="https://x.example/2021/3/4/a">', "2021-03-04"),
        ("<body><p>On June 14, 2022 the court sat.</p>", ""),
        ("<body><p>Posted 2 hours ago</p>", ""),
        ('<meta name="date" content="yesterday">', ""),
        ("<body><p>Copyright 2022</p>", ""),
    ],
)
def test_a_day_is_taken_from_the_pages_own_statement_alone(page, day):
    assert page_facts(f"<html>{page}</html>").date == day


def test_titles_in_order():
    assert page_facts("<title>Name | Site</title><body><h1>Name of it</h1>").title == "Name of it"
    assert page_facts("<title>Name</title><body><h1>a</h1><h1>b</h1>").title == "Name"
    assert page_facts("<p>Nothing.</p>").title == ""


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_text_gives_facts(text):
    page_facts(text)
    page_facts(HEAD + text)


def test_nesting_without_end_gives_facts():
    page_facts("<div>" * 200_000)
    page_facts('<script type="application/ld+json">' + "[" * 100_000 + "</script>")


def test_front_matter_is_lines_between_rules():
    assert front_matter('---\ntitle: "A: b"\ndate: 2021-03-04\n  - odd\n---\nWords.') == {
        "title": "A: b",
        "date": "2021-03-04",
    }
    assert front_matter("---\ntitle: never closed\n\nWords.") == {}
    assert front_matter("Words.\n---\n") == {}
