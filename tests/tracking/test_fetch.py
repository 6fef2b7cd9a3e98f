"""Models out of the store: as files, checked, once; never a wrong or an old one unasked."""

import json
import os
import shutil

import pytest

from pipeline.errors import DataError, MissingError, TrackingError, UsageError
from pipeline.model.bundle import load_bundle
from pipeline.tracking import fetch_model, record
from pipeline.tracking.store import find_store, opened
from tests.support.fakes import FakeEncoder
from tests.support.tracked import closed_port, small_training, tracking


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Two different models in one store."""
    folder = tmp_path_factory.mktemp("stored")
    made = [small_training(folder / "a"), small_training(folder / "b", extra="head: {C: 0.5}\n")]
    runs = [record(one.trained, one.bundle, config=tracking(folder / "m.sqlite", required=True)) for one in made]
    return made, runs, str(folder / "m.sqlite")


@pytest.fixture
def copied(stored, tmp_path):
    """The first model alone, in a store that a test may damage."""
    made, _, _ = stored
    uri = str(tmp_path / "m.sqlite")
    return made[0], record(made[0].trained, made[0].bundle, config=tracking(uri, required=True)), uri


def test_every_kind_of_address_gives_the_bundle_it_means(stored, tmp_path, monkeypatch):
    made, runs, uri = stored
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port()}")
    first = ("models:/themes@champion", "models:/themes/1", f"runs:/{runs[0].run_id}")
    second = ("models:/themes@candidate", "models:/themes/2", f"runs:/{runs[1].run_id}")
    for addresses, one in ((first, made[0]), (second, made[1])):
        for address in addresses:
            folder = fetch_model(address, tracking_uri=uri, into=tmp_path)
            assert folder == tmp_path / one.sha256
            for path in one.bundle.iterdir():
                assert (folder / path.name).read_bytes() == path.read_bytes()


def test_it_scores_as_before(stored, tmp_path, monkeypatch):
    made, _, uri = stored
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())
    texts = ["Patrol 3 took a bribe.", "Rain fell."]
    loaded = load_bundle(fetch_model("models:/themes@champion", tracking_uri=uri, into=tmp_path))
    assert loaded.score(texts).scores.tolist() == made[0].trained.model.score(texts).scores.tolist()


def test_it_lies_in_the_private_cache_when_no_folder_is_named(stored, tmp_path, monkeypatch):
    _, _, uri = stored
    monkeypatch.setenv("THEMES_CACHE", str(tmp_path / "cache"))
    before = os.umask(0o022)
    try:
        folder = fetch_model("models:/themes/1", tracking_uri=uri)
    finally:
        os.umask(before)
    assert folder.parent == tmp_path / "cache/models"
    made = [folder.parent, *folder.parent.rglob("*")]
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_it_is_fetched_once_and_again_when_damaged(copied, tmp_path):
    made, _, uri = copied
    into = tmp_path / "got"
    folder = fetch_model("models:/themes/1", tracking_uri=uri, into=into)
    (folder / "README.md").write_text("changed")
    assert fetch_model("models:/themes/1", tracking_uri=uri, into=into) == folder
    assert (folder / "README.md").read_bytes() == (made.bundle / "README.md").read_bytes()
    shutil.rmtree(tmp_path / "artifacts")
    assert fetch_model("models:/themes/1", tracking_uri=uri, into=into) == folder


@pytest.mark.parametrize("address", ["models:/themes@nobody", "models:/other@champion", "models:/themes/99"])
def test_what_is_not_there_is_told(stored, tmp_path, address):
    _, _, uri = stored
    with pytest.raises(MissingError, match="no such model") as caught:
        fetch_model(address, tracking_uri=uri, into=tmp_path)
    assert address in str(caught.value)


def test_a_run_that_is_not_there_is_told(stored, tmp_path):
    with pytest.raises(MissingError, match="no such model"):
        fetch_model(f"runs:/{'0' * 32}", tracking_uri=stored[2], into=tmp_path)


@pytest.mark.parametrize("address", ["themes@champion", "models:/a/b/c", "runs:/../x", "models:/@x", "http://x"])
def test_an_address_of_another_kind_is_refused(stored, tmp_path, address):
    with pytest.raises(UsageError, match="accepted: models:/NAME@ALIAS"):
        fetch_model(address, tracking_uri=stored[2], into=tmp_path)


def test_a_changed_file_in_the_store_is_refused_and_leaves_nothing(copied, tmp_path):
    _, recorded, uri = copied
    weights = tmp_path / "artifacts" / recorded.run_id / "artifacts/bundle/weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(DataError, match="changed since"):
        fetch_model("models:/themes@champion", tracking_uri=uri, into=tmp_path / "got")
    assert list((tmp_path / "got").iterdir()) == []


def test_another_model_in_its_place_is_refused(copied, stored, tmp_path):
    _, recorded, uri = copied
    place = tmp_path / "artifacts" / recorded.run_id / "artifacts/bundle"
    shutil.rmtree(place)
    shutil.copytree(stored[0][1].bundle, place)
    with pytest.raises(DataError, match="not the model that was recorded"):
        fetch_model("models:/themes@champion", tracking_uri=uri, into=tmp_path / "got")


def test_a_foreign_file_beside_the_bundle_does_not_come_along(copied, tmp_path):
    _, recorded, uri = copied
    (tmp_path / "artifacts" / recorded.run_id / "artifacts/bundle/evil.py").write_text("raise SystemExit")
    folder = fetch_model("models:/themes@champion", tracking_uri=uri, into=tmp_path / "got")
    assert not (folder / "evil.py").exists()


def test_a_model_that_themes_did_not_make_is_told(tmp_path):
    store = find_store(str(tmp_path / "m.sqlite"))
    with opened(store, making=True) as client:
        run = client.create_run("0").info.run_id
        client.create_registered_model("other")
        client.create_model_version("other", source=str(tmp_path), run_id=run)
    with pytest.raises(MissingError, match="holds no bundle/model"):
        fetch_model("models:/other/1", tracking_uri=str(store.database), into=tmp_path / "got")


def test_a_store_that_is_gone_names_the_last_copy_but_does_not_use_it(copied, tmp_path):
    made, _, uri = copied
    into = tmp_path / "got"
    folder = fetch_model("models:/themes@champion", tracking_uri=uri, into=into)
    (tmp_path / "m.sqlite").write_bytes(b"the disk rotted away, sector after sector" * 200)
    with pytest.raises(TrackingError) as caught:
        fetch_model("models:/themes@champion", tracking_uri=uri, into=into)
    assert f"use the copy fetched last: {folder}" in str(caught.value)
    known = json.loads((into / "known.json").read_bytes())
    assert list(known.values()) == [made.sha256]


def test_a_server_that_is_down_is_told(tmp_path):
    with pytest.raises(TrackingError, match="does not work"):
        fetch_model("models:/themes/1", tracking_uri=f"http://127.0.0.1:{closed_port()}", into=tmp_path)
