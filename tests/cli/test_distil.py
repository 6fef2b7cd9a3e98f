"""``themes distil`` at the door."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.distillation import distil  # noqa: F401 - so that its module is there to be changed
from pipeline.encoders import StaticEncoder
from pipeline.errors import DataError
from pipeline.model.bundle import BUNDLE, load_bundle, save_bundle
from pipeline.tagging import tag
from pipeline.training.retune import retune
from tests.support.students import teacher, word_tokenizer, write_dump


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """A saved teacher whose encoder is a fake: what loads it gets the fake again."""
    import pipeline.model.bundle_student

    model = teacher()
    documents = {BUNDLE.card: b"# card\n", BUNDLE.evaluation: b"{}\n", BUNDLE.config: b"{}\n"}
    save_bundle(model, folder=tmp_path / "slow", documents=documents)
    monkeypatch.setattr(pipeline.model.bundle_student, "load_encoder", lambda *_, **__: model.encoder)
    monkeypatch.setattr(sys.modules["pipeline.distillation.distil"], "_tokenizer", lambda _: word_tokenizer())
    return tmp_path / "slow"


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return write_dump(tmp_path_factory.mktemp("dump") / "dump.jsonl", articles=250)


def test_a_student_is_written_and_told_of(slow, dump, tmp_path, capsys):
    assert main(["distil", str(slow), str(dump), "--out", str(tmp_path / "quick")]) == 0
    told = capsys.readouterr()
    assert "against its teacher" in told.out and "bribery" in told.out
    assert "of the teacher's yes tags" in told.out + told.err
    assert isinstance(load_bundle(tmp_path / "quick").encoder, StaticEncoder)
    assert main(["models", "list", str(tmp_path)]) == 0
    assert "student" in capsys.readouterr().out


def test_a_gated_model_tags_and_says_which_path_decided(slow, dump, tmp_path, capsys):
    words = ["distil", str(slow), str(dump), "--gate", "--miss", "0.03", "--out", str(tmp_path / "gated")]
    assert main(words) == 0
    assert "passes" in "".join(capsys.readouterr())
    model = load_bundle(tmp_path / "gated")
    summary = tag(model, [dump], out=tmp_path / "tags", file_format="jsonl")
    rows = [json.loads(line) for path in sorted((tmp_path / "tags/tags").glob("*")) for line in path.open()]
    paths = {row["paragraph_id"]: row["path"] for row in rows}
    counts = summary.manifest["totals"]["paths"]
    assert counts["gate"] > 0 and counts["full"] > 0 and counts["student"] == 0
    assert sum(counts.values()) == summary.paragraphs
    assert {row["decision"] for row in rows if row["path"] == "gate"} == {"no"}
    assert list(paths.values()).count("gate") <= counts["gate"]  # the same paragraph may stand in two articles
    whole = tag(dataclasses.replace(model, gate=None), [dump], out=tmp_path / "whole", file_format="jsonl")
    assert whole.manifest["totals"]["paths"] == {"full": summary.paragraphs, "gate": 0, "student": 0}
    assert all("no promise" in promise for promise in summary.promises.values())


def test_a_student_says_that_it_decided(slow, dump, tmp_path):
    assert main(["distil", str(slow), str(dump), "--out", str(tmp_path / "quick"), "--json"]) == 0
    summary = tag(load_bundle(tmp_path / "quick"), [dump], out=tmp_path / "tags", file_format="jsonl")
    assert summary.manifest["totals"]["paths"] == {"full": 0, "gate": 0, "student": summary.paragraphs}


def test_a_student_needs_no_network_library(slow, dump, tmp_path):
    assert main(["distil", str(slow), str(dump), "--out", str(tmp_path / "quick"), "--json"]) == 0
    program = (
        "import sys; from pathlib import Path; from pipeline.model.bundle import load_bundle; "
        "print(load_bundle(Path(sys.argv[1])).score(['Rain fell on the market.']).scores.shape); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "quick")]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    shape, loaded = done.stdout.splitlines()
    assert shape == "(1, 2)"
    assert not set(loaded.split()) & {"torch", "transformers", "sentence_transformers", "openvino", "sklearn", "scipy"}


def test_what_was_measured_is_printed_as_json(slow, dump, tmp_path, capsys):
    assert main(["distil", str(slow), str(dump), "--out", str(tmp_path / "quick"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["teacher"]["name"] == "fake"
    assert {"student", "gate", "dump", "settings"} <= set(told)
    assert json.loads((tmp_path / "quick" / BUNDLE.evaluation).read_bytes()) == {"distilled": told}


@pytest.mark.parametrize(("out", "problem"), [("slow", "is the model to learn from"), ("there", "there is a model")])
def test_no_model_is_written_over(slow, dump, tmp_path, capsys, out, problem):
    import shutil

    shutil.copytree(slow, tmp_path / "there")
    before = {path.name: path.read_bytes() for path in (tmp_path / out).iterdir()}
    assert main(["distil", str(slow), str(dump), "--out", str(tmp_path / out)]) == 64
    assert problem in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (tmp_path / out).iterdir()} == before


def test_a_gated_model_is_not_retuned(slow, dump, tmp_path):
    from pipeline.configuration.schema import Config

    assert main(["distil", str(slow), str(dump), "--gate", "--out", str(tmp_path / "gated")]) == 0
    config = Config(name="x", codebook=Path("c.yaml"), labels=[Path("l.jsonl")]).model_dump(mode="json")
    path = tmp_path / "gated" / BUNDLE.config
    path.write_text(json.dumps(config))
    head = json.loads((tmp_path / "gated" / BUNDLE.model).read_bytes())
    from pipeline.files import hash_file

    head["files"][BUNDLE.config] = {"bytes": path.stat().st_size, "sha256": hash_file(path)}
    (tmp_path / "gated" / BUNDLE.model).write_text(json.dumps(head))
    with pytest.raises(DataError, match="has a gate"):
        retune(tmp_path / "gated", name="other", out=tmp_path)
