"""Floors, curves and promises come back; a bundle of format 1 has none of them and says so."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from pipeline.errors import DataError
from pipeline.learning.calibration import Decider
from pipeline.learning.promises import Promise
from pipeline.model.bundle import load_bundle, save_bundle
from tests.support.fakes import FakeEncoder, fake_model

DOCUMENTS = {"README.md": b"# card\n", "evaluation.json": b"{}\n", "config.json": b"{}\n"}
PROMISES = (Promise(0.9, 0.9, 40, 1), Promise(0.9, 0.9, 9, -1))
KNOTS = np.array([[[-1.0, 0.1], [0.5, 0.3], [2.0, 0.8]], np.zeros((3, 2))])
TEXTS = ["the patrol took a bribe", "rain fell", "a crackdown began"]


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())
    decider = Decider(np.ones(2), np.zeros(2), np.array([0.75, 2.0]), np.array([0.2, 0.1]), KNOTS, PROMISES)
    model = dataclasses.replace(fake_model(("bribery", "crackdowns")), decider=decider)
    return save_bundle(model, folder=tmp_path / "m", documents=DOCUMENTS), tmp_path / "m"


def rewritten(folder, change):
    """Change arrays and head as a writer of another version would."""
    arrays, head = load_file(folder / "weights.safetensors"), json.loads((folder / "model.json").read_bytes())
    arrays = change(arrays, head) or arrays
    save_file(arrays, folder / "weights.safetensors")
    raw = (folder / "weights.safetensors").read_bytes()
    head["files"]["weights.safetensors"] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    (folder / "model.json").write_text(json.dumps(head))


def to_format_1(arrays, head):
    head["format"] = 1
    del head["promises"]
    return {name: array for name, array in arrays.items() if name not in ("floor", "knots")}


def test_bands_curves_and_promises_come_back(saved):
    model, folder = saved
    loaded = load_bundle(folder)
    for name in ("slope", "intercept", "threshold", "floor", "knots"):
        assert np.array_equal(getattr(loaded.decider, name), getattr(model.decider, name)), name
    assert loaded.decider.promises == PROMISES
    assert np.array_equal(loaded.score(TEXTS).bands, model.score(TEXTS).bands)
    assert loaded.decider.isotonic.tolist() == [True, False]


def test_a_model_without_curves_comes_back(tmp_path, saved):
    _, _ = saved
    save_bundle(fake_model(("bribery",)), folder=tmp_path / "plain", documents=DOCUMENTS)
    assert load_bundle(tmp_path / "plain").decider.knots.shape == (1, 0, 2)


def test_format_1_has_its_threshold_for_a_floor_and_promises_nothing(saved):
    model, folder = saved
    rewritten(folder, to_format_1)
    decider = load_bundle(folder).decider
    assert np.array_equal(decider.floor, model.decider.threshold)
    assert not decider.isotonic.any()
    assert {str(promise) for promise in decider.promises} == {"no promise: written before promises"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays, head: {k: v for k, v in arrays.items() if k != "floor"}, "array 'floor' must be float64"),
        (lambda arrays, head: arrays | {"floor": arrays["floor"] * np.nan}, "array 'floor' has numbers"),
        (lambda arrays, head: arrays | {"knots": np.zeros((2, 3))}, "array 'knots' has numbers .* or a wrong shape"),
        (lambda arrays, head: head["promises"].pop() and None, "promises for 1 themes"),
        (lambda arrays, head: head["promises"][0].update(more=1), "incomplete"),
        (lambda arrays, head: head.update(format=1), "unknown array 'floor'"),
    ],
)
def test_what_does_not_fit_is_refused(saved, change, message):
    _, folder = saved
    rewritten(folder, change)
    with pytest.raises(DataError, match=message):
        load_bundle(folder)
