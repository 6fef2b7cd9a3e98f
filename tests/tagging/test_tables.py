"""The documented columns are the columns, and a record becomes the row that docs/output.md describes."""

import re
from pathlib import Path

import numpy as np
import pytest

from pipeline.learning.calibration import Decider
from pipeline.model.theme_model import Scored
from pipeline.records import Article, Kind, Media, Paragraph, RejectCode, Rejected, Source
from pipeline.tagging.evidence import EVIDENCE
from pipeline.tagging.rows import (
    LISTING,
    NOISE,
    PARAGRAPHS,
    TAGS,
    Taggable,
    listing_rows,
    noise_rows,
    paragraph_rows,
    rejected_row,
    tag_rows,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "output.md"
SECTIONS = {
    "paragraphs": PARAGRAPHS,
    "tags": TAGS,
    "evidence": EVIDENCE,
    "noise": NOISE,
    "What `themes paragraphs --out FILE` writes": LISTING,
}


def _documented(heading):
    section = re.split(r"^## ", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(heading + "\n")]
    return re.findall(r"^\| `(\w+)` \| (\w+) \| .+ \|$", text, flags=re.MULTILINE)


def _item(kind=Kind.BODY, flags=(), text="The patrol took money."):
    source = Source("news.zip", member="a/b.jsonl", row=7)
    article = Article(
        "a1", source, "text", Media.TEXT, "a" * 64, "f" * 64, title="=T", language="en", external_id="x-9"
    )
    reason = "share" if kind is Kind.NOISE else ""
    return Taggable(Paragraph("p1", "a1", 3, kind, reason, text, 4, 9, "p0", flags), article, "a0")


@pytest.mark.parametrize("heading", SECTIONS)
def test_documented_columns_are_the_arrow_schema(heading):
    schema = SECTIONS[heading].arrow()
    assert _documented(heading) == [(field.name, str(field.type).replace("float", "float32")) for field in schema]
    assert not any(field.nullable for field in schema)


def test_documented_keys_of_rejected_records_are_the_keys():
    row = rejected_row(Rejected(Source("a.csv", row=3), RejectCode.CSV_RAGGED, "r", "m", "s"), run_id="r1")
    assert [name for name, _ in _documented("rejected.jsonl")] == list(row)
    assert (row["outcome"], row["row"], row["byte_offset"]) == ("rejected", 3, -1)
    skipped = rejected_row(Rejected(Source("a.csv"), RejectCode.EMPTY, "r", "m"), run_id="r1")
    assert skipped["outcome"] == "skipped"


def test_documented_keys_of_the_manifest_are_the_keys(tmp_path):
    from pipeline.tagging import tag
    from tests.support.fakes import fake_model

    (tmp_path / "a.txt").write_text("The patrol took money at the gate of the market.\n")
    summary = tag(fake_model(("bribery",)), [tmp_path / "a.txt"], out=tmp_path / "out")
    text = DOCUMENT.read_text("utf-8").split("## run.json")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)) == set(summary.manifest)


def test_every_flag_that_the_code_can_set_is_documented():
    from pipeline.ingest.clean import remarks

    text = DOCUMENT.read_text("utf-8").split("## Flags")[1].split("\n## ")[0]
    documented = set(re.findall(r"`(\w+)`(?=.*?\|)", text))
    assert remarks("a\u200bb \u202eab\x07 p\u0430y") <= documented
    source = "".join(path.read_text("utf-8") for path in (DOCUMENT.parents[1] / "pipeline" / "ingest").glob("*.py"))
    assert set(re.findall(r'flags(?:\.add\(|\s*\|=\s*\{)"(\w+)"', source)) <= documented


def test_a_paragraph_row_holds_what_leads_back():
    (row,) = [dict(zip(PARAGRAPHS.names, values, strict=True)) for values in PARAGRAPHS.rows(_rows(_item()))]
    assert row["file"] == "news.zip"
    assert (row["member"], row["row"], row["char_start"], row["char_end"]) == ("a/b.jsonl", 7, 4, 9)
    assert (row["cluster_id"], row["article_cluster_id"], row["external_id"]) == ("p0", "a0", "x-9")
    assert (row["flags"], row["windows"], row["run_id"]) == ("", 1, "r1")


def _rows(*items, windows=1):
    return paragraph_rows(items, [windows] * len(items), run_id="r1")


def test_a_paragraph_in_several_windows_is_flagged_long():
    assert _rows(_item(flags=("bidi", "zero_width")), windows=2)["flags"] == ["bidi long zero_width"]


def test_noise_keeps_its_reason():
    rows = noise_rows([_item(Kind.NOISE)], run_id="r1")
    assert rows["reason"] == ["share"]
    assert tuple(rows) == NOISE.names


def test_the_listing_holds_all_kinds():
    rows = listing_rows([_item(), _item(Kind.NOISE)])
    assert rows["kind"] == ["body", "noise"]
    assert rows["reason"] == ["", "share"]
    assert tuple(rows) == LISTING.names


def test_tags_go_paragraph_by_paragraph_in_the_order_of_the_themes():
    scored = Scored(
        np.array([[0.25, 0.75], [0.5, 0.125]], dtype=np.float32),
        np.array([[0, 2], [2, 1]], dtype=np.int8),
        np.ones(2, dtype=np.int32),
        np.zeros((2, 2)),
    )
    same = {"model_sha256": "m", "codebook_version": "1", "run_id": "r1"}
    decider = Decider(np.ones(2), np.zeros(2), np.array([0.5, 0.7]), np.array([0.5, 0.1]))
    rows = tag_rows([_item(), _item()], scored, themes=("x", "y"), decider=decider, same=same)
    assert set(rows) == set(TAGS.names)
    assert rows["theme"] == ["x", "y", "x", "y"]
    assert rows["score"] == [0.25, 0.75, 0.5, 0.125]
    assert rows["decision"] == ["no", "yes", "yes", "review"]
    assert rows["threshold"] == np.float32([0.5, 0.7, 0.5, 0.7]).tolist()
    assert rows["floor"] == np.float32([0.5, 0.1, 0.5, 0.1]).tolist()
    assert {len(values) for values in rows.values()} == {4}


def test_text_that_no_file_can_hold_is_replaced_not_lost():
    rows = _rows(_item(text="a\ud800b\x00c"))
    assert rows["text"] == ["a\ufffdb\ufffdc"]
