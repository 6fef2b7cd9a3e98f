"""Reading what `themes tag` wrote: the same from every format, and only from a whole, finished run."""

import json

import numpy as np
import pytest

from pipeline.errors import DataError, MissingError, UsageError
from pipeline.prevalence.estimate import Column
from pipeline.tagging import tag
from pipeline.tagging.reader import YES, open_tags
from tests.support.fakes import fake_model
from tests.support.simulated import write_tags
from tests.support.small_dump import small_dump

THEMES = ("bribery", "crackdowns")
FORMATS = ("parquet", "jsonl", "csv")


@pytest.fixture
def dump(tmp_path):
    return small_dump(tmp_path / "dump")


def tagged(dump, out, file_format="parquet"):
    return tag(fake_model(THEMES), [str(dump)], out=out, file_format=file_format)


def read(folder, columns=()):
    return list(open_tags(folder).batches(columns))


def test_every_format_reads_the_same(dump, tmp_path):
    columns = ("text", "number", "file", "date", "row")
    first = None
    for file_format in FORMATS:
        tagged(dump, tmp_path / file_format, file_format)
        batches = read(tmp_path / file_format, columns)
        found = [
            (batch.columns, batch.scores.tolist(), batch.decisions.tolist(), batch.first.tolist()) for batch in batches
        ]
        first = first or found
        assert found == first
    assert any(text.startswith("=HYPERLINK(1)") for batch in first for text in batch[0]["text"])


def test_the_counts_are_those_of_the_run(dump, tmp_path):
    summary = tagged(dump, tmp_path / "out")
    once = np.concatenate([batch.decisions[batch.first] for batch in read(tmp_path / "out")])
    assert len(once) == summary.manifest["totals"]["distinct_paragraphs"] < summary.paragraphs
    every = np.concatenate([batch.decisions for batch in read(tmp_path / "out")])
    given = [count.paragraphs for count in summary.themes.values()]
    assert (every == YES).sum(axis=0).tolist() == given
    assert sum(given)


def test_review_is_not_a_tag(tmp_path):
    write_tags(tmp_path / "out", [{"scores": [0.4], "bands": [1]}, {"scores": [0.6], "bands": [2]}], themes=["bribery"])
    (batch,) = read(tmp_path / "out")
    assert (batch.decisions == YES).ravel().tolist() == [False, True]


def test_an_unfinished_run_is_refused(dump, tmp_path):
    tagged(dump, tmp_path / "out")
    (tmp_path / "out" / "run.json").unlink()
    with pytest.raises(DataError, match=r"not a finished run of `themes tag` \(no run.json\)"):
        open_tags(tmp_path / "out")
    with pytest.raises(MissingError, match="no such folder"):
        open_tags(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["tags/part-00000.parquet", "paragraphs/part-00000.parquet"])
def test_a_changed_part_is_refused(dump, tmp_path, name):
    tagged(dump, tmp_path / "out")
    content = bytearray((tmp_path / "out" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "out" / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{name}: changed or lost"):
        open_tags(tmp_path / "out")


def test_a_manifest_without_what_is_needed_is_refused(dump, tmp_path):
    tagged(dump, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "run.json").read_bytes())
    del manifest["model"]
    (tmp_path / "out" / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=r"incomplete .*model"):
        open_tags(tmp_path / "out")


def test_tables_that_do_not_fit_each_other_are_refused(tmp_path):
    rows = [{"scores": [0.4, 0.6], "bands": [0, 2]}]
    write_tags(tmp_path / "out", rows, themes=THEMES)
    manifest = json.loads((tmp_path / "out" / "run.json").read_bytes())
    manifest["model"]["themes"].reverse()
    (tmp_path / "out" / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(DataError, match="does not fit"):
        read(tmp_path / "out")


def test_columns_and_parts_of_dates():
    cells = {"date": ["2025-03-04", ""], "publisher": ["Lake Courier", ""]}
    assert Column.named("date:month").values(cells, rows=[0, 1]) == ["2025-03", ""]
    assert Column.named("date:year").values(cells, rows=[0]) == ["2025"]
    assert Column.named("publisher").values(cells, rows=[0]) == ["Lake Courier"]
    assert Column.named("").values(cells, rows=[0, 1]) == ["", ""]


@pytest.mark.parametrize("words", ["text", "colour", "date:week", "file:month"])
def test_what_is_no_column_is_refused(words):
    with pytest.raises(UsageError, match=f"found '{words}'"):
        Column.named(words)
    with pytest.raises(UsageError, match="did you mean 'publisher'"):
        Column.named("publishr")
