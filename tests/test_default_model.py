"""models/default is what `themes train configs/default.yaml` makes, and stays as good as it was."""

import json

import numpy as np
import pytest

from pipeline.bundle import verify_bundle
from pipeline.configfile import load_config
from pipeline.model import ThemeModel
from pipeline.shipped import shipped
from pipeline.training import train

pytestmark = pytest.mark.real_encoder

# Raised when a change earns it, in the commit that earns it; never lowered silently.
FLOORS = {"f1": 0.51, "average_precision": 0.51}


@pytest.fixture(scope="module")
def trained():
    return train(load_config(str(shipped("configs/default.yaml")), ["tracking.enabled=false"]).config)


@pytest.fixture(scope="module")
def default():
    return ThemeModel.load(shipped("models/default"))


def test_retraining_gives_the_committed_numbers(trained, default):
    for made, committed in (
        (trained.model.heads.weight, default.heads.weight),
        (trained.model.heads.bias, default.heads.bias),
        (trained.model.decider.threshold, default.decider.threshold),
    ):
        assert np.abs(made - committed).max() < 1e-4, "run: themes train configs/default.yaml, and commit it"


def test_retraining_gives_equal_decisions(trained, default):
    texts = trained.table.texts[:200]
    made, committed = trained.model.score(texts), default.score(texts)
    assert np.abs(made.scores - committed.scores).max() < 1e-4
    clear = np.abs(made.scores - default.decider.threshold) > 1e-4
    assert np.array_equal(made.decisions[clear], committed.decisions[clear])


def test_a_second_run_writes_the_same_bytes(trained, tmp_path):
    trained.save(tmp_path / "one")
    again = train(load_config(str(shipped("configs/default.yaml")), ["tracking.enabled=false"]).config)
    again.save(tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_committed_bundle_verifies():
    assert verify_bundle(shipped("models/default")) < 1e-4


@pytest.mark.parametrize("figure", list(FLOORS))
def test_quality_does_not_fall_below_its_floor(trained, figure):
    found = trained.evaluation.measures.macro[figure].value
    assert found >= FLOORS[figure], f"macro {figure} fell to {found:.3f}; floor {FLOORS[figure]}"


def test_it_beats_tfidf_in_the_same_folds(trained):
    ours, base = trained.evaluation.measures, trained.evaluation.baselines["tfidf"]
    assert ours.macro["f1"].low > base.macro["f1"].value


def test_the_card_shows_the_committed_evaluation():
    folder = shipped("models/default")
    value = json.loads((folder / "evaluation.json").read_text())["measures"]["macro"]["f1"]["value"]
    assert f"{value:.2f} [" in (folder / "README.md").read_text()
