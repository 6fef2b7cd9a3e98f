"""A run can be repeated from what it recorded."""

import pytest

from pipeline.errors import DataError, MissingError, TrackingError
from pipeline.tracking import record, run_config
from pipeline.tracking.repeat import recorded_config
from pipeline.tracking.store import find_store, opened
from pipeline.training.train import train
from tests.support.fakes import FakeEncoder
from tests.support.tracked import closed_port, small_training, tracking


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = small_training(folder / "inner", extra="head: {C: 0.5}\n")
        return made, record(made.trained, made.bundle, config=tracking("m.sqlite", required=True)), folder


def test_the_same_configuration_comes_back_and_trains_the_same_model(recorded, tmp_path, monkeypatch):
    made, told, folder = recorded
    monkeypatch.chdir(folder)
    config, expected = run_config(told.run_id, uri="m.sqlite")
    assert config == made.trained.config
    again = train(config, encoder=FakeEncoder())
    assert {what: again.model.provenance[what] for what in expected} == expected
    assert set(expected) == {"labels", "codebook"}
    assert again.save(tmp_path / "again").sha256 == made.sha256


def test_changed_labels_show_in_the_hash(recorded, monkeypatch):
    _, told, folder = recorded
    monkeypatch.chdir(folder)
    config, expected = run_config(told.run_id, uri="m.sqlite")
    labels = folder / "inner/labels.jsonl"
    before = labels.read_text()
    try:
        labels.write_text(before.replace("bread", "cakes"))
        assert train(config, encoder=FakeEncoder()).model.provenance["labels"] != expected["labels"]
    finally:
        labels.write_text(before)


def test_paths_are_recorded_from_the_current_folder(recorded, monkeypatch):
    made, _, folder = recorded
    monkeypatch.chdir(folder)
    values = recorded_config(made.trained.config)
    assert values["labels"] == ["inner/labels.jsonl"] and values["codebook"] == "inner/codebook.yaml"


def test_encoders_are_recorded_from_the_current_folder_unless_a_package_names_them(recorded, monkeypatch):
    made, _, folder = recorded
    monkeypatch.chdir(folder)
    encoder = made.trained.config.encoder.model_copy(
        update={"id": str(folder / "inner" / "one"), "beside": ["package:other", str(folder / "two")]}
    )
    values = recorded_config(made.trained.config.model_copy(update={"encoder": encoder}))
    assert (values["encoder"]["id"], values["encoder"]["beside"]) == ("inner/one", ["package:other", "two"])


@pytest.mark.parametrize("uri", ["https://ana:secret@runs.example.org", "https://secret@runs.example.org"])
def test_no_password_is_recorded(recorded, uri):
    config = recorded[0].trained.config
    values = recorded_config(config.model_copy(update={"tracking": tracking(uri)}))
    assert values["tracking"]["uri"] == "https://runs.example.org"


def test_a_run_or_store_that_is_not_there_is_told(recorded, tmp_path, monkeypatch):
    monkeypatch.chdir(recorded[2])
    for run_id in ("0" * 32, "../../etc", ""):
        with pytest.raises(MissingError, match="no run with a config"):
            run_config(run_id, uri="m.sqlite")
    with pytest.raises(MissingError, match="no tracking store here"):
        run_config(recorded[1].run_id, uri=str(tmp_path / "none.sqlite"))


def test_a_server_that_is_down_is_told(recorded):
    with pytest.raises(TrackingError):
        run_config("0" * 32, uri=f"http://127.0.0.1:{closed_port()}")


def test_a_run_of_something_else_is_told(tmp_path):
    store = find_store(str(tmp_path / "m.sqlite"))
    with opened(store, making=True) as client:
        bare, other = (client.create_run("0").info.run_id for _ in range(2))
        client.log_dict(other, {"learning_rate": 1}, "config.json")
    with pytest.raises(MissingError, match="no run with a config"):
        run_config(bare, uri=str(store.database))
    with pytest.raises(DataError, match="not a configuration of this version"):
        run_config(other, uri=str(store.database))
