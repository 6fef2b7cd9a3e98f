"""The evidence of a tag stands in the output, the same whether the vectors came from a cache or not."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from pipeline.encoders import CachedEncoder, VectorCache
from pipeline.tagging import tag
from tests.support.fakes import FakeEncoder, fake_model

TEXT = "Rain fell.  They wanted bribery.\n\nNobody slept. Crackdowns came again."


@pytest.fixture
def dump(tmp_path):
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.txt").write_text(TEXT)
    return tmp_path / "dump"


def rows(out, table):
    return pq.read_table(out / table).to_pylist()


def test_each_yes_and_review_tag_has_its_sentence_and_words(dump, tmp_path):
    tag(fake_model(("bribery", "crackdowns"), encoder=FakeEncoder(width=256)), [dump], out=tmp_path / "out")
    texts = {row["paragraph_id"]: row["text"] for row in rows(tmp_path / "out", "paragraphs")}
    found = rows(tmp_path / "out", "evidence")
    given = {(row["paragraph_id"], row["theme"]) for row in rows(tmp_path / "out", "tags") if row["decision"] != "no"}
    assert given
    assert {(row["paragraph_id"], row["theme"]) for row in found} == given
    for row in found:
        assert texts[row["paragraph_id"]][row["start"] : row["end"]] == row["text"]
    best = {row["theme"]: row["text"] for row in found if (row["kind"], row["rank"]) == ("word", 1)}
    assert best == {"bribery": "bribery", "crackdowns": "Crackdowns"}
    first = {row["theme"]: row["text"] for row in found if (row["kind"], row["rank"]) == ("sentence", 1)}
    assert first == {
        "bribery": "They wanted bribery.",
        "crackdowns": "Crackdowns came again.",
    }
    assert {row["method"] for row in found} == {"tokens"}


def test_a_warm_cache_gives_the_same_evidence(dump, tmp_path):
    encoder = CachedEncoder(FakeEncoder(), cache=VectorCache(tmp_path / "cache"))
    model = fake_model(("bribery", "crackdowns"), encoder=encoder.inner)
    object.__setattr__(model, "encoder", encoder)
    for name in ("cold", "warm"):
        tag(model, [dump], out=tmp_path / name)
    cold, warm = (tmp_path / name / "evidence" / "part-00000.parquet" for name in ("cold", "warm"))
    assert cold.read_bytes() == warm.read_bytes()


def test_without_text_the_offsets_stay(dump, tmp_path):
    tag(fake_model(("bribery",)), [dump], out=tmp_path / "out", keep_text=False)
    found = pq.read_table(tmp_path / "out" / "evidence")
    assert "text" not in found.column_names
    assert np.all(np.array(found["end"]) > np.array(found["start"]))
