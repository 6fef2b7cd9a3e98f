"""`themes explain`: tags of one paragraph, what carried them, and judged paragraphs like it."""

import io
import json

import pytest

from pipeline.labels.table import label_table, read_labels
from pipeline.model.bundle import save_bundle
from pipeline.model.nearest import nearest
from tests.support.fakes import FakeEncoder, fake_model

TEXT = "Rain fell. They wanted bribery."
JUDGED = (("They took bribery.", "yes"), ("Rain fell again.", "no"), ("They wanted rain.", "unsure"), (TEXT, "yes"))


@pytest.fixture
def model(tmp_path, monkeypatch):
    encoder = FakeEncoder(width=256)
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: encoder)
    documents = {"README.md": b"", "evaluation.json": b"{}", "config.json": b"{}"}
    return save_bundle(fake_model(("bribery", "quotas"), encoder=encoder), folder=tmp_path / "m", documents=documents)


@pytest.fixture
def labels(tmp_path):
    lines = [
        {
            "id": f"j{number}",
            "article": f"a{number}",
            "story": f"s{number}",
            "paragraph": 1,
            "text": text,
            "coder": "me",
            "codebook": "test-1",
            "judgements": {"bribery": answer},
            "set": "tests",
            "topic_source": "",
        }
        for number, (text, answer) in enumerate(JUDGED)
    ]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path / "labels.jsonl"


def test_it_names_the_sentence_and_the_words(model, run, tmp_path):
    done = run("explain", tmp_path / "m", TEXT)
    assert done.code == 0, done.err
    assert done.out.startswith("bribery  yes, score 0.9")
    best = done.out.splitlines()[1]
    assert best.endswith("They wanted bribery.")
    assert "words: bribery +" in done.out
    assert "quotas" not in done.out


def test_a_named_theme_is_explained_whatever_its_band(model, run, tmp_path):
    assert run("explain", tmp_path / "m", TEXT, "--theme", "quotas").out.startswith("quotas  no,")


def test_json_adds_up(model, run, tmp_path, labels):
    done = run("explain", tmp_path / "m", TEXT, "--labels", labels, "--json")
    (found,) = json.loads(done.out)
    assert found["decision"] == "yes"
    assert [TEXT[word["start"] : word["end"]] for word in found["words"]] == [word["text"] for word in found["words"]]
    assert found["nearest"][0]["text"] == "They wanted rain."


def test_a_paragraph_from_standard_input(model, run, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(TEXT))
    assert "They wanted bribery." in run("explain", tmp_path / "m", "-").out


def test_nothing_above_the_floor_is_said(model, run, tmp_path):
    done = run("explain", tmp_path / "m", "Rain fell and fell and fell.")
    assert (done.code, done.out) == (0, "")
    assert "--theme" in done.err


def test_an_unknown_theme_is_refused(model, run, tmp_path):
    done = run("explain", tmp_path / "m", TEXT, "--theme", "bribes")
    assert done.code == 64
    assert "bribery" in done.err


def test_the_nearest_judged_paragraph_comes_first_and_never_the_text_itself(model, labels):
    table = label_table(read_labels([labels], codebook=model.codebook), codebook=model.codebook)
    found = nearest(model, TEXT, table)
    assert TEXT not in [one.text for one in found]
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)
    answers = {one.text: one.answers["bribery"] for one in found}
    assert answers == {"They took bribery.": 1, "Rain fell again.": 0, "They wanted rain.": -1}
