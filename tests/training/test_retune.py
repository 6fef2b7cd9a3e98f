"""Retuning: another purpose from the same held-out scores; nothing is encoded, and the bytes are the same twice."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ConfigError, DataError, UsageError
from pipeline.model.bundle import BUNDLE, load_bundle, save_bundle, verify_bundle
from pipeline.training.retune import retune
from tests.support.fakes import FakeEncoder
from tests.support.tracked import small_training

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return small_training(tmp_path_factory.mktemp("training"))


@pytest.fixture
def encoder(monkeypatch):
    """Stand in for the real one, and count what it is asked to read."""
    encoder = FakeEncoder()
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: encoder)
    return encoder


def documents(folder):
    return {name: (folder / name).read_bytes() for name in sorted(path.name for path in folder.iterdir())}


@pytest.mark.usefixtures("encoder")
def test_no_change_but_the_name_keeps_every_number(made, tmp_path):
    retuned = retune(made.bundle, name="small", out=tmp_path)
    before, after = documents(made.bundle), documents(retuned.folder)
    changed = {name for name in before if before[name] != after[name]}
    assert set(before) == set(after)
    assert changed == {BUNDLE.card, BUNDLE.model}
    assert retuned.model.provenance["retuned_from"] == made.sha256
    assert retuned.model.provenance["config"] == made.trained.model.provenance["config"]


def test_a_new_goal_moves_thresholds_without_encoding_anything(made, tmp_path, encoder):
    retuned = retune(made.bundle, ["thresholds.goal=recall>=0.95"], name="careful", out=tmp_path)
    assert encoder.texts == 0
    loaded = load_bundle(retuned.folder)
    held = loaded.held_out
    given = loaded.decider.decide(loaded.decider.scores(held.logits))
    yes = held.answers == 1
    assert ((given & yes).sum(axis=0) / yes.sum(axis=0) >= 0.95).all()
    assert np.array_equal(loaded.heads.weight, made.trained.model.heads.weight)
    assert (loaded.name, loaded.sha256) == ("careful", retuned.model.sha256)
    assert loaded.held_out.thresholds == retuned.model.held_out.thresholds
    assert loaded.held_out.thresholds.goal == "recall>=0.95"
    assert verify_bundle(retuned.folder) < 1e-4
    recorded = json.loads((retuned.folder / BUNDLE.config).read_bytes())
    assert recorded["thresholds"]["goal"] == "recall>=0.95"
    assert recorded["name"] == "careful"


@pytest.mark.usefixtures("encoder")
def test_twice_gives_the_same_bytes_and_a_different_purpose_other_ones(made, tmp_path):
    words = ["thresholds.themes.bribery=precision>=0.8", "promises.recall=0.8", "calibration.method=none"]
    one, two = (retune(made.bundle, words, name="again", out=tmp_path / out).folder for out in ("a", "b"))
    assert documents(one) == documents(two)
    other = retune(made.bundle, words[:1], name="again", out=tmp_path / "c").folder
    assert documents(one)[BUNDLE.weights] != documents(other)[BUNDLE.weights]


@pytest.mark.usefixtures("encoder")
def test_one_theme_can_have_a_goal_of_its_own(made, tmp_path):
    retuned = retune(made.bundle, ["thresholds.themes.weather=precision>=0.99"], name="one", out=tmp_path)
    bands = retuned.evaluation.bands.themes
    assert {theme: one.goal for theme, one in bands.items()} == {"bribery": "f1", "weather": "precision>=0.99"}
    before = made.trained.model.decider
    assert retuned.model.decider.threshold[0] == before.threshold[0]


@pytest.mark.usefixtures("encoder")
def test_what_was_measured_with_other_thresholds_is_not_taken_over(made, tmp_path):
    same = retune(made.bundle, ["promises.recall=0.5"], name="same", out=tmp_path).evaluation
    assert set(same.baselines) == {"always_no", "tfidf"}
    other = retune(made.bundle, ["thresholds.goal=recall>=0.9"], name="other", out=tmp_path).evaluation
    assert set(other.baselines) == {"always_no"}
    assert other.by_source is None


@pytest.mark.usefixtures("encoder")
def test_the_evaluation_is_that_of_a_training_with_these_settings(made, tmp_path):
    extra = "thresholds: {goal: recall>=0.9}\npromises: {recall: 0.8, confidence: 0.8}\n"
    trained = small_training(tmp_path / "training", extra=extra).trained
    words = ["thresholds.goal=recall>=0.9", "promises.recall=0.8", "promises.confidence=0.8"]
    retuned = retune(made.bundle, words, name="small", out=tmp_path)
    assert retuned.evaluation.measures == trained.evaluation.measures
    assert retuned.evaluation.bands == trained.evaluation.bands
    assert retuned.model.provenance["config"] == trained.model.provenance["config"]


@pytest.mark.usefixtures("encoder")
def test_the_card_says_what_it_came_from(made, tmp_path):
    retuned = retune(made.bundle, ["thresholds.goal=recall>=0.9"], name="careful", out=tmp_path)
    card = (retuned.folder / BUNDLE.card).read_text("utf-8")
    assert made.sha256 in card and "themes models retune" in card
    assert "| bribery | recall>=0.9 |" in card
    assert "no promise: 12 positive stories, 22 needed" in card


@pytest.mark.usefixtures("encoder")
def test_a_model_is_not_replaced_unless_told_to(made, tmp_path):
    first = retune(made.bundle, name="mine", out=tmp_path)
    with pytest.raises(UsageError, match=r"there is a model already, found .*mine.*--overwrite"):
        retune(first.folder, ["thresholds.goal=recall>=0.9"], name="mine", out=tmp_path)
    again = retune(first.folder, ["thresholds.goal=recall>=0.9"], name="mine", out=tmp_path, overwrite=True)
    assert again.model.provenance["retuned_from"] == first.model.sha256
    assert load_bundle(again.folder).sha256 == again.model.sha256


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("head.C=2", "override head.C=2: not a part that can be chosen again; accepted: calibration, thresholds"),
        ("thresholds.goal=best", "thresholds.goal: not accepted, found 'best'; accepted: f1, or precision>=X"),
        ("thresholds.goal=recall>=1.5", "not accepted, found 'recall>=1.5'"),
        ("thresholds.themes.bribes=f1", "unknown theme, found 'bribes'; themes: bribery, weather"),
        ("thresholds.themes.bribery=most", "thresholds.themes: bribery: not accepted, found 'most'"),
        ("thresholds.gaol=f1", "did you mean 'goal'"),
    ],
)
@pytest.mark.usefixtures("encoder")
def test_what_cannot_be_chosen_again_is_refused_in_words(made, tmp_path, word, message):
    with pytest.raises(ConfigError) as raised:
        retune(made.bundle, [word], name="wrong", out=tmp_path)
    assert message in str(raised.value)
    assert not (tmp_path / "wrong").exists()


@pytest.mark.usefixtures("encoder")
def test_a_bundle_without_held_out_scores_is_refused(made, tmp_path):
    import dataclasses

    bare = dataclasses.replace(made.trained.model, held_out=None)
    kept = {name: (made.bundle / name).read_bytes() for name in (BUNDLE.card, BUNDLE.evaluation, BUNDLE.config)}
    save_bundle(bare, folder=tmp_path / "bare", documents=kept)
    with pytest.raises(DataError, match="keeps no held-out scores"):
        retune(tmp_path / "bare", name="x", out=tmp_path)


def test_the_command_prints_tables_and_writes_the_bundle(made, tmp_path, run, encoder):
    words = ["thresholds.goal=recall>=0.9", "tracking.enabled=false", "--name", "careful", "--out", tmp_path]
    done = run("models", "retune", made.bundle, *words)
    assert done.code == 0, done.err
    assert "tracked" not in done.err
    assert "no promise: 12 positive stories, 22 needed" in " ".join(done.out.split())
    assert (tmp_path / "careful" / BUNDLE.model).is_file()
    again = run("models", "retune", made.bundle, "--name", "careful", "--out", tmp_path)
    assert again.code == 64, again.err
    assert "--overwrite" in again.err
    nameless = run("models", "retune", made.bundle)
    assert nameless.code != 0 and "--name" in nameless.err


def test_a_retuned_model_is_a_version_that_can_be_promoted(made, tmp_path, run, encoder, monkeypatch):
    from pipeline.tracking.store import find_store, opened

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THEMES_CACHE", str(tmp_path / "cache"))
    where, labels = f"tracking.uri={tmp_path / 'runs/m.sqlite'}", made.bundle.parent / "labels.jsonl"
    runs = []
    for recall in (0.9, 0.7):
        done = run("models", "retune", made.bundle, f"promises.recall={recall}", where, "--name", f"r{recall}")
        assert done.code == 0, done.err
        runs.append(done.err.split("tracked   run ")[1].split(",")[0])
    assert "models:/themes/2 (candidate)" in done.err
    with opened(find_store("runs/m.sqlite")) as client:
        recorded = client.get_run(runs[1])
        names = {one.path for one in client.list_artifacts(runs[1])}
    assert recorded.data.tags["kind"] == "retuning"
    assert recorded.data.tags["retuned_from_sha256"] == made.sha256
    assert (recorded.data.params["promises.recall"], recorded.data.params["name"]) == ("0.7", "r0.7")
    assert {"bundle", "figures", "held_out.parquet"} <= names
    store = ("--tracking-uri", "runs/m.sqlite")
    done = run("models", "promote", "models:/themes/2", labels, *store)
    assert done.code == 0, done.err
    assert "version 2 of themes is now the champion" in done.out
    again = run("train", "--from-run", runs[1], *store)
    assert again.code == 65 and "retuned a model and trained nothing" in again.err
    third = run("models", "retune", "models:/themes@champion", where, "tracking.enabled=false", "--name", "third")
    assert third.code == 0, third.err
    assert json.loads(Path("models/third/model.json").read_bytes())["provenance"]["retuned_from"] != made.sha256


def test_a_theme_that_is_never_given_is_told(made, tmp_path, run, encoder):
    import dataclasses

    held = made.trained.model.held_out
    upside_down = dataclasses.replace(held, logits=-held.logits)
    model = dataclasses.replace(made.trained.model, held_out=upside_down)
    kept = {name: (made.bundle / name).read_bytes() for name in (BUNDLE.card, BUNDLE.evaluation, BUNDLE.config)}
    save_bundle(model, folder=tmp_path / "bad", documents=kept)
    done = run(
        "models", "retune", tmp_path / "bad", "thresholds.goal=precision>=0.99", "tracking.enabled=false",
        "--name", "x", "--out", tmp_path,
    )  # fmt: skip
    assert done.code == 0
    assert "bribery: no threshold reaches precision>=0.99; it is never `yes`" in done.err


def test_it_loads_neither_torch_nor_scikit_learn(made, tmp_path):
    program = """
import sys
sys.path.insert(0, "tests")
from tests.support.fakes import FakeEncoder
from pathlib import Path
from pipeline.model import bundle_student
from pipeline.training.retune import retune
bundle_student.load_encoder = lambda *_, **__: FakeEncoder()
retune(Path(sys.argv[1]), ["thresholds.goal=recall>=0.9"], name="x", out=Path(sys.argv[2]))
print("loaded:", *sorted({name.split(".")[0] for name in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(made.bundle), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "pipeline" in loaded
    assert not loaded & {"torch", "sklearn", "scipy", "transformers", "sentence_transformers", "mlflow", "pandas"}
