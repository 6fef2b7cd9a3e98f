"""models/default is what `themes train configs/default.yaml` makes, and stays as good as it was."""

import json

import numpy as np
import pytest

from pipeline.configuration.load import config_sha256, load_config
from pipeline.configuration.shipped import shipped
from pipeline.files import canonical_json
from pipeline.model.bundle import load_bundle, verify_bundle
from pipeline.training.train import train

pytestmark = pytest.mark.real_encoder

# Raised when a change earns it, in the commit that earns it; never lowered silently.
FLOORS = {"f1": 0.57, "average_precision": 0.59}
SMALL = ["adapt.epochs=1", "folds.n=2", "evaluation.baselines=false", "evaluation.sources=2", "tracking.enabled=false"]


@pytest.fixture(scope="module")
def default():
    return load_bundle(shipped("models/default"))


@pytest.fixture(scope="module")
def measured():
    return json.loads((shipped("models/default") / "evaluation.json").read_text())


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The default recipe on a sixth of the labels, with one pass of teaching."""
    lines = (shipped("labels") / "paragraphs.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    labels = tmp_path_factory.mktemp("labels") / "some.jsonl"
    labels.write_text("".join(line for line in lines if json.loads(line)["article"].endswith("3")), encoding="utf-8")
    config = load_config(str(shipped("configs/default.yaml")), [*SMALL, f"labels=[{labels}]"]).config
    return config, train(config)


def test_it_was_trained_from_the_default_configuration(default):
    assert default.provenance["config"] == config_sha256(load_config(str(shipped("configs/default.yaml"))).config)


@pytest.mark.slow
def test_retraining_gives_the_committed_model(default, measured):
    """Same machine: the same bytes. Elsewhere the teaching rounds otherwise, so figures and tags are compared."""
    made = train(load_config(str(shipped("configs/default.yaml")), ["tracking.enabled=false"]).config)
    for figure in ("f1", "average_precision"):
        found = made.evaluation.measures.macro[figure].value
        assert found == pytest.approx(measured["measures"]["macro"][figure]["value"], abs=0.02), figure
    ours, theirs = (model.score(made.table.texts, articles=made.table.passages) for model in (made.model, default))
    assert np.abs(ours.scores - theirs.scores).mean() < 0.03
    assert (ours.decisions == theirs.decisions).mean() > 0.97


def test_a_second_run_writes_the_same_bytes(small, tmp_path):
    config, trained = small
    trained.save(tmp_path / "one")
    train(config).save(tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_a_taught_model_comes_back_whole(small, tmp_path):
    _, trained = small
    saved = trained.save(tmp_path / "m")
    loaded = load_bundle(tmp_path / "m")
    texts = trained.table.texts[:20]
    assert loaded.encoder.identity == trained.model.encoder.identity
    assert np.array_equal(loaded.score(texts).scores, trained.model.score(texts).scores)
    assert verify_bundle(tmp_path / "m") < 1e-6
    assert saved.sha256 == loaded.sha256


def test_both_measurements_are_there(small):
    evaluation = small[1].evaluation
    assert evaluation.by_source is not None
    assert canonical_json(evaluation.as_dict())


def test_the_committed_bundle_verifies_and_is_small():
    folder = shipped("models/default")
    assert verify_bundle(folder) < 1e-4
    assert sum(path.stat().st_size for path in folder.iterdir()) < 30e6


@pytest.mark.parametrize("figure", list(FLOORS))
def test_quality_does_not_fall_below_its_floor(measured, figure):
    found = measured["measures"]["macro"][figure]["value"]
    assert found >= FLOORS[figure], f"macro {figure} fell to {found:.3f}; floor {FLOORS[figure]}"


def test_scores_are_probabilities(measured):
    for theme, one in measured["measures"]["themes"].items():
        if one["support"] >= 50:
            assert one["calibration_error"]["value"] <= 0.05, theme


def test_it_beats_tfidf_in_the_same_folds(measured):
    ours, base = measured["measures"]["macro"]["f1"], measured["baselines"]["tfidf"]["macro"]["f1"]
    assert ours["low"] > base["value"]


def test_the_card_shows_the_committed_evaluation(measured):
    assert (
        f"{measured['measures']['macro']['f1']['value']:.2f} [" in (shipped("models/default") / "README.md").read_text()
    )
