"""The cache gives back what was put in, for the same encoder and text only."""

import stat

import numpy as np

from pipeline.embed.cache import CachedEncoder, VectorCache
from pipeline.embed.encoder import Encoded


class Counting:
    """An encoder that remembers what it was asked."""

    def __init__(self, identity="a" * 64, shift=0.0):
        self.identity = identity
        self.shift = shift
        self.asked = []

    def encode(self, texts, *, watch=None, progress=None):
        self.asked += list(texts)
        for row, text in enumerate(texts if watch else []):
            watch(row, text)
        vectors = [[len(text) + self.shift, 1 / (1 + len(text))] for text in texts]
        return Encoded(np.array(vectors, dtype=np.float32).reshape(len(texts), -1), np.ones(len(texts), np.int32))

    def explain(self, text):
        raise NotImplementedError


def test_equal_text_is_encoded_once_within_and_across_runs(tmp_path):
    first = Counting()
    vectors = CachedEncoder(first, cache=VectorCache(tmp_path)).encode(["one", "three", "one"]).vectors
    assert sorted(first.asked) == ["one", "three"]
    second = Counting()
    again = CachedEncoder(second, cache=VectorCache(tmp_path)).encode(["three", "new text", "one"])
    assert second.asked == ["new text"]
    assert np.array_equal(again.vectors[[2, 0]], vectors[:2])


def test_another_encoder_does_not_get_these_vectors(tmp_path):
    CachedEncoder(Counting(), cache=VectorCache(tmp_path)).encode(["text"])
    other = Counting(identity="b" * 64, shift=5.0)
    assert CachedEncoder(other, cache=VectorCache(tmp_path)).encode(["text"]).vectors[0, 0] == 9.0


def test_folder_and_file_are_private(tmp_path):
    cache = VectorCache(tmp_path)
    CachedEncoder(Counting(), cache=cache).encode(["text"])
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in cache.files())


def test_size_entries_and_clear(tmp_path):
    cache = VectorCache(tmp_path)
    assert (cache.size(), cache.entries()) == (0, 0)
    CachedEncoder(Counting(), cache=cache).encode(["one", "two", "two"])
    assert cache.entries() == 2
    assert cache.size() > 0
    assert cache.clear() > 0
    assert (cache.size(), cache.entries()) == (0, 0)


def test_a_vector_that_is_not_finite_is_encoded_again(tmp_path):
    cache = VectorCache(tmp_path)
    CachedEncoder(Counting(shift=np.nan), cache=cache).encode(["text"])
    good = Counting()
    assert CachedEncoder(good, cache=cache).encode(["text"]).vectors[0, 0] == 4.0
    assert good.asked == ["text"]


def test_no_text_stands_in_the_cache(tmp_path):
    cache = VectorCache(tmp_path)
    CachedEncoder(Counting(), cache=cache).encode(["Witness Marguerite saw it"])
    assert all(b"Marguerite" not in path.read_bytes() for path in cache.files())


def test_who_watches_is_told_of_every_row_of_a_new_text_and_of_no_known_one(tmp_path):
    CachedEncoder(Counting(), cache=VectorCache(tmp_path)).encode(["known"])
    seen = {}
    texts = ["new", "known", "newer", "new"]
    CachedEncoder(Counting(), cache=VectorCache(tmp_path)).encode(texts, watch=seen.__setitem__)
    assert seen == {0: "new", 2: "newer", 3: "new"}
