"""Shares by held-out labels: what is counted, and what is refused."""

import dataclasses

import numpy as np
import pytest

from pipeline.prevalence.estimate import HeldOutLabels, estimate_from_held_out
from pipeline.tagging.reader import YES, open_tags
from tests.support.simulated import simulated, write_tags

THEMES = ("bribery", "crackdowns")


@pytest.fixture
def labels():
    known = simulated(9, shares=(0.2, 0.2), count=1000)
    return HeldOutLabels(known.truth.astype(np.int8), known.bands == YES, known.stories)


def rows(count):
    return [
        {
            "scores": [0.9, 0.1],
            "bands": [2, 1],
            "cluster_id": f"p{number - number % 2:020x}",
            "article_cluster_id": f"a{number // 5:020x}",
            "publisher": "Lake Courier" if number < 80 else "",
        }
        for number in range(count)
    ]


def test_near_duplicates_count_once_unless_each_is_asked_for(tmp_path, labels):
    dump = open_tags(write_tags(tmp_path / "tags", rows(100), themes=THEMES, part=13))
    once, each = estimate_from_held_out(dump, labels), estimate_from_held_out(dump, labels, copies=True)
    assert [(one.theme, one.units, one.tagged) for one in once.shares] == [("bribery", 50, 50), ("crackdowns", 50, 0)]
    assert [one.units for one in each.shares] == [100, 100]
    assert (once.copies, each.copies) == (False, True)


def test_values_of_a_column_add_up_and_small_ones_are_told(tmp_path, labels):
    dump = open_tags(write_tags(tmp_path / "tags", rows(100), themes=THEMES))
    whole, unknown, courier = estimate_from_held_out(dump, labels, by="publisher").shares[:3]
    assert [one.value for one in (whole, unknown, courier)] == [None, "", "Lake Courier"]
    assert whole.units == unknown.units + courier.units == 50
    assert unknown.share.why == "too few: 10 paragraphs"
    assert courier.share.why != unknown.share.why


def test_one_long_story_is_too_little(tmp_path, labels):
    same = [row | {"article_cluster_id": "a1", "cluster_id": f"p{n:020x}"} for n, row in enumerate(rows(40))]
    dump = open_tags(write_tags(tmp_path / "tags", same, themes=THEMES))
    assert estimate_from_held_out(dump, labels).shares[0].share.why == "too few: 40 paragraphs of 1 stories"


def test_an_empty_dump_has_no_shares(tmp_path, labels):
    dump = open_tags(write_tags(tmp_path / "tags", [], themes=THEMES))
    assert estimate_from_held_out(dump, labels).shares[0].share.why == "too few: 0 paragraphs"


def test_the_same_numbers_every_time_and_apart_by_value(labels):
    dump = simulated(3, shares=(0.3, 0.1), count=3000)
    years = np.where(dump.truth[:, 0] | (np.arange(3000) % 2 == 0), "2024-01-01", "2025-01-01")
    dump = dataclasses.replace(dump, dates=years)
    first = estimate_from_held_out(dump, labels, by="date:year")
    assert first == estimate_from_held_out(dump, labels, by="date:year")
    whole, early, late = first.shares[:3]
    assert early.share.low > whole.share.value > late.share.high
    assert first.as_dict()["shares"][1]["value"] == "2024"


def test_a_part_says_nothing_where_the_whole_dump_cannot_be_corrected(labels):
    rows, hit = 3000, (labels.decisions & (labels.answers == 1)).sum() / (labels.answers == 1).sum()
    dump = simulated(3, shares=(0.3, 0.1), count=rows)
    small = np.arange(rows) % 10 == 0  # a tenth has a share of tags that could be true, all others are tagged
    untagged = small & (np.arange(rows) % 100 >= 100 * hit * 0.5)
    bands = np.where(untagged[:, None], 0, np.full(dump.bands.shape, YES)).astype(np.int8)
    dates = np.where(small, "2024-01-01", "2025-01-01")
    whole, part, other = estimate_from_held_out(
        dataclasses.replace(dump, bands=bands, dates=dates), labels, by="date:year"
    ).shares[:3]
    assert "err differently here" in whole.share.why
    assert "err differently here" in other.share.why
    assert part.share.value is None
    assert part.share.why == "cannot be corrected: nor can the whole dump"
