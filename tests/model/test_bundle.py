"""Bundles: what was saved comes back; anything changed, extra or foreign is refused before it is read."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

from pipeline.errors import DataError, MissingError
from pipeline.learning.held_out import HeldOut, row_key, source_key
from pipeline.model import bundle
from pipeline.model.bundle import load_bundle, save_bundle
from tests.support.fakes import FakeEncoder, fake_model, with_words

HELD_OUT = HeldOut(
    keys=(row_key("one"), row_key("two"), row_key("three")),
    groups=np.array([0, 0, 1]),
    fold=np.array([1, 1, 0]),
    answers=np.array([[1, 0], [0, -1], [0, 1]], dtype=np.int8),
    logits=np.array([[0.5, -1.25], [1 / 3, 0.0], [-7.0, 2.0]]),
)
DOCUMENTS = {"README.md": b"# card\n", "evaluation.json": b"{}\n", "config.json": b"{}\n"}
TEXTS = ["the patrol took a bribe", "rain fell"]


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())
    model = dataclasses.replace(fake_model(("bribery", "crackdowns")), held_out=HELD_OUT)
    return save_bundle(model, folder=tmp_path / "m", documents=DOCUMENTS), tmp_path / "m"


def test_a_loaded_model_scores_the_same_bits(saved):
    model, folder = saved
    loaded = load_bundle(folder)
    assert np.array_equal(loaded.score(TEXTS).scores, model.score(TEXTS).scores)
    assert (loaded.sha256, loaded.themes, loaded.recipe) == (model.sha256, model.themes, model.recipe)


def test_words_travel_in_the_recipe(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())
    model = with_words(fake_model(("bribery",)))
    save_bundle(model, folder=tmp_path / "m", documents=DOCUMENTS)
    loaded = load_bundle(tmp_path / "m")
    assert loaded.recipe.words == model.recipe.words == 64
    assert np.array_equal(loaded.score(TEXTS).logits, model.score(TEXTS).logits)


def test_saving_twice_gives_the_same_bytes(saved, tmp_path):
    model, folder = saved
    save_bundle(model, folder=tmp_path / "again", documents=DOCUMENTS)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_only_the_owner_can_read_it(saved):
    _, folder = saved
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


@pytest.mark.parametrize("name", (*bundle.BUNDLE.required, bundle.BUNDLE.held_out))
def test_one_changed_byte_is_found_in_every_file(saved, name):
    _, folder = saved
    raw = bytearray((folder / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / name).write_bytes(bytes(raw))
    with pytest.raises(DataError, match=f"{name}: changed since"):
        load_bundle(folder)


@pytest.mark.parametrize("name", (*bundle.BUNDLE.required, bundle.BUNDLE.held_out))
def test_a_missing_file_is_named(saved, name):
    _, folder = saved
    (folder / name).unlink()
    with pytest.raises(DataError, match=f"{name}: missing"):
        load_bundle(folder)


@pytest.mark.parametrize("name", ["model.pkl", "code.py", "MLmodel", ".hidden", "weights2.safetensors"])
def test_a_foreign_file_is_refused(saved, name):
    _, folder = saved
    (folder / name).write_bytes(b"x")
    with pytest.raises(DataError, match="does not belong"):
        load_bundle(folder)


def test_a_folder_or_link_in_a_bundle_is_refused(saved, tmp_path):
    _, folder = saved
    (folder / "code").mkdir()
    with pytest.raises(DataError, match="does not belong"):
        load_bundle(folder)
    (folder / "code").rmdir()
    (tmp_path / "card").write_bytes((folder / "README.md").read_bytes())
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(tmp_path / "card")
    with pytest.raises(DataError, match="does not belong"):
        load_bundle(folder)


def rewrite(folder, change):
    """Change model.json as someone who also knows how to mend nothing else would."""
    head = json.loads((folder / "model.json").read_bytes())
    change(head)
    (folder / "model.json").write_text(json.dumps(head))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda head: head.update(format=99), "unknown format, found 99"),
        (lambda head: head.pop("files"), "not a model.json"),
        (lambda head: head.pop("recipe"), "incomplete"),
        (lambda head: head["recipe"].update(encoder_identity="0" * 64), "trained with another encoder"),
        (lambda head: head["codebook"]["themes"].pop(), "its codebook is not the one"),
        (lambda head: head["codebook"]["themes"].reverse(), "its codebook is not the one"),
        (lambda head: head["themes"].reverse(), "its codebook is not the one"),
        (lambda head: head["recipe"]["encoder"].update(trust_remote_code=True), "incomplete"),
    ],
)
def test_a_changed_head_is_refused(saved, change, message):
    _, folder = saved
    rewrite(folder, change)
    with pytest.raises(DataError, match=message):
        load_bundle(folder)


def test_nothing_here_is_no_bundle(tmp_path):
    with pytest.raises(MissingError, match=r"no model\.json"):
        load_bundle(tmp_path)


def test_weights_that_are_not_numbers_are_refused(saved, tmp_path):
    model, _ = saved
    model.heads.weight[0, 0] = np.nan
    with pytest.raises(DataError, match="not finite"):
        bundle.load_bundle(resaved(model, tmp_path / "nan"))


def resaved(model, folder):
    """Save a broken model, past the check scores that would already stop it."""
    original = bundle._checks
    bundle._checks = lambda model: []
    try:
        save_bundle(model, folder=folder, documents=DOCUMENTS)
    finally:
        bundle._checks = original
    return folder


def test_verify_finds_an_encoder_that_gives_other_vectors(saved, monkeypatch):
    _, folder = saved
    assert bundle.verify_bundle(folder) < 1e-6

    class Drifted(FakeEncoder):
        def encode(self, texts, **kwargs):
            encoded = super().encode(texts, **kwargs)
            return type(encoded)(encoded.vectors * np.float32(1.5), encoded.windows)

    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: Drifted())
    with pytest.raises(DataError, match="score otherwise"):
        bundle.verify_bundle(folder)


def test_check_paragraphs_come_from_the_codebook_alone(saved):
    model, folder = saved
    texts = {check["text"] for check in json.loads((folder / "checks.json").read_bytes())}
    known = {text for theme in model.codebook.themes for text in (*theme.examples, theme.definition)}
    assert texts <= known


def test_list_finds_bundles_only(saved):
    _, folder = saved
    shutil.copytree(folder, folder.parent / "b")
    (folder.parent / "no-model").mkdir()
    assert bundle.list_bundles(folder.parent) == [folder.parent / "b", folder]


def test_held_out_rows_come_back(saved):
    loaded = load_bundle(saved[1]).held_out
    assert loaded.keys == HELD_OUT.keys
    assert loaded.rows([row_key("three"), row_key("four")]).tolist() == [2, -1]
    for name in ("groups", "fold", "answers", "logits"):
        assert np.array_equal(getattr(loaded, name), getattr(HELD_OUT, name))


def test_a_model_without_held_out_rows_replaces_one_with_them(saved):
    model, folder = saved
    save_bundle(dataclasses.replace(model, held_out=None), folder=folder, documents=DOCUMENTS)
    assert load_bundle(folder).held_out is None


def test_the_outlets_of_training_come_back_as_keys_and_older_bundles_have_none(saved, tmp_path):
    model, folder = saved
    assert load_bundle(folder).held_out.sources == ()
    keys = (source_key("Hill Radio"), source_key(""), source_key("HILL RADIO"))
    kept = dataclasses.replace(model, held_out=dataclasses.replace(HELD_OUT, sources=keys))
    save_bundle(kept, folder=tmp_path / "kept", documents=DOCUMENTS)
    assert load_bundle(tmp_path / "kept").held_out.sources == keys
    assert keys[0] == keys[2] and set(keys[1]) == {"0"}
    assert b"Hill" not in (tmp_path / "kept" / bundle.BUNDLE.held_out).read_bytes()
    wrong = dataclasses.replace(model, held_out=dataclasses.replace(HELD_OUT, sources=keys[:2]))
    save_bundle(wrong, folder=tmp_path / "wrong", documents=DOCUMENTS)
    with pytest.raises(DataError, match="array 'sources' does not fit"):
        load_bundle(tmp_path / "wrong")
