"""HTML: the article is told from the page, offsets lead into the source, nothing visible is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import IngestConfig
from pipeline.ingest.clean import clean
from pipeline.ingest.cut import cut
from pipeline.ingest.html import LostText, html_blocks
from pipeline.ingest.markup import flatten, is_fragment, plain
from pipeline.records import Article, Kind, Media, Paragraph, Source

PROSE = "".join(
    f"<p>On day {day} officers of the harbour district stopped <b>{day + 3} vendors</b> near the bridge, "
    "took their goods &amp; gave no receipt &mdash; three of them said.</p>\n"
    for day in range(1, 9)
)
PAGE = f"""<!DOCTYPE html><html><head><title>Vendors accuse harbour police | Harbour News</title>
<style>p {{color: red}}</style><script>var hidden = "<p>never shown</p>";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<article><h1>Vendors accuse harbour police</h1><p>By Ana Perez</p>
<figure><img src="x.jpg" alt="no text"><figcaption>The market gate on Friday</figcaption></figure>
{PROSE}<h2>What the law says</h2><p>The code forbids it.<br>It asks for receipts, always, and for the names of
the officers on every one of them.</p>
<table><tr><td>Year</td><td>Cases</td></tr><tr><td>2021</td><td>17</td></tr></table></article>
<aside><h3>Most read</h3><a href="/other">An other story about a cat</a></aside>
<footer>© 2021 Harbour News. All rights reserved.</footer></body></html>"""


def cut_page(source: str, *, title: str = "") -> list[Paragraph]:
    article = Article(
        "a" + "0" * 20, Source("x.html"), source, Media.HTML, sha256="", file_sha256="", title=title
    )
    return cut(article, config=IngestConfig())


def assert_spans_lead_back(source: str, paragraphs: list[Paragraph]) -> None:
    place = 0
    for paragraph in paragraphs:
        assert place <= paragraph.char_start < paragraph.char_end
        assert clean(plain(source[paragraph.char_start : paragraph.char_end])) == paragraph.text
        place = paragraph.char_end


def test_a_page_is_divided_into_article_and_furniture() -> None:
    paragraphs = cut_page(PAGE, title="Vendors accuse harbour police | Harbour News")
    assert_spans_lead_back(PAGE, paragraphs)
    kinds = {paragraph.text: (paragraph.kind, paragraph.reason) for paragraph in paragraphs}
    assert kinds["Vendors accuse harbour police"] == (Kind.TITLE, "")
    assert kinds["What the law says"] == (Kind.SUBHEADING, "")
    assert kinds["By Ana Perez"] == (Kind.NOISE, "byline")
    assert kinds["The market gate on Friday"] == (Kind.NOISE, "caption")
    assert kinds["Home"][0] is kinds["An other story about a cat"][0] is Kind.NOISE
    assert kinds["2021 17"] == (Kind.BODY, "")
    assert sum(paragraph.kind is Kind.BODY for paragraph in paragraphs) == 8 + 1 + 2
    assert not [text for text in kinds if "never shown" in text or "no text" in text]


def test_a_fragment_keeps_every_short_paragraph() -> None:
    source = "<p>Spread This News</p> <p>He ran.</p> <p>They shot &#8220;twice&#8221;.</p>"
    paragraphs = cut_page(source)
    assert is_fragment(source)
    assert [(p.kind, p.text) for p in paragraphs] == [
        (Kind.NOISE, "Spread This News"),
        (Kind.BODY, "He ran."),
        (Kind.BODY, "They shot “twice”."),
    ]
    assert_spans_lead_back(source, paragraphs)


def test_two_line_breaks_divide_paragraphs_and_one_does_not() -> None:
    assert [clean(flat.text) for flat in flatten("<p>one<br>two<br><br/>three</p>")] == ["one two", "three"]


def test_text_that_stands_only_in_page_data_has_no_offsets() -> None:
    body = " ".join(
        f"On day {day} officers took the goods of {day} vendors near the bridge." for day in range(30)
    )
    data = f'{{"@type": "NewsArticle", "articleBody": "{body}"}}'
    source = (
        f'<html><head><script type="application/ld+json">{data}</script></head>'
        "<body><div>Menu</div></body></html>"
    )
    hidden = [paragraph for paragraph in cut_page(source) if "no_offset" in paragraph.flags]
    assert hidden
    assert all((paragraph.char_start, paragraph.char_end) == (-1, -1) for paragraph in hidden)


@pytest.mark.parametrize("depth", [400, 100_000])
def test_text_nested_too_deep_is_reported_not_lost(depth: int) -> None:
    prose = "Officers beat a man in the street and left him there without help. " * 20
    with pytest.raises(LostText):
        html_blocks("<html><body>" + "<div>" * depth + prose + "</div>" * depth)


@pytest.mark.parametrize(
    "unit", ["<", "<!--", "<a ", '<a b="', "<a b='x' ", "&", "<svg>", "<script>", "<p>", "</", "<!", "&amp"]
)
def test_unfinished_mark_up_takes_linear_time(unit: str) -> None:
    # A quadratic scanner would need hours for this.
    flatten(unit * 200_000)


TAGS = """
<p> </p> <div> </div> <b> </b> <br> <td> <tr> <table> <h2> </h2> <li> <a> </a> <!-- --> & &amp; &lt; &nbsp;
&#65; < > " ' = / <script> </script> <svg> </svg> <title> text Officers beat him. &notin &acE;
"""
MARKUP = st.lists(
    st.sampled_from([*TAGS.split(), " ", "\n", "<a href='", '<a href="x">', "é", "\x00", "\u200b", "\ud800"]),
    max_size=40,
).map("".join)


@given(MARKUP)
@settings(max_examples=500, deadline=None)
def test_the_span_of_every_block_gives_its_text_back(source: str) -> None:
    place = 0
    for flat in flatten(source):
        start, end = flat.span()
        assert place <= start < end <= len(source)
        assert clean(plain(source[start:end])) == clean(flat.text) != ""
        place = end


@given(st.lists(st.text("abc é.", min_size=1), min_size=1, max_size=8))
@settings(deadline=None)
def test_visible_text_of_tidy_html_is_all_there(parts: list[str]) -> None:
    source = "".join(f"<p>{part}</p>" for part in parts)
    seen = "".join(paragraph.text for paragraph in cut_page(source))
    assert re.sub(r"\s", "", seen) == re.sub(r"\s", "", clean(" ".join(parts)))
