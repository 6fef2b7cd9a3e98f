"""Stores: what an address means, and that MLflow's habits stay outside."""

import logging
import os

import pytest

from pipeline.errors import ConfigError, MissingError, TrackingError
from pipeline.tracking.store import ensure_experiment, find_store, opened
from tests.support.tracked import closed_port


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("uri", ["runs/m.sqlite", "sqlite:///runs/m.sqlite"])
def test_a_file_counts_from_the_current_folder(uri, tmp_path):
    store = find_store(uri)
    assert store.database == tmp_path / "runs/m.sqlite"
    assert store.uri == f"sqlite:///{tmp_path}/runs/m.sqlite"
    assert store.artifacts == (tmp_path / "runs/artifacts").as_uri()


@pytest.mark.parametrize("uri", ["postgresql://host/db", "file:///runs", "runs/", "ftp://x", "a.sqlite?mode=ro"])
def test_another_address_is_refused_with_its_value(uri):
    with pytest.raises(ConfigError) as caught:
        find_store(uri)
    assert repr(uri) in str(caught.value) and "accepted" in str(caught.value)


def test_a_password_is_used_but_not_shown():
    store = find_store("https://ana:secret@runs.example.org/x")
    assert (store.uri, store.shown) == (
        "https://ana:secret@runs.example.org/x",
        "https://runs.example.org/x",
    )


def test_reading_a_store_that_is_not_there_makes_nothing(tmp_path):
    with pytest.raises(MissingError, match="no tracking store here"), opened(find_store("runs/m.sqlite")):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["runs", "my runs", "été 100%", "a#b"])
def test_a_fresh_store_is_private_and_takes_artifacts(folder, tmp_path):
    store = find_store(f"{folder}/m.sqlite")
    with opened(store, making=True) as client:
        experiment = ensure_experiment(client, "themes", store=store)
        assert ensure_experiment(client, "themes", store=store) == experiment
        run = client.create_run(experiment)
        client.log_text(run.info.run_id, "hello", "a.txt")
    made = [tmp_path / folder, *(tmp_path / folder).rglob("*")]
    assert [path.name for path in made if path.stat().st_mode & 0o077] == []
    assert [path.read_text() for path in (tmp_path / folder / "artifacts").rglob("a.txt")] == ["hello"]
    assert [path.name for path in tmp_path.iterdir()] == [folder]


def test_the_process_is_left_as_it_was(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "7")
    level, umask = logging.getLogger("alembic").level, os.umask(0o022)
    try:
        with opened(find_store("runs/m.sqlite"), making=True):
            inside = os.umask(0o077)
        assert (inside, os.umask(0o022)) == (0o077, 0o022)
    finally:
        os.umask(umask)
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "7"
    assert "MLFLOW_HTTP_REQUEST_MAX_RETRIES" not in os.environ
    assert logging.getLogger("alembic").level == level


def test_a_server_that_is_down_is_told_without_its_password():
    store = find_store(f"http://ana:secret@127.0.0.1:{closed_port()}")
    with pytest.raises(TrackingError, match="does not work") as caught, opened(store) as client:
        ensure_experiment(client, "themes", store=store)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "m.sqlite").write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(TrackingError, match="not a database"), opened(find_store("m.sqlite")) as client:
        client.search_experiments()


def test_a_deleted_experiment_is_told():
    store = find_store("runs/m.sqlite")
    with opened(store, making=True) as client:
        client.delete_experiment(ensure_experiment(client, "old", store=store))
    with pytest.raises(TrackingError, match="'old' was deleted"), opened(store) as client:
        ensure_experiment(client, "old", store=store)
