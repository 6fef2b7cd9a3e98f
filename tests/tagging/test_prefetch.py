"""Reading ahead and writing behind: same order, bounded, errors as they are, no thread left."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from threading import Event

import pytest

from pipeline.errors import WriteError
from pipeline.tagging import run, tag
from pipeline.tagging.prefetch import Behind, reading_ahead
from pipeline.tagging.shards import chunks
from tests.support.fakes import FakeEncoder, fake_model


class _StopError(BaseException):
    """Not an Exception: as Ctrl-C is none."""


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_items_come_in_order_and_only_a_few_ahead():
    made = []

    def numbers():
        for number in range(20):
            made.append(number)
            yield number

    seen = []
    for number in reading_ahead(numbers(), stop=Event(), pieces=2):
        assert len(made) <= number + 4
        seen.append(number)
    assert seen == list(range(20))


def test_the_generator_lives_in_one_other_thread_from_first_to_last():
    threads = []

    def items():
        threads.append(threading.current_thread())
        try:
            for number in range(100):
                threads.append(threading.current_thread())
                yield number
        finally:
            threads.append(threading.current_thread())

    stop = Event()
    with closing(reading_ahead(items(), stop=stop)) as ahead:
        assert next(ahead) == 0
    assert len(set(threads)) == 1
    assert threads[0] is not threading.current_thread()
    assert len(threads) < 10
    assert stop.is_set()


@pytest.mark.parametrize("error", [ValueError("x"), _StopError()])
def test_an_error_of_the_reader_comes_after_the_items_before_it(error):
    def items():
        yield 1
        yield 2
        raise error

    seen = []
    with pytest.raises(type(error)) as caught:
        for item in reading_ahead(items(), stop=Event()):
            seen.append(item)
    assert caught.value is error
    assert seen == [1, 2]


def test_pieces_are_worked_on_in_order_in_another_thread():
    done = []
    with Behind(lambda piece: done.append((piece, threading.current_thread()))) as writer:
        for piece in range(10):
            writer.add(piece)
    assert [piece for piece, _ in done] == list(range(10))
    assert {thread for _, thread in done} != {threading.current_thread()}


def test_nothing_is_done_after_the_piece_that_failed():
    done = []

    def work(piece):
        if piece == 2:
            raise WriteError("here", "the disk is full", "free some space")
        done.append(piece)

    with pytest.raises(WriteError, match="the disk is full"), Behind(work) as writer:
        for piece in range(10):
            writer.add(piece)
    assert done == [0, 1]


def test_the_last_piece_can_fail_too():
    def work(piece):
        raise _StopError

    with pytest.raises(_StopError), Behind(work) as writer:
        writer.add(1)


def test_an_error_of_the_block_is_told_and_what_was_handed_over_is_done():
    done = []

    def work(piece):
        time.sleep(0.05)
        done.append(piece)

    with pytest.raises(KeyboardInterrupt), Behind(work) as writer:
        writer.add(1)
        raise KeyboardInterrupt
    assert done == [1]


@pytest.fixture
def dump(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "chunks", lambda cuts: chunks(cuts, size=2))
    folder = tmp_path / "dump"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(f"Patrol {number} asked for bribery at the gate.\n")
    return folder


def test_ctrl_c_while_a_chunk_is_scored_leaves_a_run_that_goes_on(dump, tmp_path):
    class Interrupted(FakeEncoder):
        def encode(self, texts, **kwargs):
            if self.texts >= 4:
                raise KeyboardInterrupt
            return super().encode(texts, **kwargs)

    out, whole = tmp_path / "out", tmp_path / "whole"
    with pytest.raises(KeyboardInterrupt):
        tag(fake_model(("bribery",), encoder=Interrupted()), [dump], out=out)
    assert not list(out.glob(".scratch*"))
    summary = tag(fake_model(("bribery",)), [dump], out=out)
    assert summary.kept_chunks == 2
    tag(fake_model(("bribery",)), [dump], out=whole)
    names = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert all((whole / name).read_bytes() == (out / name).read_bytes() for name in names)


def test_an_error_of_the_writer_ends_the_run_as_what_it_is(dump, tmp_path, monkeypatch):
    def full(columns, **kwargs):
        raise WriteError("part", "writing failed (No space left on device)", "free some space")

    monkeypatch.setattr(run, "write_shard", full)
    with pytest.raises(WriteError, match="No space left"):
        tag(fake_model(("bribery",)), [dump], out=tmp_path / "out")
    assert not (tmp_path / "out" / "run.json").exists()
