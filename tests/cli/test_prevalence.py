"""themes prevalence, called as a person calls it."""

import csv
import dataclasses
import json

import numpy as np
import pytest

from pipeline.configuration.load import load_config
from pipeline.configuration.shipped import shipped
from pipeline.learning.calibration import fit_decider
from pipeline.learning.held_out import HeldOut, row_key
from pipeline.model.bundle import save_bundle
from tests.support.fakes import FakeEncoder, fake_model
from tests.support.simulated import fill_in, simulated, write_tags

THEMES = ("bribery", "crackdowns")

EMPTY = {"README.md": b"", "evaluation.json": b"{}", "config.json": b"{}"}


def logits_of(dump):
    return np.log(dump.scores.astype(float) / (1 - dump.scores.astype(float)))


def held_out(rows=600):
    """Give rows whose logits follow the answers, but not always."""
    known = simulated(5, shares=(0.2, 0.2), count=rows, hit=0.8, false_alarm=0.1)
    keys = tuple(row_key(str(row)) for row in range(rows))
    answers = known.truth.astype(np.int8)
    return HeldOut(keys, known.stories.astype(np.int64), known.stories % 4, answers, logits_of(known))


def dump_of_the_place():
    return simulated(2, shares=(0.15, 0.3), count=600, hit=0.8, false_alarm=0.1)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a bundle and tags that it made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())
    config = load_config(str(shipped("configs/default.yaml"))).config
    chosen = {name: getattr(config, name).model_dump() for name in ("calibration", "thresholds")}
    documents = {"README.md": b"", "evaluation.json": b"{}", "config.json": json.dumps(chosen).encode()}
    held = held_out()
    decider = fit_decider(held.logits, held.answers, calibration=config.calibration, thresholds=config.thresholds)
    model = dataclasses.replace(fake_model(THEMES), held_out=held, decider=decider)
    model = save_bundle(model, folder=tmp_path / "models" / "fake", documents=documents)
    dump = dump_of_the_place()
    scores = decider.scores(logits_of(dump))
    bands = decider.bands(scores)
    rows = [
        {
            "scores": scores[row].tolist(),
            "bands": bands[row].tolist(),
            "article_cluster_id": f"a{dump.stories[row]}",
            "date": "2025-01-02" if row < 590 else "2025-02-03",
            "publisher": "=Lake Courier",
        }
        for row in range(600)
    ]
    write_tags(tmp_path / "tags", rows, themes=THEMES, part=100, model_sha256=model.sha256)
    return tmp_path


def test_it_prints_raw_and_corrected_shares_and_what_it_assumes(place, run):
    ran = run("prevalence", "tags")
    assert ran.code == 0, ran.err
    assert "corrected by held-out labels" in ran.out
    assert "near-duplicates once; intervals cover 95%" in ran.err
    (line,) = [line for line in ran.out.splitlines() if "bribery" in line]
    assert line.split()[1] == "600"
    assert line.count("%") == 4
    assert "the tags are wrong as often in this dump as on the labelled paragraphs" in ran.err


def test_the_truth_of_the_simulation_lies_in_the_intervals(place, run):
    shares = json.loads(run("prevalence", "tags", "--json").out)["shares"]
    for one, true in zip(shares, dump_of_the_place().truth.mean(axis=0), strict=True):
        assert one["share"]["low"] <= true <= one["share"]["high"]
        assert one["value"] is None


def test_by_month_small_cells_are_told(place, run):
    out = run("prevalence", "tags", "--by", "date:month").out
    assert "too few: 10 paragraphs" in out
    assert "2025-01" in out


def test_files_hold_what_is_printed_and_run_in_no_spreadsheet(place, run):
    ran = run("prevalence", "tags", "--by", "publisher", "--out", "shares.csv")
    assert ran.code == 0
    assert "written   shares.csv" in ran.err
    with (place / "shares.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["publisher"] for row in rows] == ["all", "'=Lake Courier"] * 2
    assert 0 < float(rows[0]["low"]) < float(rows[0]["share"]) < float(rows[0]["high"]) < 1
    printed = json.loads(run("prevalence", "tags", "--json", "--out", "shares.json").out)
    assert json.loads((place / "shares.json").read_bytes()) == printed
    assert (place / "shares.json").stat().st_mode & 0o777 == 0o600


def test_another_model_is_refused(place, run):
    other = dataclasses.replace(fake_model(THEMES), name="other")
    save_bundle(
        other,
        folder=place / "models" / "other",
        documents=EMPTY,
    )
    ran = run("prevalence", "tags", "--model", "models/other")
    assert ran.code == 65
    assert "is not the model of these tags" in ran.err
    ran = run("prevalence", "tags", "--model", "models/none")
    assert ran.code == 66
    assert "--audit" in ran.err


def test_a_bundle_without_held_out_rows_is_refused(place, run):
    model = save_bundle(
        fake_model(THEMES),
        folder=place / "models" / "fake",
        documents=EMPTY,
    )
    write_tags(place / "bare", [], themes=THEMES, model_sha256=model.sha256)
    ran = run("prevalence", "bare")
    assert ran.code == 65
    assert "holds no held-out rows" in ran.err
    assert "themes audit draw" in ran.err


def test_with_an_audit_no_model_is_asked(place, run):
    assert run("audit", "draw", "tags", "--n", 60, "--out", "audit.jsonl").code == 0
    fill_in(place / "audit.jsonl", lambda line: dict.fromkeys(THEMES, "no"))
    ran = run("prevalence", "tags", "--audit", "audit.jsonl")
    assert ran.code == 0
    assert "corrected by audit" in ran.out
    assert "precision" not in ran.out
    applied = json.loads(run("audit", "apply", "tags", "audit.jsonl", "--json").out)
    assert json.loads(run("prevalence", "tags", "--audit", "audit.jsonl", "--json").out) == applied


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--by", "colour"], "no such column, found 'colour'"),
        (["--out", "shares.xlsx"], "unknown ending, found 'shares.xlsx'"),
        (["--audit", "a.jsonl", "--copies"], "does not go with --audit"),
        (["--audit", "a.jsonl", "--model", "m"], "does not go with --audit"),
    ],
)
def test_words_that_make_no_sense_are_refused_before_anything_is_read(place, run, words, told):
    ran = run("prevalence", "nowhere", *words)
    assert ran.code == 64
    assert told in ran.err
