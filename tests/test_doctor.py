"""The doctor says what is wrong, goes on after it, and changes nothing."""

import json
import shutil

import pytest

from pipeline.configuration.schema import EncoderConfig
from pipeline.configuration.shipped import shipped
from pipeline.doctor import examine
from pipeline.encoders import backend_choice as machine
from pipeline.encoders import find_encoder
from pipeline.errors import ConfigError, MissingError


@pytest.fixture
def models(tmp_path):
    shutil.copytree(shipped("models/default"), tmp_path / "models" / "default")
    return tmp_path / "models"


def default_folder():
    return find_encoder(EncoderConfig()).folder


def states(findings):
    return {finding.what.split(" ")[0]: finding.state for finding in findings}


def test_all_is_well_and_the_choice_is_told(models):
    findings = examine(models, encoder=EncoderConfig())
    assert set(states(findings).values()) <= {"ok", "look"}
    assert any("runs on" in finding.said for finding in findings if finding.what.startswith("encoder"))


def test_a_changed_bundle_and_a_missing_encoder_are_both_told(models):
    (models / "default" / "README.md").write_text("changed", encoding="utf-8")
    findings = examine(models, encoder=EncoderConfig(id="package:no-such-encoder"))
    assert states(findings) | {"libraries": "", "cache": "", "processor": ""} == {
        "libraries": "",
        "cache": "",
        "processor": "",
        "encoder": "broken",
        "bundle": "broken",
    }
    assert any("pip install no-such-encoder" in finding.said for finding in findings)


def test_a_processor_without_safe_sums_is_told(models, monkeypatch):
    monkeypatch.setattr("pipeline.doctor.processor", lambda: frozenset({"avx2"}))
    assert states(examine(models, encoder=EncoderConfig()))["processor"] == "look"


@pytest.mark.parametrize(
    ("flags", "precision"),
    [({"avx512_vnni", "avx512_bf16"}, "int8"), ({"avx512_bf16"}, "bf16"), ({"avx2"}, "fp32"), (set(), "fp32")],
)
def test_auto_takes_what_the_processor_does_safely(flags, precision, monkeypatch):
    monkeypatch.setattr(machine, "processor", lambda: frozenset(flags))
    assert machine.choose_backend(EncoderConfig(backend="openvino"), default_folder()).precision == precision


def test_what_does_not_go_together_is_refused():
    for wrong in ({"backend": "onnx", "precision": "bf16"}, {"backend": "openvino", "device": "cuda"}):
        with pytest.raises(ConfigError):
            machine.choose_backend(EncoderConfig(**wrong), default_folder())


def test_a_back_end_that_is_not_installed_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(machine, "find_spec", lambda name: None)
    with pytest.raises(MissingError, match="pip install onnxruntime onnx"):
        machine.choose_backend(EncoderConfig(backend="onnx"), default_folder())
    assert machine.choose_backend(EncoderConfig(), default_folder()).backend == "torch"


def test_an_encoder_of_another_kind_stays_with_torch(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "modernbert"}), encoding="utf-8")
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    choice = machine.choose_backend(EncoderConfig(), tmp_path)
    assert choice.backend == "torch" and "modernbert" in choice.why


def test_the_command_prints_and_fails_when_something_is_broken(run, models):
    done = run("doctor", "configs/default.yaml", "--models", models, "--json")
    assert (done.code, done.err) == (0, "")
    assert {finding["state"] for finding in json.loads(done.out)} <= {"ok", "look"}
    (models / "default" / "README.md").write_text("changed", encoding="utf-8")
    done = run("doctor", "--models", models)
    assert done.code == 65 and "changed since" in done.out
