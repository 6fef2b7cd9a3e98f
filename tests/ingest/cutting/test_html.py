"""HTML: the article is told from the page, offsets lead into the source, nothing visible is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.configuration.schema import IngestConfig
from pipeline.ingest.clean import clean
from pipeline.ingest.cutting.html import LostText, html_blocks
from pipeline.ingest.cutting.html_scanner import flatten, is_fragment, plain
from pipeline.ingest.paragraphs import cut
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
    article = Article("a" + "0" * 20, Source("x.html"), source, Media.HTML, sha256="", file_sha256="", title=title)
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


HINTED = f"""<!DOCTYPE html><html><body class="single share-enabled author-ana"><article class="related-7">
<h1 class="share">Vendors accuse harbour police</h1>
<div class="article__byline"><span>Ana Perez</span></div>
<time datetime="2021-05-03">Monday morning, 3 May</time>
<div class="postCaption">The gate of the market at noon</div>
<ul class="social-links"><li><a href="#">Tell the world</a></li></ul>
<p itemprop="author">Harbour desk, night shift</p>
{PROSE}
<p class="caption">The gate, seen from the bridge.</p>
<p>He ran.</p>
<p class="share">They share the fines.</p>
<p class="tags">Nobody talks of it.</p>
<div class="author"><p>Ana wrote for nine years. She left. She is back. {"She writes on. " * 9}</p></div>
<div class="newsletter"><p>Every week, by post.</p></div>
<div class="related"><p>Two more vendors were taken that night</p><a href="/x">An other story of the gate</a></div>
</article></body></html>"""


def test_names_in_the_mark_up_tell_why_short_lines_are_noise() -> None:
    paragraphs = cut_page(HINTED)
    assert_spans_lead_back(HINTED, paragraphs)
    found = {paragraph.text: paragraph.reason or paragraph.kind.value for paragraph in paragraphs}
    assert found["Vendors accuse harbour police"] == "title"
    assert found["Ana Perez"] == "byline"
    assert found["Monday morning, 3 May"] == "dateline"
    assert found["The gate of the market at noon"] == "caption"
    assert found["Tell the world"] == "share"
    assert found["Harbour desk, night shift"] == "byline"
    assert found["The gate, seen from the bridge."] == "caption"
    assert found["Every week, by post."] == "subscribe"
    assert found["An other story of the gate"] == "related"


def test_names_in_the_mark_up_never_make_noise_of_a_sentence() -> None:
    found = {paragraph.text: paragraph.reason for paragraph in cut_page(HINTED)}
    for text, reason in found.items():
        if text.startswith(("On day", "He ran", "They share", "Nobody talks", "Ana wrote")):
            assert reason in ("", "boilerplate")  # boilerplate is the word of the extraction
    assert found["He ran."] == ""


@pytest.mark.parametrize("name", ["body", "main", "div", "p", "span"])
@pytest.mark.parametrize("word", ["caption", "byline", "share", "newsletter", "dateline"])
def test_a_name_that_holds_the_whole_text_says_nothing(name: str, word: str) -> None:
    source = f"<html><body><h1>Vendors accuse police</h1><{name} class='{word}'>{PROSE}<p>He ran.</p></{name}>"
    assert "He ran." in [paragraph.text for paragraph in cut_page(source) if paragraph.kind is Kind.BODY]


def test_an_element_that_is_never_closed_hints_at_no_more_than_itself() -> None:
    source = f"<html><body><article>{PROSE}<p class=caption>The gate<p>He ran.<p>They shot.{PROSE}</article>"
    kinds = {paragraph.text: paragraph.reason for paragraph in cut_page(source)}
    assert (kinds["The gate"], kinds["He ran."], kinds["They shot."]) == ("caption", "", "")


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
    body = " ".join(f"On day {day} officers took the goods of {day} vendors near the bridge." for day in range(30))
    data = f'{{"@type": "NewsArticle", "articleBody": "{body}"}}'
    source = f'<html><head><script type="application/ld+json">{data}</script></head><body><div>Menu</div></body></html>'
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
