from __future__ import annotations

import pytest

from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.sniff import Format, looks_like_html, sniff
from pipeline.records import RejectCode

PAGE = b"<!DOCTYPE html><html><head><title>A</title></head><body><p>Text.</p></body></html>"


@pytest.mark.parametrize(
    ("head", "name", "format"),
    [
        (b" \n", "a.jsonl", Format.EMPTY),
        (b"\x1f\x8b\x08", "a.txt", Format.GZIP),
        (b"PK\x03\x04", "a.txt", Format.ZIP),
        (b"PAR1", "a.csv", Format.PARQUET),
        (b'{"text": "a"}\n{"text": "b"}\n', "a.txt", Format.JSONL),
        (b'{"text": "a"}\n{"text": "b"}\n', "a.json", Format.JSONL),
        (b'{"text": "a"}', "a.json", Format.JSON),
        (b'{"text": "a"}', "a.jsonl", Format.JSONL),
        (b'{\n  "text": "a"\n}', "a.jsonl", Format.JSON),
        (b'[{"text": "a"}]', "a.txt", Format.JSON),
        (b'{"text": "cut off', "a.jsonl", Format.JSONL),
        (b'oops\n{"text": "a"}\n', "a.jsonl", Format.JSONL),
        (b'{"text": "' + b"x" * 300_000, "a.jsonl", Format.JSONL),
        (b"[Editor's note: this page was changed.]\n\nText.", "a.txt", Format.TEXT),
        (b"{A remark in braces.} Text.", "a", Format.TEXT),
        (PAGE, "a.txt", Format.HTML),
        (b"<?xml version='1.0'?>\n<!-- saved -->\n" + PAGE, "a.xml", Format.HTML),
        (b"<p>One.</p><p>Two.</p>", "a.txt", Format.HTML),
        (b"Just words.", "a.html", Format.TEXT),
        (b"We write <b> and mean it.", "a.txt", Format.TEXT),
        (b"id,text\n1,hello\n2,you, there\n3,hi\n4,ho\n", "a.txt", Format.CSV),
        (b"id\tbody\n1\thello\n2\tyou\n", "a", Format.CSV),
        (b'id,text\n1,"two\nlines, all quoted"\n2,"and, so, on"\n', "a.txt", Format.CSV),
        (b"id,text\r1,hello\r2,you\r", "a.txt", Format.CSV),
        (b"id,text\n1,hello\n", "a.csv", Format.CSV),
        (b"Story, in brief\nTwo guards left, he said.\nThe mayor, when asked, was silent.\n", "a.txt", Format.TEXT),
        (b"Text, lies and bribes\nThe clerk was paid, they said.\nHe denied it, twice.\n", "a.txt", Format.TEXT),
        (b"Content, not form\nThe clerk was paid, she said.\nHe denied it, loudly.\n", "a.md", Format.MARKDOWN),
        (b"Story,brief\nTwo guards left, he said.\nThe mayor left, they said.\n", "a.txt", Format.TEXT),
        (b"[{Note}] The names were changed.\n", "a.txt", Format.TEXT),
        (b'{"quoted"} words open the story.\n', "a.txt", Format.TEXT),
        (b'{"quoted": the mayor} words open the story.\n', "a.txt", Format.TEXT),
        (b'{"a": 1} is what the form said.\n', "a.txt", Format.TEXT),
        (b'[{"text": "a"}, {"text": "cut', "a.txt", Format.JSON),
        (b'{\n  "text": "a"\n}', "a.txt", Format.JSON),
        (b'{"text": "' + b"x" * 300_000, "a.txt", Format.JSONL),
        (b'[{"text": "' + b"x" * 300_000, "a", Format.JSON),
        (b"text\nhello\n", "a.csv", Format.CSV),
        (b"Body, mind, text\nwere in one line.", "a.txt", Format.TEXT),
        (b"Words.", "a.md", Format.MARKDOWN),
        (b"# One\n\nWords.\n\n## Two\n", "a.txt", Format.MARKDOWN),
        ("\ufeff{}".encode("utf-16-le") + b"\n\0", "a.jsonl", Format.JSONL),
        ("Words in wide letters.".encode("utf-16-le"), "a.txt", Format.TEXT),
        (b"Words with one \0 in them, for whatever reason.", "a.txt", Format.TEXT),
    ],
)
def test_content_decides_and_the_name_tips_the_scales(head, name, format):
    assert sniff(head, name) is format


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1", "Office"),
        (bytes(range(256)) * 4, "not text"),
        (b"a.txt" + bytes(252) + b"ustar\x0000", "tar"),
        (b"<?xml version='1.0'?><rss><item>x</item></rss>", "XML"),
    ],
)
def test_other_files_are_named_and_refused(head, what):
    with pytest.raises(Refusal) as caught:
        sniff(head, "a.txt")
    assert caught.value.code is RejectCode.TYPE
    assert what in caught.value.reason


def test_prose_that_mentions_a_tag_is_no_html():
    assert not looks_like_html("Write <b>bold</b> for bold.")
    assert looks_like_html("<p>One.</p>\n<p>Two.</p>")
    assert looks_like_html("Intro<br>one</p><p>two</p>")


@pytest.mark.parametrize("name", ["page_files/site.css", "page_files/App.JS", "page_files/a.mjs"])
def test_what_a_browser_saves_beside_a_page_is_no_article(name):
    with pytest.raises(Refusal) as caught:
        sniff(b"body { color: red }", name)
    assert caught.value.code is RejectCode.NO_CONTENT
