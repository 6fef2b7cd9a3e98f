"""Records and their hash."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import RejectCode, Source, digest


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_different_parts_have_different_digests(one, two):
    assert (digest(*one) == digest(*two)) == (one == two)


def test_parts_do_not_run_into_each_other():
    assert digest("ab", "c") != digest("a", "bc")


def test_a_place_reads_as_a_person_would_write_it():
    assert str(Source("news.zip", "may.jsonl", 17)) == "news.zip!may.jsonl:17"
    assert str(Source("a.txt")) == "a.txt"


def test_records_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Source("a").file = "b"


def test_only_rows_with_nothing_to_tag_are_skipped():
    assert {code for code in RejectCode if code.skipped} == {
        RejectCode.EMPTY,
        RejectCode.DUPLICATE,
        RejectCode.NO_CONTENT,
    }
