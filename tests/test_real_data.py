"""Every row of real dumps goes through tagging with counts that add up (a fake encoder stands in for speed)."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.tagging import tag
from tests.support.fakes import fake_model

DATA = Path(__file__).parents[2] / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data at {DATA}; it is not part of the project")


@pytest.mark.parametrize(("name", "rows"), [("hrdsattack", 500), ("pb2020", 1340 + 44), ("samples", 2)])
def test_rows_in_are_tagged_rejected_or_skipped(name, rows, tmp_path):
    summary = tag(fake_model(("bribery", "crackdowns")), [DATA / name], out=tmp_path / "out")
    licence = (DATA / name / "LICENSE").exists()
    assert summary.rows.rows_in == rows + licence
    assert summary.rows.rejected == 0
    assert summary.rows.tagged + summary.rows.skipped == summary.rows.rows_in
    tags = sum(pq.read_metadata(part).num_rows for part in (tmp_path / "out" / "tags").glob("*.parquet"))
    assert tags == 2 * summary.paragraphs > 0
    left_out = [json.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").read_text().splitlines()]
    assert len(left_out) == summary.rows.skipped
    assert {row["code"] for row in left_out} <= {"DUPLICATE", "EMPTY", "NO_CONTENT"}
