"""Parquet, JSONL and CSV hold the same rows, and CSV runs nothing in a spreadsheet."""

import csv
import json

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.tagging.formats import FORMATS, file_format_named, safe_cell, table_writer
from pipeline.tagging.rows import Table, whole_unicode

TABLE = Table("things", (("name", "string"), ("count", "int64"), ("score", "float32")))
COLUMNS = {"name": ["plain", "=1+1", 'a "quote", a comma', "Straße\u2028– 警察"], "count": [1, -2, 3, 4]}
COLUMNS["score"] = [0.1, 0.5, 1 / 3, 0.0]


def _written(path, file_format, *batches):
    with table_writer(path, TABLE, file_format=file_format) as write:
        for batch in batches:
            write(batch)
    return path


def _read(path, file_format):
    if file_format == "parquet":
        return pq.read_table(path, page_checksum_verification=True).to_pylist()
    if file_format == "jsonl":
        return [json.loads(line) for line in path.read_bytes().decode("utf-8").split("\n")[:-1]]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {"name": row["name"], "count": int(row["count"]), "score": float(row["score"])}
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("file_format", FORMATS)
def test_rows_come_back(tmp_path, file_format):
    rows = _read(_written(tmp_path / "x", file_format, COLUMNS, COLUMNS), file_format)
    assert len(rows) == 8
    names = [row["name"].removeprefix("'") if file_format == "csv" else row["name"] for row in rows]
    assert names == COLUMNS["name"] * 2
    assert [row["count"] for row in rows] == COLUMNS["count"] * 2
    assert [row["score"] for row in rows] == pytest.approx(COLUMNS["score"] * 2, abs=1e-7)


def test_scores_are_the_same_number_in_all_formats(tmp_path):
    import numpy as np

    found = [
        [np.float32(row["score"]) for row in _read(_written(tmp_path / name, name, COLUMNS), name)] for name in FORMATS
    ]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_rows_give_the_same_bytes(tmp_path, file_format):
    one = _written(tmp_path / "one", file_format, COLUMNS).read_bytes()
    assert _written(tmp_path / "two", file_format, COLUMNS).read_bytes() == one


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_rows_give_a_readable_file(tmp_path, file_format):
    empty = {name: [] for name in TABLE.names}
    assert _read(_written(tmp_path / "x", file_format, empty), file_format) == []


def test_a_flipped_bit_in_a_parquet_page_is_noticed(tmp_path):
    many = {"name": [f"name {number * 7919}" for number in range(500)], "count": [0] * 500, "score": [0.5] * 500}
    path = _written(tmp_path / "x", "parquet", many)
    raw = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(0).column(0).data_page_offset
    raw[start + 200] ^= 1
    path.write_bytes(raw)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(path, page_checksum_verification=True)


@pytest.mark.parametrize("sign", list("=+-@\t\r\n＝＋－＠"))
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path, sign):
    assert safe_cell(f"{sign}cmd") == f"'{sign}cmd"
    columns = {"name": [f"{sign}cmd"], "count": [-1], "score": [0.5]}
    row = _read(_written(tmp_path / "x", "csv", columns), "csv")[0]
    assert row["name"] == f"'{sign}cmd"
    assert row["count"] == -1


@given(st.text())
def test_no_text_cell_begins_with_a_sign_that_runs(text):
    assert not str(safe_cell(text)).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert str(safe_cell(text)).removeprefix("'") in (text, text.removeprefix("'"))


def test_csv_opens_as_utf_8_in_excel(tmp_path):
    assert _written(tmp_path / "x", "csv", COLUMNS).read_bytes().startswith(b"\xef\xbb\xbfname,count,score\r\n")


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_writable_and_stays_as_it_is_when_it_can(text):
    whole = whole_unicode(text)
    whole.encode("utf-8")
    assert "\x00" not in whole
    if "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text):
        assert whole == text


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="'xlsx'; one of parquet, jsonl, csv"):
        file_format_named("xlsx")
