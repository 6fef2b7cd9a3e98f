"""`themes models compare|promote|rollback`: what they print, record and refuse."""

import json
from pathlib import Path

import pytest

from pipeline.configuration.load import load_config
from pipeline.tracking import record
from pipeline.tracking.store import find_store, opened
from pipeline.training.train import train
from tests.support.fakes import FakeEncoder
from tests.support.tracked import SECRET, small_training, tracking


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THEMES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())


@pytest.fixture
def place(tmp_path):
    """A good and a bad model as bundles, their labels, and a configuration with a store of its own."""
    made = small_training(tmp_path / "good")
    small_training(tmp_path / "bad")
    labels = tmp_path / "bad/labels.jsonl"
    lines = [json.loads(line) for line in labels.read_text().splitlines()]
    for number, line in enumerate(lines):
        line["judgements"]["bribery"] = "yes" if number % 3 == 2 else "no"
    labels.write_text("".join(json.dumps(line) + "\n" for line in lines))
    bad = train(load_config(str(tmp_path / "bad/c.yaml")).config, encoder=FakeEncoder())
    bad.save(tmp_path / "bad/bundle")
    (tmp_path / "mine.yaml").write_text(
        "extends: good/c.yaml\nname: mine\ntracking: {uri: mine/m.sqlite, required: true}\n"
    )
    return made.trained, bad


@pytest.fixture
def stored(place):
    """Both in the store: version 1, the champion, is the good one, version 2 the candidate."""
    for trained, folder in zip(place, ("good", "bad"), strict=True):
        record(trained, Path(folder) / "bundle", config=tracking("mine/m.sqlite", required=True))


def champion():
    with opened(find_store("mine/m.sqlite")) as client:
        return int(client.get_model_version_by_alias("themes", "champion").version)


def comparisons():
    with opened(find_store("mine/m.sqlite")) as client:
        found = client.search_runs([client.get_experiment_by_name("themes").experiment_id])
        return [run for run in found if run.data.tags.get("kind") == "comparison"]


MINE = ("--config", "mine.yaml")
LABELS = "good/labels.jsonl"


def test_two_bundles_are_compared_and_the_comparison_is_recorded(run, place):
    done = run("models", "compare", "good/bundle", "bad/bundle", LABELS, *MINE)
    assert done.code == 0, done.err
    assert "36 by held-out score (were in training)" in done.out
    assert "worse" in done.out and "macro" in done.out and "average precision" in done.out
    assert "tracked   run" in done.err
    (recorded,) = comparisons()
    assert recorded.info.run_name == "compare small small"
    assert SECRET not in done.out + done.err


def test_it_is_not_recorded_when_nobody_wants_it(run, place, tmp_path):
    done = run("models", "compare", "good/bundle", "bad/bundle", LABELS, "--no-track", *MINE)
    assert done.code == 0 and "tracked" not in done.err
    (tmp_path / "mine.yaml").write_text(
        "extends: good/c.yaml\nname: mine\ntracking: {enabled: false, uri: mine/m.sqlite}\n"
    )
    assert run("models", "compare", "good/bundle", "bad/bundle", LABELS, *MINE).code == 0
    assert not (tmp_path / "mine").exists()


def test_json_is_the_comparison(run, stored):
    address = "models:/themes@champion"
    done = run("models", "compare", address, "bad/bundle", LABELS, "--json", "--no-track", *MINE)
    told = json.loads(done.out)
    assert (told["a"]["name"], told["b"]["name"]) == (address, "small")
    assert told["measures"]["themes"]["bribery"]["f1"]["verdict"] == "worse"
    assert told["rows"] == 36


def test_the_store_may_be_named_at_the_command(run, stored):
    done = run("models", "compare", "models:/themes/1", "models:/themes/2", LABELS, "--tracking-uri", "mine/m.sqlite")
    assert done.code == 0, done.err
    assert len(comparisons()) == 1


