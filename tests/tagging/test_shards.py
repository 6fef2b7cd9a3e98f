"""Chunks are cut at article ends, the same way every time; a part file knows whether it is intact."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.stream import Cut
from pipeline.records import Article, Kind, Media, Paragraph, Source
from pipeline.tagging.rows import NOISE
from pipeline.tagging.shards import Chunk, chunks, write_shard


def _cut(number, kinds):
    article = Article(f"a{number}", Source("a.jsonl", row=number), "text", Media.TEXT, "s", "f")
    paragraphs = tuple(
        Paragraph(f"p{number}-{place}", f"a{number}", place, kind, "", "text", 0, 4, f"p{number}-{place}")
        for place, kind in enumerate(kinds, 1)
    )
    return Cut(article, paragraphs, f"a{number}")


@given(st.lists(st.lists(st.sampled_from(list(Kind)), min_size=1, max_size=9), max_size=20), st.integers(1, 12))
def test_no_paragraph_is_lost_and_no_article_divided(articles, size):
    cuts = [_cut(number, kinds) for number, kinds in enumerate(articles)]
    found = list(chunks(cuts, size=size))
    assert [chunk.number for chunk in found] == list(range(max(1, len(found))))
    everything = [item.paragraph.paragraph_id for chunk in found for item in (*chunk.tagged, *chunk.noise)]
    assert sorted(everything) == sorted(p.paragraph_id for cut in cuts for p in cut.paragraphs)
    homes = [{item.article.article_id for item in (*chunk.tagged, *chunk.noise)} for chunk in found]
    assert sum(map(len, homes)) == len(articles)
    assert all(len(chunk.tagged) + len(chunk.noise) >= size for chunk in found[:-1])
    assert all(item.is_noise for chunk in found for item in chunk.noise)
    assert not any(item.is_noise for chunk in found for item in chunk.tagged)


def test_the_first_chunks_are_small_so_that_nobody_waits_for_them():
    found = [len(chunk.tagged) for chunk in chunks(_cut(number, [Kind.BODY] * 4) for number in range(2000))]
    assert found == [512, 1024, 2048, 2048, 2048, 320]


def test_nothing_gives_one_empty_chunk():
    assert list(chunks([])) == [Chunk(0, (), ())]


def test_a_chunk_hash_tells_other_content_apart():
    (one,) = chunks([_cut(1, [Kind.BODY])])
    (same,) = chunks([_cut(1, [Kind.BODY])])
    (other,) = chunks([_cut(2, [Kind.BODY])])
    (longer,) = chunks([_cut(1, [Kind.BODY, Kind.BODY])])
    assert one.sha256 == same.sha256
    assert len({one.sha256, other.sha256, longer.sha256}) == 3


def test_a_part_file_is_intact_until_a_byte_of_it_changes(tmp_path):
    empty = {name: [] for name in NOISE.names}
    shard = write_shard(empty, table=NOISE, number=3, out=tmp_path, file_format="csv")
    assert shard.file == "noise/part-00003.csv"
    assert shard.is_intact(tmp_path)
    assert (tmp_path / shard.file).stat().st_mode & 0o077 == 0
    raw = bytearray((tmp_path / shard.file).read_bytes())
    raw[5] ^= 1
    (tmp_path / shard.file).write_bytes(raw)
    assert not shard.is_intact(tmp_path)
    (tmp_path / shard.file).unlink()
    assert not shard.is_intact(tmp_path)
