"""`themes train`: what it says beside the figures, and when it refuses."""

import json
import subprocess
import sys

import pytest

from pipeline.configuration.shipped import shipped
from tests.support.fakes import FakeEncoder


@pytest.fixture(autouse=True)
def _fast(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.training.train.load_encoder", lambda config: FakeEncoder(width=64))


@pytest.fixture
def config(tmp_path):
    """The first 300 shipped paragraphs, two folds, no baselines, a store of its own."""
    lines = (shipped("labels") / "paragraphs.jsonl").read_text().splitlines()[:300]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "c.yaml").write_text(
        "extends: configs/default.yaml\nname: small\nlabels: [labels.jsonl]\nfolds: {n: 2}\n"
        "evaluation: {bootstrap: 100, baselines: false}\nadapt: {epochs: 0}\ntracking: {enabled: false}\n"
    )
    return tmp_path / "c.yaml"


def test_it_writes_a_bundle_and_says_what_to_do_next(run, config):
    done = run("train", config)
    assert done.code == 0, done.err
    assert "macro" in done.out
    assert "themes tag DUMP --model models/small" in done.err


def test_json_is_json(run, config):
    assert json.loads(run("train", config, "--json").out)["folds"] == 2


def test_a_theme_with_few_yes_is_warned_of(run, config, tmp_path):
    lines = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    left = 12
    for line in lines:
        if line["judgements"]["retaliation"] == "yes":
            left -= 1
            line["judgements"]["retaliation"] = "yes" if left >= 0 else "unsure"
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = run("train", config)
    assert "warning   retaliation: only 12 yes" in done.err
    assert "Too few judged yes" in (tmp_path / "models/small/README.md").read_text()


def test_a_server_that_is_down_costs_the_record_not_the_model(run, config, tmp_path):
    down = ["tracking.enabled=true", "tracking.uri=http://127.0.0.1:9"]
    asked = run("train", config, *down, "tracking.required=true")
    assert asked.code == 69
    assert "models/small was written, but not recorded" in asked.err
    assert (tmp_path / "models/small/model.json").is_file()
    assert run("train", config, *down).code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "needs either a configuration or --from-run"),
        (["c.yaml", "--from-run", "x"], "needs either"),
        (["--from-run", "x", "head.C=2"], "repeats a run as it was"),
    ],
)
def test_calls_that_mean_nothing_are_refused(run, words, told):
    done = run("train", *words)
    assert (done.code, told in done.err) == (64, True)


def test_a_repeated_run_refuses_changed_labels_before_it_encodes(run, config, tmp_path, monkeypatch):
    tracked = ["tracking.enabled=true", f"tracking.uri={tmp_path / 'runs' / 'm.sqlite'}"]
    first = run("train", config, *tracked)
    run_id = first.err.split("tracked   run ")[1].split(",")[0]
    uri = ["--tracking-uri", tmp_path / "runs" / "m.sqlite"]
    before = (tmp_path / "models/small/model.json").read_bytes()
    again = run("train", "--from-run", run_id, *uri)
    assert again.code == 0, again.err
    assert (tmp_path / "models/small/model.json").read_bytes() == before
    text = (tmp_path / "labels.jsonl").read_text()
    (tmp_path / "labels.jsonl").write_text(text.replace("the", "a", 1))

    def never(config):
        raise AssertionError("encoded before the labels were compared")

    monkeypatch.setattr("pipeline.training.train.load_encoder", never)
    changed = run("train", "--from-run", run_id, *uri)
    assert changed.code == 65
    assert "labels: not what the run was made from" in changed.err


def test_a_reader_that_stops_reading_is_no_difference_of_configurations():
    command = f"{sys.executable} -m pipeline labels check | true; exit ${{PIPESTATUS[0]}}"
    codes = {subprocess.run(["bash", "-c", command], capture_output=True, check=False).returncode for _ in range(3)}
    assert codes <= {0, 141}
