"""ingest: a dump comes out as cut articles with clusters, and the ledger adds up."""

import json

import pytest

from pipeline.configuration.schema import IngestConfig
from pipeline.ingest.ledger import Ledger
from pipeline.ingest.stream import Cut, ingest
from pipeline.records import Kind, Rejected

FIRST = "The patrol stopped every bus on the valley road and asked the drivers for money before noon."
SECOND = "Two officers were moved to the north after they had told a reporter about the missing fuel."
THIRD = "The ministry promised new rules for the border posts, but nobody in the village has seen them."


def _run(path, **config):
    ledger = Ledger()
    found = list(ingest([path], config=IngestConfig(**config), ledger=ledger))
    ledger.check()
    cuts = [one for one in found if isinstance(one, Cut)]
    return cuts, [one for one in found if isinstance(one, Rejected)], ledger


def _jsonl(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_reprints_share_the_cluster_of_the_first_article_and_its_paragraphs(tmp_path):
    text = f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
    rows = [{"title": "Road", "text": text}, {"title": "The road again", "text": text.replace("noon", "dusk")}]
    (first, second), _, _ = _run(_jsonl(tmp_path / "a.jsonl", rows))
    assert first.article_cluster_id == first.article.article_id
    assert second.article_cluster_id == first.article.article_id
    assert first.article.article_id != second.article.article_id
    leaders = {p.cluster_id for p in first.paragraphs if p.kind is Kind.BODY}
    assert {p.cluster_id for p in second.paragraphs if p.kind is Kind.BODY} == leaders
    assert leaders <= {p.paragraph_id for p in first.paragraphs}


def test_other_stories_get_clusters_of_their_own(tmp_path):
    rows = [{"text": f"{FIRST}\n\n{SECOND}"}, {"text": f"{THIRD}\n\nRain fell on the hills for nine days in a row."}]
    (first, second), _, _ = _run(_jsonl(tmp_path / "a.jsonl", rows))
    assert first.article_cluster_id != second.article_cluster_id


def test_noise_is_its_own_cluster_although_it_repeats(tmp_path):
    rows = [{"text": f"{text}\n\nShare on Facebook"} for text in (f"{FIRST}\n\n{SECOND}", f"{THIRD}\n\nIt rained.")]
    cuts, _, _ = _run(_jsonl(tmp_path / "a.jsonl", rows))
    noise = [p for cut in cuts for p in cut.paragraphs if p.kind is Kind.NOISE]
    assert len(noise) == 2
    assert [p.cluster_id for p in noise] == [p.paragraph_id for p in noise]


def test_an_article_of_noise_alone_is_skipped_with_a_reason(tmp_path):
    rows = [{"text": "Share on Facebook\n\nSubscribe to our newsletter"}, {"text": f"{FIRST}\n\n{SECOND}"}]
    cuts, rejected, ledger = _run(_jsonl(tmp_path / "a.jsonl", rows))
    assert len(cuts) == 1
    assert [str(one.code) for one in rejected] == ["NO_CONTENT"]
    assert ledger.totals().as_dict() == {"rows_in": 2, "tagged": 1, "rejected": 0, "skipped": 1}
    assert "Facebook" not in rejected[0].reason


def test_a_page_whose_text_is_lost_is_rejected(tmp_path, monkeypatch):
    from pipeline.ingest import stream
    from pipeline.ingest.cutting.html import LostText

    def lose(article, *, config):
        raise LostText

    monkeypatch.setattr(stream, "cut", lose)
    _, rejected, ledger = _run(_jsonl(tmp_path / "a.jsonl", [{"text": FIRST}]))
    assert [str(one.code) for one in rejected] == ["HTML_LOST_TEXT"]
    assert rejected[0].source.row == 1
    assert ledger.totals().rejected == 1


def test_what_the_reader_refuses_is_counted_once(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": f"{FIRST}\n\n{SECOND}"}) + "\n{broken\n\n", encoding="utf-8")
    cuts, rejected, ledger = _run(path)
    assert len(cuts) == 1
    totals = ledger.totals()
    assert totals.rejected + totals.skipped == len(rejected)
    assert totals.rows_in == totals.accounted


def test_private_files_are_gone_at_the_end_and_after_an_error(tmp_path):
    dump = _jsonl(tmp_path / "a.jsonl", [{"text": FIRST}, {"text": SECOND}])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    stream = ingest([dump], config=IngestConfig(), ledger=Ledger(), scratch=scratch)
    next(stream)
    assert list(scratch.iterdir())
    stream.close()
    assert not list(scratch.iterdir())


def test_the_stream_is_lazy(tmp_path, monkeypatch):
    """Memory must not grow with the dump: an article is cut when it is asked for, not before."""
    from pipeline.ingest import stream

    cut, asked = stream.cut, []
    monkeypatch.setattr(stream, "cut", lambda article, *, config: asked.append(1) or cut(article, config=config))
    dump = _jsonl(tmp_path / "a.jsonl", [{"text": f"{FIRST} {number}."} for number in range(50)])
    found = ingest([dump], config=IngestConfig(), ledger=Ledger())
    next(found)
    next(found)
    assert len(asked) == 2
    found.close()


@pytest.mark.parametrize("threshold", [0.5, 1.0])
def test_clusters_obey_the_configured_similarity(tmp_path, threshold):
    text = f"{FIRST} {SECOND} {THIRD}"
    rows = [{"text": text}, {"text": text.replace("noon", "dusk")}]
    cuts, _, _ = _run(_jsonl(tmp_path / "a.jsonl", rows), near_duplicate=threshold)
    assert len({cut.article_cluster_id for cut in cuts}) == (1 if threshold < 1 else 2)
