"""Which rows a model may be measured on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.unseen_rows import origin_of
from pipeline.learning.held_out import HeldOut, row_key


def kept(words, fold):
    """Held-out rows of a model that was trained on these words, each a story of its own."""
    count = len(words)
    return HeldOut(
        keys=tuple(map(row_key, words)),
        groups=np.arange(count),
        fold=np.array(fold, dtype=np.int64),
        answers=np.zeros((count, 1), dtype=np.int8),
        logits=np.zeros((count, 1)),
    )


def origin(words, groups, held_out):
    return origin_of(list(map(row_key, words)), groups=np.array(groups), held_out=held_out)


def test_trained_rows_their_companions_and_new_rows():
    found = origin(["a", "b", "c", "d"], [0, 0, 1, 2], kept(["x", "a", "d"], [0, 1, 0]))
    assert found.live.tolist() == [False, False, True, False]
    assert found.held_out.tolist() == [1, -1, -1, 2]
    assert found.usable.tolist() == [True, False, True, True]


def test_stories_that_were_joined_since_have_no_honest_score():
    """a and b stood in different folds; each fold's model saw the other."""
    found = origin(["a", "b", "c"], [0, 0, 1], kept(["a", "b", "c"], [0, 1, 1]))
    assert found.usable.tolist() == [False, False, True]


def test_a_model_that_does_not_say_is_scored_live():
    found = origin(["a", "b"], [0, 1], None)
    assert found.live.all() and (found.held_out == -1).all()


def test_no_rows():
    assert origin([], np.zeros(0, dtype=np.int64), kept(["a"], [0])).usable.tolist() == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6)), min_size=1, max_size=30), st.sets(st.integers(0, 20)))
def test_a_live_row_shares_no_group_with_a_trained_one(rows, trained):
    words, groups = [str(word) for word, _ in rows], [group for _, group in rows]
    names = [str(word) for word in sorted(trained)]
    found = origin(words, groups, kept(names, [place % 3 for place in range(len(names))]))
    dirty = {group for word, group in zip(words, groups, strict=True) if word in names}
    for word, group, live, place in zip(words, groups, found.live, found.held_out, strict=True):
        assert live == (group not in dirty)
        assert place < 0 or names[place] == word
