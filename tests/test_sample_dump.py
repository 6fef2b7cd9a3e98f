"""The shipped sample dump is what the demo says it is."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from pathlib import Path

import pytest

from pipeline.configuration.shipped import SAMPLE_DUMP

FILES = {
    "feeds/digest.jsonl",
    "feeds/northern-window-2025-05.jsonl.gz",
    "lake-courier-kenya.txt",
    "monitor-export.csv",
    "northern-window-2025-03-04.txt",
    "saved-pages/tisa-tribune.html",
    "saved-pages/valle-mexico.html",
    "strait-monitor.md",
}
LABELS = Path(__file__).parents[1] / "labels" / "paragraphs.jsonl"
DATA = Path(__file__).parents[2] / "shared" / "data"


def raw(name: str) -> bytes:
    return (SAMPLE_DUMP / name).read_bytes()


def text(name: str) -> str:
    if name.endswith(".gz"):
        return gzip.decompress(raw(name)).decode("utf-8")
    return raw(name).decode("cp1252" if "tisa" in name else "utf-8")


def rows(name: str) -> tuple[list[dict], list[int]]:
    good, broken = [], []
    for number, line in enumerate(text(name).splitlines(), start=1):
        try:
            good.append(json.loads(line))
        except ValueError:
            broken.append(number)
    return good, broken


def words(content: str) -> list[str]:
    return re.findall(r"[^\W_]+", content.lower().replace("’", "'"))


def runs(content: str, *, length: int = 8) -> set[tuple[str, ...]]:
    """Give every run of consecutive words."""
    found = words(content)
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


def test_the_files():
    found = {path.relative_to(SAMPLE_DUMP).as_posix() for path in SAMPLE_DUMP.rglob("*") if path.is_file()}
    assert found == FILES


def test_one_text_file_has_a_paragraph_per_line_and_one_is_wrapped():
    long = text("northern-window-2025-03-04.txt").split("\n")
    assert sum(len(line) > 200 for line in long) == 7
    assert "" not in long[:-1]
    wrapped = text("lake-courier-kenya.txt").split("\n")
    assert max(map(len, wrapped)) <= 72
    assert wrapped.count("") >= 9


def test_pages_carry_what_saved_pages_carry():
    for name in ("saved-pages/valle-mexico.html", "saved-pages/tisa-tribune.html"):
        page = text(name)
        for part in ("<title>", "<meta", "Share", "elated", "&copy;", "Photo:"):
            assert part in page, (name, part)
    assert "cookie" in text("saved-pages/valle-mexico.html")
    assert 'property="article:published_time" content="2025-02-13' in text("saved-pages/valle-mexico.html")


def test_one_page_is_windows_1252_and_says_so():
    page = raw("saved-pages/tisa-tribune.html")
    assert b"charset=windows-1252" in page
    with pytest.raises(UnicodeDecodeError):
        page.decode("utf-8")
    assert "“" in page.decode("cp1252")
    assert "&#263;" in page.decode("cp1252")


def test_the_feed_has_five_articles_and_one_broken_line():
    good, broken = rows("feeds/digest.jsonl")
    assert len(good) == 5
    assert broken == [4]
    assert all({"id", "title", "published", "source", "url", "body"} <= row.keys() for row in good)


def test_the_first_of_the_feed_is_a_reprint_with_small_changes():
    first = rows("feeds/digest.jsonl")[0][0]
    original = [line for line in text("northern-window-2025-03-04.txt").split("\n") if len(line) > 200]
    copies = first["body"].split("\n\n")
    assert len(copies) == len(original)
    assert first["title"] not in text("northern-window-2025-03-04.txt")
    assert copies != original
    for one, other in zip(original, copies, strict=True):
        mine, theirs = runs(one, length=3), runs(other, length=3)
        assert len(mine & theirs) / len(mine | theirs) >= 0.75


def test_the_table_has_three_articles_of_several_lines():
    found = list(csv.DictReader(io.StringIO(text("monitor-export.csv"), newline=""), strict=True))
    assert len(found) == 3
    assert all(row["text"].count("\n\n") >= 4 for row in found)
    assert all(None not in row and None not in row.values() for row in found)


def test_the_gzip_file_is_the_same_whenever_it_is_made():
    content = raw("feeds/northern-window-2025-05.jsonl.gz")
    assert content[4:8] == b"\0\0\0\0"  # mtime
    assert content[3] == 0  # no file name
    good, broken = rows("feeds/northern-window-2025-05.jsonl.gz")
    assert (len(good), broken) == (1, [])


def test_records_and_pages_say_that_they_are_invented():
    records = [row for name in FILES if ".jsonl" in name for row in rows(name)[0]]
    assert all(row["note"].startswith("Invented for the sample dump") for row in records)
    assert all("Invented for the sample dump" in text(name) for name in FILES if name.endswith((".html", ".csv")))


def test_nothing_in_the_dump_stands_in_the_labels():
    labelled = set().union(*(runs(json.loads(line)["text"]) for line in LABELS.read_bytes().splitlines()))
    for name in FILES:
        assert not runs(text(name)) & labelled, name


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no real articles at {DATA}")
def test_nothing_in_the_dump_is_copied_from_real_articles():
    mine = set().union(*(runs(text(name)) for name in FILES if "html" not in name))
    for path in sorted(DATA.rglob("*")):
        if path.is_file():
            shared = mine & runs(path.read_bytes().decode("utf-8", "replace").replace("\\n", "\n"))
            assert not shared, path
