"""Windows hold every token once and begin at words."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.encoders.windows import windows


def tokens(text):
    """Pieces of at most three letters, as a subword tokenizer would give."""
    return [m.span() for m in re.finditer(r"\w{1,3}|[^\w\s]", text)]


@given(st.text(alphabet="abc .,", max_size=200), st.integers(1, 12))
def test_windows_cover_all_tokens_in_order(text, room):
    spans = windows(tokens(text), text, room=room)
    assert spans[0][0] == 0 and spans[-1][1] == len(text)
    for (_, end, _), (start, _, _) in pairwise(spans):
        assert end == start
    assert sum(count for *_, count in spans) == max(1, len(tokens(text)))
    assert all(count <= max(room, 1) for *_, count in spans)


def test_a_window_begins_at_a_word():
    text = "alphabet soup kitchen window"
    for start, _, _ in windows(tokens(text), text, room=4)[1:]:
        assert text[start - 1] == " "


def test_a_short_text_is_one_window():
    assert windows(tokens("a b"), "a b", room=10) == [(0, 3, 2)]
