from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading.csv import read_table
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import BadRow
from pipeline.records import RejectCode


def table(raw: bytes, *, limit: int = 10_000, size: int = 11):
    seen: list[int] = []
    pieces = (raw[i : i + size] for i in range(0, len(raw), size))
    rows = list(read_table(pieces, head=raw, limit=limit, seen=seen.append))
    assert sum(seen) == len(rows)
    return rows


def shape(rows):
    return [
        (row.number, str(row.refusal.code) if isinstance(row, BadRow) else tuple(row.values.values())) for row in rows
    ]


def test_cells_stay_the_strings_they_are():
    rows = table(b'id,text\n007,NA\n1e3,"None, or ""null"""\n,"two\nlines"\n')
    assert shape(rows) == [
        (2, ("007", "NA")),
        (3, ("1e3", 'None, or "null"')),
        (4, ("", "two\nlines")),
    ]


def test_delimiters_are_found():
    for delimiter in ",;\t|":
        rows = table(f"id{delimiter}text\n1{delimiter}a b\n".encode())
        assert shape(rows) == [(2, ("1", "a b"))]


def test_a_quote_that_is_never_closed_costs_its_own_row_only():
    rows = table(b'id,text\n1,"open\n2,b\n3,c\n')
    assert shape(rows) == [(2, "CSV_SYNTAX"), (3, ("2", "b")), (4, ("3", "c"))]


def test_reading_resumes_at_the_next_whole_record():
    rows = table(b'id,text\n1,"He said "no" to them\nand, then, left",\n2,"fine\nhere"\n3,c\n')
    assert shape(rows) == [(2, "CSV_SYNTAX"), (4, ("2", "fine\nhere")), (6, ("3", "c"))]
    assert "lines 2 to 3" in rows[0].refusal.reason


def test_a_ragged_row_costs_one_row():
    rows = table(b"id,text\n1\n2,b,c\n3,d\n")
    assert shape(rows) == [(2, "CSV_RAGGED"), (3, "CSV_RAGGED"), (4, ("3", "d"))]
    assert "3 cells, the header has 2" in rows[1].refusal.reason


def test_old_mac_line_ends_and_byte_order_marks():
    assert shape(table(b"\xef\xbb\xbfid,text\r1,a\r2,b\r")) == [(2, ("1", "a")), (3, ("2", "b"))]
    assert list(table(b"\xef\xbb\xbftext\r\na\r\n")[0].values) == ["text"]


def test_other_encodings_are_settled_per_row():
    rows = table("id,text\n1,Le café est fermé.\n2,Zoë\n".encode("cp1252"))
    assert [row.values["text"] for row in rows] == ["Le café est fermé.", "Zoë"]
    assert rows[0].encoding == "cp1252 (guessed)"


def test_long_cells_are_read_and_the_shared_limit_is_put_back():
    before = csv.field_size_limit()
    (row,) = table(b"text,n\n" + b"x" * 200_000 + b",1\n", limit=300_000)
    assert len(row.values["text"]) == 200_000
    assert csv.field_size_limit() == before


def test_a_record_over_the_limit_does_not_swallow_the_file():
    rows = table(b'id,text\n1,"' + b"x\n" * 9000 + b"2,b\n", limit=1000)
    assert shape(rows) == [(2, "CSV_SYNTAX"), (9002, ("2", "b"))]


def test_damage_in_the_stream_is_told_after_the_rows_before_it():
    def pieces():
        yield b"id,text\n1,a\n2,b\n3,"
        raise Refusal(RejectCode.GZIP_TRUNC, "damaged", "get it again")

    rows = []
    try:
        for row in read_table(pieces(), head=b"id,text\n1,a", limit=99, seen=lambda count: None):
            rows.append(row)
    except Refusal as refusal:
        assert refusal.code is RejectCode.GZIP_TRUNC
        assert shape(rows) == [(2, ("1", "a")), (3, ("2", "b")), (4, "GZIP_TRUNC")]
    else:
        raise AssertionError("the damage was not told")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_rows_that_add_up(raw):
    table(raw)


@settings(deadline=None)
@given(st.text(alphabet='a,"\n\r;é', max_size=60))
def test_any_quotes_give_rows_that_add_up(text):
    table(b"id,text\n" + text.encode())


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS.filter(str.strip), CELLS), max_size=6))
def test_what_was_written_is_read(records):
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("id", "text"), *records])
    rows = table(file.getvalue().encode())
    assert [tuple(row.values.values()) for row in rows] == records


def test_a_table_without_a_header_loses_no_line_silently():
    rows = table(b"Anna told us,the guards came\nBo left town,nobody asked\none too few\n")
    assert shape(rows) == [(1, "FIELD_MISSING"), (2, "FIELD_MISSING"), (3, "FIELD_MISSING")]
    assert not any("Anna" in row.refusal.reason for row in rows)
    assert "first line that names the columns" in rows[0].refusal.remedy
    assert shape(table(b"Body Text,Seen On\na,b\n")) == [(2, ("a", "b"))]
