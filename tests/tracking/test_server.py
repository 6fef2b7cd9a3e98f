"""Everything that works on a file works on a tracking server."""

import pytest

from pipeline.errors import MissingError
from pipeline.tracking import fetch_model, record, run_config
from tests.support.tracked import served, small_training, tracking


@pytest.mark.server
def test_a_run_goes_to_a_server_and_comes_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = small_training(tmp_path / "t")
    command = ["server", "--backend-store-uri", f"sqlite:///{tmp_path}/s.sqlite", "--workers", "1"]
    command += ["--artifacts-destination", str(tmp_path / "kept")]
    with served(command, folder=tmp_path, health="health") as address:
        config = tracking(address, required=True)
        first, second = (record(made.trained, made.bundle, config=config) for _ in range(2))
        assert (first.aliases, second.aliases) == (("candidate", "champion"), ("candidate",))
        folder = fetch_model("models:/themes@champion", tracking_uri=address, into=tmp_path / "got")
        assert folder.name == made.sha256
        assert run_config(first.run_id, uri=address)[0].head == made.trained.config.head
        for wrong in ("models:/themes@nobody", f"runs:/{'0' * 32}"):
            with pytest.raises(MissingError):
                fetch_model(wrong, tracking_uri=address, into=tmp_path / "got")
        with pytest.raises(MissingError):
            run_config("0" * 32, uri=address)
