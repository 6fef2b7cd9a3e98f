"""Near-duplicates: reprints share a cluster, different texts do not, and no pair is missed."""

from __future__ import annotations

import random
import stat
from pathlib import Path

import pytest

from pipeline.ingest.duplicates.clusters import Clusters, banding, groups
from pipeline.ingest.duplicates.shingles import jaccard, shingles
from pipeline.ingest.words import words

VOCABULARY = [f"word{number}" for number in range(400)]


def sentence(seed: int, *, length: int = 60) -> list[str]:
    return random.Random(seed).choices(VOCABULARY, k=length)


def similarity(one: str, two: str) -> float:
    return jaccard(shingles(words(one)), shingles(words(two)))


STORY = " ".join(sentence(1))
REPRINT = " ".join([*sentence(1)[:58], "changed", "ending"])
OTHER = " ".join(sentence(2))


def test_a_reprint_gets_the_key_of_the_first() -> None:
    assert similarity(STORY, REPRINT) > 0.75
    with Clusters(threshold=0.75) as clusters:
        assert clusters.assign("a", STORY) == "a"
        assert clusters.assign("b", OTHER) == "b"
        assert clusters.assign("c", REPRINT) == "a"
        assert clusters.assign("d", STORY.upper().replace(" ", ",  ")) == "a"
        assert clusters.assign("e", REPRINT) == "a"


def test_short_texts_are_one_only_when_their_words_are_equal() -> None:
    with Clusters(threshold=0.1) as clusters:
        assert clusters.assign("a", "Two officers were dismissed.") == "a"
        assert clusters.assign("b", "Two officers were suspended.") == "b"
        assert clusters.assign("c", "two officers were dismissed") == "a"
        assert clusters.assign("d", "***") == "d"
        assert clusters.assign("e", "—") == "e"
        assert clusters.assign("f", "***") == "d"


def test_the_most_alike_leader_wins_and_of_equals_the_first() -> None:
    base = sentence(3)
    near, nearer = [*base[:48], *sentence(4)[:12]], [*base[:57], *sentence(5)[:3]]
    with Clusters(threshold=0.6) as clusters:
        assert clusters.assign("near", " ".join(near)) == "near"
        wanted = "near" if similarity(" ".join(near), " ".join(nearer)) >= 0.6 else "nearer"
        assert clusters.assign("nearer", " ".join(nearer)) == wanted
        found = clusters.assign("base", " ".join(base))
    assert found == wanted


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.75, 0.9, 1.0])
def test_the_bands_find_pairs_at_the_threshold(threshold: float) -> None:
    rows, bands = banding(threshold)
    assert rows * bands <= 64
    assert 1 - (1 - threshold**rows) ** bands >= 0.995 - 1e-12


def test_pairs_above_the_threshold_are_found_in_practice() -> None:
    missed = pairs = 0
    with Clusters(threshold=0.75) as clusters:
        for seed in range(300):
            base = sentence(1000 + seed, length=80)
            place = 10 + seed % 60
            text, copy = " ".join(base), " ".join([*base[:place], "new", *base[place + 1 :]])
            assert similarity(text, copy) >= 0.75
            clusters.assign(f"{seed}", text)
            missed += clusters.assign(f"{seed}-copy", copy) != f"{seed}"
            pairs += 1
    assert missed <= 0.01 * pairs


def test_the_same_stream_gives_the_same_clusters() -> None:
    texts = [" ".join(sentence(seed // 2)[: 50 + seed % 3]) for seed in range(100)]
    runs = []
    for _ in range(2):
        with Clusters(threshold=0.75) as clusters:
            runs.append([clusters.assign(str(place), text) for place, text in enumerate(texts)])
    assert runs[0] == runs[1]


def test_the_file_is_private_and_deleted(tmp_path: Path) -> None:
    with Clusters(threshold=0.75, folder=tmp_path / "work") as clusters:
        clusters.assign("a", STORY)
        (file,) = (tmp_path / "work").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list((tmp_path / "work").iterdir()) == []


def test_the_file_is_deleted_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Clusters(threshold=0.75, folder=tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_texts_without_spaces_between_words_are_compared_too() -> None:
    text = "警察在周五晚上拘留了三名记者并没收了他们的手机和相机"
    with Clusters(threshold=0.75) as clusters:
        clusters.assign("a", text)
        assert clusters.assign("b", text + "。他") == "a"


def test_groups_join_every_pair_and_chains() -> None:
    base = sentence(9, length=60)
    chain = [" ".join([*base[: 60 - 5 * step], *sentence(50 + step)[: 5 * step]]) for step in range(3)]
    texts = [OTHER, *chain, "Short one.", "short ONE", STORY, REPRINT]
    found = groups(texts, threshold=0.7)
    assert found == [0, 1, 1, 1, 4, 4, 6, 6]


def test_groups_miss_no_pair() -> None:
    texts = [" ".join(sentence(seed % 40)[seed % 7 : 50 + seed % 5]) for seed in range(120)]
    found = groups(texts, threshold=0.75)
    for one in range(len(texts)):
        for two in range(one):
            if similarity(texts[one], texts[two]) >= 0.75:
                assert found[one] == found[two]
