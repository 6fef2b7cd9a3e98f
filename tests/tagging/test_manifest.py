"""A run id changes with whatever can change a byte of the output, and with nothing else."""

import json

import pytest

from pipeline.errors import DataError
from pipeline.ingest.reading.dump import DumpFile
from pipeline.tagging.manifest import MANIFEST, Identity, read_manifest, write_manifest
from tests.support.fakes import fake_model

INPUTS = [DumpFile("a.txt", None, "a" * 64, 3), DumpFile("b.txt", None, "b" * 64, 4)]
SETTINGS = {"file_format": "parquet", "fields": {}, "keep_text": True}


def _identity(model=None, inputs=INPUTS, **settings):
    return Identity.of(model or fake_model(("bribery",)), inputs, **(SETTINGS | settings))


def test_the_same_gives_the_same_id():
    assert _identity().run_id == _identity().run_id
    one, two = {"text": "a", "date": "b"}, {"date": "b", "text": "a"}
    assert _identity(fields=one).run_id == _identity(fields=two).run_id


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"model": fake_model(("crackdowns",))}, "model: "),
        ({"inputs": INPUTS[:1]}, "input: "),
        ({"inputs": [INPUTS[0], DumpFile("b.txt", None, "c" * 64, 4)]}, "input: "),
        ({"inputs": [INPUTS[0], DumpFile("c.txt", None, "b" * 64, 4)]}, "input: "),
        ({"file_format": "csv"}, "settings.format: 'parquet' there, 'csv' here"),
        ({"fields": {"text": "story"}}, "settings.fields: {} there"),
        ({"keep_text": False}, "settings.text: True there, False here"),
    ],
)
def test_every_change_gives_another_id_and_is_told(change, told):
    other = _identity(**change)
    assert other.run_id != _identity().run_id
    (difference,) = other.differs_from(_identity().as_dict())
    assert difference.startswith(told)


def test_a_manifest_comes_back(tmp_path):
    assert read_manifest(tmp_path) is None
    write_manifest(tmp_path, _identity().as_dict())
    assert read_manifest(tmp_path) == json.loads((tmp_path / MANIFEST).read_bytes()) == _identity().as_dict()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"tool": "other", "run_id": "r"}', b'{"tool": "themes tag"}'])
def test_what_is_no_manifest_of_ours_is_refused(tmp_path, content):
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(DataError, match="not the manifest"):
        read_manifest(tmp_path)