def test_a_loss_is_refused_with_the_table_and_forced_on_demand(run, stored):
    refused = run("models", "promote", LABELS, *MINE)
    assert (refused.code, champion()) == (65, 1)
    assert "bribery" in refused.out and "worse" in refused.out
    assert "loses more than 0.02 F1 against version 1 with 95 % confidence: bribery -" in refused.err
    assert "--force" in refused.err
    forced = run("models", "promote", LABELS, "--force", *MINE)
    assert (forced.code, champion()) == (0, 2)
    assert "version 2 of themes is now the champion, forced, after version 1; it loses bribery" in forced.out
    back = run("models", "rollback", *MINE)
    assert (back.code, champion()) == (0, 1)
    assert back.out == "version 1 of themes is the champion again, instead of version 2\n"
    again = run("models", "rollback", *MINE)
    assert again.code == 66 and "no earlier champion to go back to" in again.err


def test_the_margin_is_that_of_the_configuration(run, stored, tmp_path):
    with (tmp_path / "mine.yaml").open("a") as file:
        file.write("promotion: {margin: 1.0}\n")
    done = run("models", "promote", "models:/themes@candidate", LABELS, "--json", *MINE)
    assert json.loads(done.out)["outcome"] == "promoted" and champion() == 2


def test_the_champion_is_not_promoted_again(run, stored):
    done = run("models", "promote", "models:/themes/1", LABELS, *MINE)
    assert (done.code, done.out) == (0, "version 1 of themes is the champion already: nothing done\n")
    assert comparisons() == []


def test_refused_as_json_is_json_and_code_65(run, stored):
    done = run("models", "promote", LABELS, "--json", *MINE)
    assert done.code == 65
    assert set(json.loads(done.out)["lost"]) >= {"bribery"}


def test_calls_that_mean_nothing_are_refused(run, stored):
    done = run("models", "promote", "models:/themes/2", *MINE)
    assert done.code == 64 and "no labels to compare on" in done.err
    assert run("models", "rollback", "nobody", *MINE).code == 66
    assert run("models", "rollback", "--config", "mine.yaml", "--tracking-uri", "none.sqlite").code == 66


def test_evaluate_tells_which_paragraphs_were_in_training(run, place):
    done = run("evaluate", "good/bundle", LABELS)
    assert done.code == 0, done.err
    assert "36 paragraphs in 36 groups, 36 by held-out score (were in training)" in done.out
    assert json.loads(run("evaluate", "good/bundle", LABELS, "--json").out)["origin"]["held_out"] == 36
    assert "sources held out: measured when the model was trained" in done.out
    assert "macro, sources held out" in done.out
    assert "fewer than" not in done.out


def test_evaluate_on_new_labels_tells_each_source_and_where_less_was_held_than_promised(run, tmp_path):
    small_training(tmp_path / "sure", extra="promises: {recall: 0.6, confidence: 0.6}\n")
    lines = [json.loads(line) for line in (tmp_path / "sure/labels.jsonl").read_text().splitlines()]
    for number, one in enumerate(lines):
        one["text"] = f"Unheard of thing number {number} was sold to clerk {number}."
        one |= {"id": f"n{number}-1", "article": f"n{number}", "story": f"n{number}"}
        one |= {"topic_source": "Hill Radio, May 2020" if number % 2 else "Lake FM" if number > 29 else ""}
        one["judgements"] = {"bribery": "yes" if number < 9 else "no", "weather": "no"}
    (tmp_path / "new.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = run("evaluate", "sure/bundle", "new.jsonl")
    assert done.code == 0, done.err
    assert "sources held out" not in done.out
    (row,) = [line.split() for line in done.out.splitlines() if "Hill Radio" in line]
    assert row[2:4] == ["18", "18"] and row[-1] == "no"
    assert "fewer than 10 groups of new paragraphs, not shown alone: 1" in done.out
    held = [line for line in done.out.splitlines() if "stories held whole, fewer than the 60 % promised" in line]
    assert len(held) == 1 and held[0].startswith("bribery: ") and " of 9 " in held[0]
    told = json.loads(run("evaluate", "sure/bundle", "new.jsonl", "--json").out)
    assert told["sources"]["measured"][0]["name"] == "Hill Radio"
    assert (told["by_source"], told["by_source_note"]) == (None, "")
