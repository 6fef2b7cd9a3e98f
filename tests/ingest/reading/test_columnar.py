from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading.columnar import read_arrow, read_parquet
from pipeline.ingest.reading.fields import Fields
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import BadRow
from pipeline.records import RejectCode


def parquet(table: pa.Table) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=50)
    file.seek(0)
    return file


def read(reader, file):
    seen: list[int] = []
    rows = list(reader(file, wants=Fields({}).wants, seen=seen.append))
    assert sum(seen) == len(rows)
    return rows


TABLE = pa.table({"text": [f"row {i}" for i in range(200)], "n": list(range(200)), "title": ["t"] * 200})


def test_only_columns_that_could_mean_something_are_read():
    rows = read(read_parquet, parquet(TABLE))
    assert [row.number for row in rows] == list(range(1, 201))
    assert rows[4].values == {"text": "row 4", "title": "t"}
    assert rows[4].names == ["text", "n", "title"]


def test_rows_are_counted_even_when_no_column_fits():
    rows = read(read_parquet, parquet(pa.table({"a": [1, 2, 3]})))
    with pytest.raises(Refusal) as caught:
        Fields({}).find(rows[0])
    assert (len(rows), caught.value.code) == (3, RejectCode.FIELD_MISSING)


@pytest.mark.parametrize("opened", [pa.ipc.new_file, pa.ipc.new_stream])
def test_arrow_files_and_streams_are_read(opened):
    file = io.BytesIO()
    with opened(file, TABLE.schema) as writer:
        writer.write_table(TABLE)
    file.seek(0)
    assert [row.values["text"] for row in read(read_arrow, file)] == TABLE["text"].to_pylist()


def test_a_cell_that_is_no_utf_8_costs_one_row():
    column = pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary()).view(pa.string())
    rows = read(read_parquet, parquet(pa.table({"text": column})))
    assert [isinstance(row, BadRow) for row in rows] == [False, True, False]
    assert rows[1].refusal.code is RejectCode.PARQUET


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_damage_gives_rows_and_refusals_only(at, value):
    raw = bytearray(parquet(TABLE).getvalue())
    raw[at % len(raw)] = value
    try:
        rows = read(read_parquet, io.BytesIO(raw))
    except Refusal as refusal:
        assert refusal.code is RejectCode.PARQUET
    else:
        assert all(not isinstance(row, BadRow) or row.refusal.code is RejectCode.PARQUET for row in rows)
