"""Markdown: structure from the parser, mark-up rendered away, links and metadata apart."""

from __future__ import annotations

from pipeline.ingest.blocks import Role
from pipeline.ingest.clean import clean
from pipeline.ingest.cutting.markdown import markdown_blocks, rendered

SOURCE = """---
title: Harbour
---

# Harbour reports

## Officers take goods | 2021-05-03

Officers took *all* the [goods](https://example.com/a) of
two vendors.

tags: bribe, market

> They laughed
> at us.

* https://example.com/one
* [Video](https://example.com/two)
* A neighbour saw it

| Year | Cases |
|------|-------|
| 2021 | 17    |

***

[note]: https://example.com/note
"""


def test_blocks_know_their_role_and_text() -> None:
    blocks = [(block.role, block.reason, block.text) for block in markdown_blocks(SOURCE)]
    assert (Role.FIXED_NOISE, "metadata", "title: Harbour") in blocks
    assert (Role.TITLE, "", "Harbour reports") in blocks
    assert (Role.HEADING, "", "Officers take goods | 2021-05-03") in blocks
    assert (Role.TEXT, "", "Officers took all the goods of two vendors.") in blocks
    assert (Role.TEXT, "", "They laughed at us.") in blocks
    assert (Role.ITEM, "link", "Video") in blocks
    assert (Role.ITEM, "", "A neighbour saw it") in blocks
    assert (Role.ROW, "", "2021 | 17") in blocks
    assert (Role.FIXED_NOISE, "metadata", "***") in blocks


def test_the_span_rendered_gives_the_text() -> None:
    for block in markdown_blocks(SOURCE):
        if block.role not in (Role.FIXED_NOISE, Role.ROW):
            assert clean(rendered(SOURCE[block.start : block.end])) == block.text


def test_a_link_definition_is_resolved() -> None:
    source = "See [the note][n] of Friday.\n\n[n]: https://example.com/note\n"
    assert [block.text for block in markdown_blocks(source)] == [
        "See the note of Friday.",
        "[n]: https://example.com/note",
    ]


def test_deep_nesting_neither_crashes_nor_loses_text() -> None:
    source = ">" * 5000 + " deep"
    assert "deep" in " ".join(block.text for block in markdown_blocks(source))
