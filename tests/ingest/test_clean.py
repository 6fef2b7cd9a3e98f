"""Cleaning: what a reader does not see goes, what a reader sees stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.clean import clean, remarks

ODD = st.text(
    alphabet=st.sampled_from("ab é\u0301\u200b\u200c\u200d\u202e\u00ad\ufeff\x00\x07\n\t\u2028\ud800\u06cc\u0915")
)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("  two\t\n words ", "two words"),
        ("po\u200bli\u00adce", "police"),
        ("a\x00b", "a b"),
        ("\u202eabc\u202c", "abc"),
        ("x\ud800y", "x\ufffdy"),
        ("e\u0301tat", "état"),
        ("½ ﬁne", "½ ﬁne"),
        ("می\u200cرود", "می\u200cرود"),
        ("po\u200clice", "police"),
    ],
)
def test_clean_gives_what_is_seen(source: str, seen: str) -> None:
    assert clean(source) == seen


@given(st.one_of(st.text(), ODD))
def test_clean_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("source", "flags"),
    [
        ("plain text", set()),
        ("po\u200blice", {"zero_width"}),
        ("a\u202eb", {"bidi"}),
        ("a\x07b", {"control"}),
        ("line\nbreak\ttab", set()),
        ("pоlice", {"mixed_script"}),  # a Cyrillic o
        ("police полиция αστυνομία", set()),
    ],
)
def test_remarks_tell_what_was_hidden(source: str, flags: set[str]) -> None:
    assert remarks(source) == flags
