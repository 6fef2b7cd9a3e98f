"""The cache gives back what was put in, for the same encoder and text only."""

import multiprocessing
import sqlite3
import stat

import numpy as np
import pytest

from pipeline.encoders import cache as cache_module
from pipeline.encoders.cache import CachedEncoder, VectorCache
from pipeline.encoders.encoder import Encoded
from pipeline.errors import UsageError, WriteError


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


class Wide(Counting):
    """Vectors of a kibibyte."""

    def encode(self, texts, *, watch=None, progress=None):
        found = super().encode(texts, watch=watch, progress=progress)
        return Encoded(np.repeat(found.vectors[:, :1], 256, axis=1), found.windows)


def test_the_vectors_used_last_stay_when_the_cache_is_full(tmp_path, monkeypatch):
    monkeypatch.setenv("THEMES_CACHE_MIB", "1")
    cache = VectorCache(tmp_path)
    early, late = [f"early {n}" for n in range(300)], [f"late {n}" for n in range(300)]
    for hour, texts in ((1, early), (2, late), (3, early[:100]), (4, [f"more {n}" for n in range(400)])):
        monkeypatch.setattr(cache_module, "_hour", lambda hour=hour: hour)
        CachedEncoder(Wide(), cache=cache).encode(texts)
    assert cache.size() <= cache.cap == 1 << 20
    asked = Wide()
    CachedEncoder(asked, cache=cache).encode(early[:100])
    assert asked.asked == []  # used in hour 3
    CachedEncoder(asked, cache=cache).encode(early[100:])
    assert len(asked.asked) == 200  # used in hour 1


def test_a_cache_over_several_encoders_keeps_to_one_cap(tmp_path, monkeypatch):
    monkeypatch.setenv("THEMES_CACHE_MIB", "1")
    cache = VectorCache(tmp_path)
    for hour, name in enumerate("abc"):
        monkeypatch.setattr(cache_module, "_hour", lambda hour=hour: hour)
        CachedEncoder(Wide(identity=name * 64), cache=cache).encode([f"text {n}" for n in range(500)])
    assert cache.size() <= cache.cap
    last = Wide(identity="c" * 64)
    CachedEncoder(last, cache=cache).encode([f"text {n}" for n in range(500)])
    assert last.asked == []


def test_a_cache_of_an_earlier_version_is_used_and_counts_as_old(tmp_path, monkeypatch):
    cache = VectorCache(tmp_path)
    CachedEncoder(Counting(), cache=cache).encode(["one", "two"])
    (path,) = cache.folder.glob("*.sqlite")
    with sqlite3.connect(path) as base:
        base.execute("DROP TABLE uses")
    base.close()
    again = Counting()
    CachedEncoder(again, cache=cache).encode(["one", "two"])
    assert again.asked == []
    with sqlite3.connect(path) as base:
        assert base.execute("SELECT count(*) FROM uses").fetchone() == (2,)
    base.close()


def test_a_use_is_written_once_an_hour(tmp_path, monkeypatch):
    cache = VectorCache(tmp_path)
    CachedEncoder(Counting(), cache=cache).encode(["one"])
    written = []

    class Watched(sqlite3.Connection):
        def executemany(self, query, rows):
            rows = list(rows)
            written.extend(rows)
            return super().executemany(query, rows)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, factory=Watched, **kwargs))
    CachedEncoder(Counting(), cache=cache).encode(["one"])
    assert written == []
    monkeypatch.setattr(cache_module, "_hour", lambda: 10**7)
    CachedEncoder(Counting(), cache=cache).encode(["one"])
    assert len(written) == 1


@pytest.mark.parametrize("given", ["0", "-3", "much", "nan", "inf"])
def test_a_cap_that_is_none_is_refused(tmp_path, monkeypatch, given):
    monkeypatch.setenv("THEMES_CACHE_MIB", given)
    with pytest.raises(UsageError, match=f"THEMES_CACHE_MIB.*{given}"):
        CachedEncoder(Counting(), cache=VectorCache(tmp_path)).encode(["text"])


def test_a_damaged_file_is_told_with_what_to_do(tmp_path):
    cache = VectorCache(tmp_path)
    CachedEncoder(Counting(), cache=cache).encode(["text"])
    for path in cache.files():
        path.write_bytes(b"no database at all" * 100)
    with pytest.raises(WriteError, match="themes cache clear"):
        CachedEncoder(Counting(), cache=cache).encode(["text"])


def _fill(folder, name, barrier):
    barrier.wait()
    cached = CachedEncoder(Counting(), cache=VectorCache(folder))
    for first in range(0, 200, 10):
        cached.encode([f"{name} {n}" for n in range(first, first + 10)] + [f"both {n}" for n in range(first)])


def test_two_processes_can_write_at_once(tmp_path):
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(2)
    runs = [context.Process(target=_fill, args=(tmp_path, name, barrier)) for name in ("one", "two")]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0]
    assert VectorCache(tmp_path).entries() == 200 + 200 + 190


def test_progress_counts_through_all_new_texts(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_module, "_CHUNK", 3)
    told = []

    class Telling(Counting):
        def encode(self, texts, *, watch=None, progress=None):
            found = super().encode(texts, watch=watch)
            progress("encode", len(texts), len(texts))
            return found

    cached = CachedEncoder(Telling(), cache=VectorCache(tmp_path))
    cached.encode([f"text {n}" for n in range(7)], progress=lambda stage, done, total: told.append((done, total)))
    assert told == [(0, 7), (3, 7), (6, 7), (7, 7)]
