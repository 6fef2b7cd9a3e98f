from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.configuration.load import load_config

ROOT = Path(__file__).parents[2]
DEFAULT, QUICK = ROOT / "configs" / "default.yaml", ROOT / "configs" / "quick.yaml"


def test_show_prints_yaml_that_reads_back_as_the_same_configuration(run, tmp_path):
    overrides = ["head.C=1e-7", "ingest.fields={text: 'null', date: 'a: b #c'}", "tracking.experiment='1 2'"]
    done = run("config", "show", QUICK, *overrides)
    assert (done.code, done.err) == (0, "")
    again = tmp_path / "again.yaml"
    again.write_text(done.out, encoding="utf-8")
    assert load_config(again).config == load_config(QUICK, overrides).config


def test_show_origin_says_where_each_value_was_written(run):
    done = run("config", "show", QUICK, "head.C=2", "--origin")
    lines = {line.split(":")[0].strip(): line.rpartition("# ")[2] for line in done.out.splitlines()}
    assert lines["n"] == f"{QUICK}:10"
    assert lines["seed"] == f"{DEFAULT}:5"
    assert lines["C"] == "override head.C=2"
    assert lines["max_iter"] == "default"


def test_show_json(run):
    told = json.loads(run("config", "show", DEFAULT, "--json", "--origin").out)
    loaded = load_config(DEFAULT)
    assert told["sha256"] == loaded.sha256
    assert told["origins"] == loaded.origins
    assert told["config"]["head"]["C"] == loaded.config.head.C
    assert "origins" not in json.loads(run("config", "show", DEFAULT, "--json").out)


def test_show_keeps_control_characters_from_the_terminal(run):
    done = run("config", "show", DEFAULT, "tracking.experiment=\u202ex", "--origin")
    assert "override tracking.experiment=\ufffdx" in done.out


def test_check_says_ok_for_each_file(run):
    done = run("config", "check", DEFAULT, QUICK)
    assert (done.code, done.err) == (0, "")
    assert [line.split(" (")[0] for line in done.out.splitlines()] == [f"ok: {DEFAULT}", f"ok: {QUICK}"]


def test_check_json(run):
    (told,) = json.loads(run("config", "check", DEFAULT, "--json").out)
    assert told == {"config": str(DEFAULT), "name": "default", "sha256": load_config(DEFAULT).sha256}


def test_check_tells_the_problems_of_all_files(run, tmp_path):
    for name, line in [("a.yaml", "head: {c: 1}"), ("b.yaml", "seed: -1")]:
        (tmp_path / name).write_text(f"extends: {DEFAULT}\n{line}\n", encoding="utf-8")
    done = run("config", "check", tmp_path / "a.yaml", DEFAULT, tmp_path / "b.yaml")
    assert done.code == 78
    assert done.out == ""
    first, second = done.err.splitlines()
    assert first == (
        f"error: {tmp_path}/a.yaml:2: head: unknown key, found 'c'; accepted: kind, C, class_weight, max_iter, "
        "neighbours, codebook, words, unsure; did you mean 'C'?"
    )
    assert second.startswith(f"error: {tmp_path}/b.yaml:2: seed: not accepted, found '-1'")


def test_check_looks_for_labels_and_codebook(run, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("name: a\ncodebook: code.yaml\nlabels:\n  - gone.jsonl\n", encoding="utf-8")
    done = run("config", "check", path)
    assert done.code == 78
    assert f"{path}:3: labels: no such file or folder, found '{tmp_path}/gone.jsonl'" in done.err
    assert f"{path}:2: codebook: no such file, found '{tmp_path}/code.yaml'" in done.err
    (tmp_path / "code.yaml").write_text("version: 1\ntitel: t\nthemes: []\n", encoding="utf-8")
    done = run("config", "check", path)
    assert f"{tmp_path}/code.yaml:2: top level: unknown key, found 'titel'" in done.err
    assert f"{tmp_path}/code.yaml:3: themes: not accepted" in done.err


def test_check_applies_overrides_to_every_file(run):
    assert run("config", "check", DEFAULT, QUICK, "head.C=0").err.count("override head.C=0: head.C: ") == 1
    assert run("config", "check", "head.C=1").code == 64
    assert run("config", "check", "gone.yaml").code == 66


def test_diff_shows_both_values_and_origins(run):
    told = json.loads(run("config", "diff", DEFAULT, QUICK, "head.C=9", "--json").out)
    by_key = {one["key"]: one for one in told}
    assert by_key["folds.n"] == {
        "key": "folds.n", "a": 5, "b": 3, "origin_a": "default", "origin_b": f"{QUICK}:10",
    }  # fmt: skip
    assert by_key["head.C"]["b"] == 9.0
    assert "seed" not in by_key


def test_diff_finds_keys_that_one_side_lacks(run):
    told = json.loads(run("config", "diff", DEFAULT, DEFAULT, "ingest.fields={text: story}", "--json").out)
    assert {one["key"]: (one["a"], one["b"]) for one in told} == {
        "ingest.fields": ({}, None),
        "ingest.fields.text": (None, "story"),
    }


def test_diff_prints_a_table(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    done = run("config", "diff", DEFAULT, QUICK)
    assert done.code == 0
    assert any(line.split()[:3] == ["evaluation.baselines", "true", "false"] for line in done.out.splitlines())


@pytest.mark.parametrize(("second", "code"), [(DEFAULT, 0), (QUICK, 1)])
def test_diff_exit_code_is_asked_for(run, second, code):
    assert run("config", "diff", DEFAULT, second).code == 0
    assert run("config", "diff", DEFAULT, second, "--exit-code").code == code


def test_schema_knows_extends_and_refuses_other_keys(run):
    told = json.loads(run("config", "schema").out)
    assert {"extends", "name", "head"} <= set(told["properties"])
    assert told["additionalProperties"] is False
    assert "required" not in told


def test_the_committed_reference_is_what_the_schema_says(run):
    done = run("config", "docs")
    committed = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    assert committed == done.out, "run: themes config docs > docs/configuration.md"


def test_the_reference_names_every_key(run):
    text = run("config", "docs").out
    for key in load_config(DEFAULT).origins:
        assert f"| `{key}` |" in text
