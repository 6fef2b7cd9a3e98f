"""Leaders: the same answers from memory and from the file."""

import numpy as np
import pytest

from pipeline.ingest.duplicates import store as module
from pipeline.ingest.duplicates.clusters import Clusters
from pipeline.ingest.duplicates.store import Leaders


@pytest.fixture(params=[10_000, 3, 1])
def held(request, monkeypatch):
    """How many texts stay in memory: all, a few, none."""
    monkeypatch.setattr(module, "_HELD", request.param)


@pytest.fixture
def leaders(tmp_path, held):
    found = Leaders(folder=tmp_path)
    yield found
    found.close()


def shingles(*numbers):
    return np.array(numbers, dtype=np.uint64)


def test_leaders_are_found_by_words_and_by_bands(leaders):
    for number in range(8):
        leaders.lead(f"p{number}", bytes([number]) * 16, shingles(number, 100 + number), [number, number + 1, 50])
    leaders.follow(b"x" * 16, 3)
    assert leaders.find(bytes([5]) * 16) == "p5"
    assert leaders.find(b"x" * 16) == "p2"  # numbers begin at 1
    assert leaders.find(b"y" * 16) is None
    assert leaders.sharing([60], most=5) == []
    (best,) = leaders.sharing([7, 8], most=1)
    assert best[:2] == (8, "p7")
    assert best[2].tolist() == [7, 107]


def test_those_that_share_most_come_first_then_the_earlier_ones(leaders):
    for number, bands in enumerate(([1], [1, 2], [1, 2, 3], [1, 2], [9])):
        leaders.lead(f"p{number}", bytes([number]) * 16, shingles(number), bands)
    assert [key for _, key, _ in leaders.sharing([1, 2, 3], most=10)] == ["p2", "p1", "p3", "p0"]
    assert [key for _, key, _ in leaders.sharing([1, 2, 3], most=2)] == ["p2", "p1"]


def test_clusters_do_not_depend_on_what_is_in_memory(tmp_path, monkeypatch):
    texts = [" ".join(f"word{n // 3}{letter}" for letter in "abcdefghij") + f" end {n % 2}" for n in range(60)]
    found = []
    for held in (10_000, 7):
        monkeypatch.setattr(module, "_HELD", held)
        with Clusters(threshold=0.5, folder=tmp_path) as clusters:
            found.append([clusters.assign(f"p{n}", text) for n, text in enumerate(texts)])
    assert found[0] == found[1]
    assert 1 < len(set(found[0])) < len(texts)
