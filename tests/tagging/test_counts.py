"""Counting once agrees with counting in sets."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Article, Kind, Media, Paragraph, Source
from pipeline.tagging.counts import Stories
from pipeline.tagging.rows import Taggable

_PARAGRAPH = st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))


def _item(cluster, story):
    article = Article("a", Source("a.txt"), "text", Media.TEXT, "s", "f")
    return Taggable(Paragraph("p", "a", 1, Kind.BODY, "", "text", 0, 4, f"p{cluster}"), article, f"a{story}")


@settings(max_examples=50)
@given(st.lists(st.lists(_PARAGRAPH, max_size=8), max_size=4))
def test_counts_are_those_of_sets(chunks):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, Stories(Path(folder), themes=2) as stories:
        for chunk in chunks:
            bands = np.array([row[2:] for row in chunk], dtype=np.int8).reshape(len(chunk), 2)
            stories.add([_item(row[0], row[1]) for row in chunk], bands)
        every = [row for chunk in chunks for row in chunk]
        for theme, count in enumerate(stories.themes()):
            yes = [row for row in every if row[2 + theme] == 2]
            review = [row for row in every if row[2 + theme] == 1]
            assert count.as_dict() == {
                "paragraphs": len(yes),
                "distinct_paragraphs": len({row[0] for row in yes}),
                "stories": len({row[1] for row in yes}),
                "review": len(review),
                "distinct_review": len({row[0] for row in review}),
            }
        assert stories.total().paragraphs == len(every)
        assert stories.to_read == sum(any(row[2:]) for row in every)
        assert stories.total().stories == len({row[1] for row in every})
