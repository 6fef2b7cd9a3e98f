"""Encoder files are found and checked before any library reads them."""

import json

import pytest

from pipeline.configuration.schema import EncoderConfig
from pipeline.encoders.encoder_files import find_encoder
from pipeline.errors import DataError, MissingError

MODULES = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "modules.json").write_text(json.dumps(MODULES))
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


def find(folder):
    return find_encoder(EncoderConfig(id=str(folder)))


def test_the_default_encoder_is_installed_and_the_pinned_one():
    files = find_encoder(EncoderConfig())
    assert files.sha256["model.safetensors"].startswith("53aa51172d14")


def test_the_identity_depends_on_content_and_not_on_the_folder(folder, tmp_path_factory):
    moved = tmp_path_factory.mktemp("moved") / "elsewhere"
    folder_identity = find(folder).identity
    moved.mkdir()
    for path in folder.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    assert find(moved).identity == folder_identity
    (moved / "model.safetensors").write_bytes(b"weightz")
    assert find(moved).identity != folder_identity


def test_a_missing_package_names_the_command():
    with pytest.raises(MissingError, match="pip install no-such-package"):
        find_encoder(EncoderConfig(id="package:no-such-package"))


def test_a_hub_model_that_is_not_here_is_not_fetched_unless_allowed(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(MissingError, match=r"encoder\.download=true"):
        find_encoder(EncoderConfig(id="someone/not-here"))


def test_pickled_weights_alone_are_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(DataError, match="safetensors"):
        find(folder)


@pytest.mark.parametrize("key", ["auto_map", "_attn_implementation_internal"])
def test_a_config_that_asks_for_code_is_refused(folder, key):
    (folder / "config.json").write_text(json.dumps({key: {"AutoModel": "evil.Model"}}))
    with pytest.raises(DataError, match=key):
        find(folder)


def test_a_foreign_module_class_is_refused(folder):
    (folder / "modules.json").write_text(json.dumps([{"type": "evil_package.Module"}]))
    with pytest.raises(DataError, match="foreign module"):
        find(folder)


def test_a_broken_config_is_refused(folder):
    (folder / "config.json").write_text("{")
    with pytest.raises(DataError, match="not readable as JSON"):
        find(folder)


def test_a_changed_pinned_file_is_refused(monkeypatch, folder):
    from pipeline.encoders import encoder_files as source

    monkeypatch.setattr(source, "_package_folder", lambda name: folder)
    with pytest.raises(DataError, match="not the file this version of themes was tested with"):
        find_encoder(EncoderConfig())
