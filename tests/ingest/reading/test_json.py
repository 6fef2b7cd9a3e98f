from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading.json import parse_json, read_json, read_json_lines
from pipeline.ingest.reading.refusal import Refusal
from pipeline.ingest.reading.rows import BadRow, Row
from pipeline.records import RejectCode


def lines(raw: bytes, *, limit: int = 1000, size: int = 7):
    seen: list[int] = []
    pieces = (raw[i : i + size] for i in range(0, len(raw), size))
    rows = list(read_json_lines(pieces, head=raw, limit=limit, seen=seen.append))
    assert sum(seen) == len(rows)
    return rows


def document(raw: bytes):
    seen: list[int] = []
    rows = list(read_json(raw, is_article=lambda value: isinstance(value.get("text"), str), seen=seen.append))
    assert sum(seen) == len(rows)
    return rows


def codes(rows):
    return [row.refusal.code if isinstance(row, BadRow) else None for row in rows]


def test_one_bad_line_costs_one_line():
    raw = b'{"text": "one"}\n\n{"text": "tw\n[1, 2]\n{"text": "five"}'
    rows = lines(raw)
    assert codes(rows) == [None, RejectCode.JSON_SYNTAX, RejectCode.JSON_NOT_OBJECT, None]
    assert [row.number for row in rows] == [1, 3, 4, 5]
    assert [raw[row.byte_offset :][:1] for row in rows] == [b"{", b"{", b"[", b"{"]


def test_only_line_feeds_end_lines():
    text = "a\u2028b\x0bc\x1cd\u0085e"
    (row,) = lines(json.dumps({"text": text}, ensure_ascii=False).encode() + b"\r\n")
    assert row.values == {"text": text}


def test_a_line_over_the_limit_is_let_go_and_the_next_is_read():
    rows = lines(b'{"text": "' + b"x" * 5000 + b'"}\n{"text": "short"}\n')
    assert codes(rows) == [RejectCode.TOO_BIG, None]
    assert rows[1].number == 2


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    assert codes(lines(b'\xef\xbb\xbf{"text": "x"}')) == [None]


def test_numbers_that_are_none_do_not_cost_the_article():
    assert parse_json('{"a": NaN, "b": -Infinity, "text": "x"}') == {"a": None, "b": None, "text": "x"}
    assert parse_json('{"n": ' + "9" * 6000 + "}")["n"] == "9" * 6000


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[" * 100_000, '{"a": ' * 100_000, "{'a': 1}", "", "{}x"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(Refusal) as caught:
        parse_json(text)
    assert caught.value.code is RejectCode.JSON_SYNTAX


def test_messages_do_not_quote_the_text():
    with pytest.raises(Refusal) as caught:
        parse_json('{"text": "the witness said" oops}')
    assert "witness" not in str(caught.value)


def test_an_array_gives_its_elements_up_to_the_damage():
    raw = '[{"text": "é"}, 5, {"text": "b"}, {"text": '.encode()
    rows = document(raw)
    assert codes(rows) == [None, RejectCode.JSON_NOT_OBJECT, None, RejectCode.JSON_SYNTAX]
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert raw[rows[2].byte_offset :].startswith(b'{"text": "b"}')


def test_an_object_is_one_article_or_a_wrapper():
    (row,) = document(b'{"text": "x", "related": [{"text": "y"}]}')
    assert row.number == 0
    rows = document(b'{"status": "ok", "n": [1], "articles" : [{"text": "x"}, {"text": "y"}], "z": 1}')
    assert [row.values["text"] for row in rows] == ["x", "y"]


def test_an_empty_array_has_no_rows():
    assert document(b" [ ] ") == []


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_give_rows_that_add_up(raw, size):
    rows = lines(raw, size=size)
    blank = [line for line in raw.split(b"\n") if not line.removeprefix(b"\xef\xbb\xbf").strip()]
    assert len(rows) >= len(raw.split(b"\n")) - len(blank)
    assert all(isinstance(row, Row | BadRow) for row in document(raw))


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3), max_size=5))
def test_what_was_written_is_read(records):
    raw = "".join(json.dumps(record) + "\n" for record in records).encode()
    assert [row.values for row in lines(raw)] == records
