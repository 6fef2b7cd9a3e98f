"""The journal gives back what was noted, and believes nothing that is torn or of another chunk."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.tagging.journal import JOURNAL, Done, Journal, read_head
from pipeline.tagging.rows import NOISE
from pipeline.tagging.shards import Chunk, write_shard

HEAD = {"run_id": "r1"}


def _noted(out, number=0):
    chunk = Chunk(number, (), ())
    empty = {name: [] for name in NOISE.names}
    shard = write_shard(empty, table=NOISE, number=number, out=out, file_format="jsonl")
    return chunk, Done.of(chunk, (shard,), np.zeros((0, 2), dtype=np.int8))


@given(arrays(np.int8, st.tuples(st.integers(0, 40), st.integers(1, 11)), elements=st.integers(0, 2)))
def test_bands_come_back_and_take_two_bits_each(bands):
    done = Done.of(Chunk(0, (), ()), (), bands)
    rows, themes = bands.shape
    assert np.array_equal(done.unpacked(rows=rows, themes=themes), bands)
    assert len(done.bands) <= 2 * (2 * rows * themes / 8 + 1)


def test_what_was_noted_is_found_after_a_restart(tmp_path):
    journal = Journal(tmp_path, head=HEAD)
    assert read_head(tmp_path) == HEAD
    chunk, done = _noted(tmp_path)
    assert journal.find(chunk, out=tmp_path) is None
    journal.add(chunk, done)
    again = Journal(tmp_path, head=HEAD)
    assert again.find(chunk, out=tmp_path) == done
    assert again.files == {"noise/part-00000.jsonl"}
    assert again.find(Chunk(1, (), ()), out=tmp_path) is None
    again.remove()
    assert read_head(tmp_path) is None


@pytest.mark.parametrize("lost", [1, 10, 60])
def test_a_torn_line_is_cut_off_and_written_again(tmp_path, lost):
    journal = Journal(tmp_path, head=HEAD)
    noted = [_noted(tmp_path, number) for number in range(2)]
    for chunk, done in noted:
        journal.add(chunk, done)
    path = tmp_path / JOURNAL
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    again = Journal(tmp_path, head=HEAD)
    assert again.find(noted[0][0], out=tmp_path) == noted[0][1]
    again.add(*noted[1])
    assert Journal(tmp_path, head=HEAD).find(noted[1][0], out=tmp_path) == noted[1][1]


@pytest.mark.parametrize("line", [b'{"number": 1}\n', b"[1]\n", b"\xff\n", b'{"number": 0, "shards": [3]}\n'])
def test_a_strange_line_costs_only_its_chunk(tmp_path, line):
    journal = Journal(tmp_path, head=HEAD)
    chunk, done = _noted(tmp_path)
    journal.add(chunk, done)
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(line)
    assert Journal(tmp_path, head=HEAD).find(chunk, out=tmp_path) == done
