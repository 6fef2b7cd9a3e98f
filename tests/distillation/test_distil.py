"""A student says what its teacher says, and a gate changes nothing of what it passes."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.configuration.schema import IngestConfig
from pipeline.distillation import Settings, distil
from pipeline.distillation.dump_sample import read_passages
from pipeline.distillation.token_vectors import reduced, token_texts
from pipeline.encoders import StaticEncoder, read_tokenizer
from pipeline.errors import ConfigError, DataError, UsageError
from pipeline.model.bundle import BUNDLE, load_bundle, save_bundle, verify_bundle
from pipeline.model.gate import runs
from pipeline.model.theme_model import PATHS
from tests.support.students import OTHER, THEMES, teacher, word_tokenizer, write_dump

SETTINGS = Settings(width=12, miss=0.03)


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return write_dump(tmp_path_factory.mktemp("dump") / "dump.jsonl", articles=250)


@pytest.fixture(scope="module")
def distilled(dump):
    return distil(teacher(), [dump], settings=SETTINGS, tokenizer=word_tokenizer())


@pytest.fixture(scope="module")
def passages(dump):
    return read_passages([dump], config=IngestConfig(), most=10_000, seed=1)


def test_no_group_stands_on_both_sides_of_a_split(passages):
    held_out, fold = passages.shares(0.2, seed=3), passages.folds(3, seed=3)
    for group in np.unique(passages.groups):
        rows = passages.groups == group
        assert len(set(held_out[rows].tolist())) == len(set(fold[rows].tolist())) == 1
    assert 0.15 < held_out.mean() < 0.25
    assert set(fold.tolist()) == {0, 1, 2}


def test_a_large_dump_is_drawn_from_by_whole_groups(dump, passages):
    few = read_passages([dump], config=IngestConfig(), most=300, seed=1)
    assert 300 <= len(few.texts) < 330
    assert few.read == len(passages.texts)
    assert set(few.texts) <= set(passages.texts)


def test_the_student_says_what_its_teacher_says(distilled):
    loss = distilled.evaluation["student"]
    assert loss["against_teacher"]["macro"]["f1"]["value"] > 0.8
    assert loss["missed"]["low"] <= loss["missed"]["value"] <= loss["missed"]["high"] < 0.4
    assert 0 < loss["score_difference"]["mean"]["value"] < 0.15
    assert set(loss["score_difference"]) == {*THEMES, "mean"}


def test_nothing_is_learned_from_the_held_out_part(dump, passages, distilled):
    """Other words in the held-out stories change no number of the student."""
    held_out = passages.shares(SETTINGS.held_out, seed=SETTINGS.seed)
    kept = {article for article, out in zip(passages.articles, held_out.tolist(), strict=True) if not out}
    learned = distilled.evaluation["dump"]["learned"]
    assert learned == int((~held_out).sum())
    assert 0 < len(kept) < len(set(passages.articles))
    again = distil(teacher(), [dump], settings=SETTINGS, tokenizer=word_tokenizer())
    assert again.student.encoder.identity == distilled.student.encoder.identity
    assert again.student.heads.weight.tobytes() == distilled.student.heads.weight.tobytes()
    assert again.evaluation == distilled.evaluation


def test_the_student_is_a_bundle_of_its_own(distilled, tmp_path):
    saved = distilled.save(tmp_path / "fast")
    loaded = load_bundle(tmp_path / "fast")
    assert isinstance(loaded.encoder, StaticEncoder)
    assert loaded.is_student and loaded.name == "fast" and loaded.sha256 == saved.sha256
    assert loaded.provenance["distilled_from"] == distilled.teacher.sha256
    texts = ["The choir sang while raids went on.", "Bribery at the gates.", "Rain."]
    before, after = distilled.student.score(texts), loaded.score(texts)
    assert before.scores.tobytes() == after.scores.tobytes()
    assert [PATHS[path] for path in after.path] == ["student"] * 3
    assert verify_bundle(tmp_path / "fast") < 1e-6
    assert set(after.bands.ravel().tolist()) <= {0, 2}
    assert all(
        "against its teacher" in str(promise) or "teacher" in str(promise) for promise in loaded.decider.promises
    )
    card = (tmp_path / "fast" / BUNDLE.card).read_text()
    assert "not against people" in card and "{" not in card


def test_the_tokens_of_a_student_explain_its_scores(distilled):
    text = "The market opened late while bribery spread."
    shares = distilled.student.shares(text)
    whole = distilled.student.score([text]).logits[0]
    assert shares.shares.sum(axis=0) + distilled.student.heads.bias == pytest.approx(whole, abs=1e-5)
    best = shares.spans[int(shares.shares[:, THEMES.index("bribery")].argmax())]
    assert text[best[0] : best[1]] == "bribery"


@pytest.mark.parametrize("name", [BUNDLE.table, BUNDLE.tokenizer])
def test_a_changed_file_of_a_student_is_refused(distilled, tmp_path, name):
    distilled.save(tmp_path / "fast")
    path = tmp_path / "fast" / name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(DataError, match="changed since the bundle was written"):
        load_bundle(tmp_path / "fast")


@pytest.fixture(scope="module")
def gated(distilled, tmp_path_factory):
    """The teacher behind its gate, as loaded from a bundle."""
    folder = tmp_path_factory.mktemp("gated")
    documents = {BUNDLE.card: b"# card\n", BUNDLE.evaluation: b"{}\n", BUNDLE.config: b"{}\n"}
    source = save_bundle(teacher(), folder=folder / "slow", documents=documents)
    whole = dataclasses.replace(distilled, teacher=source)
    whole.save_gated(folder / "gated", source=folder / "slow")
    return folder / "gated", source


def load_gated(folder, source, monkeypatch):
    import pipeline.model.bundle_student

    monkeypatch.setattr(pipeline.model.bundle_student, "load_encoder", lambda *_, **__: source.encoder)
    return load_bundle(folder)


def test_what_the_gate_passes_is_scored_as_without_it(gated, passages, distilled, monkeypatch):
    model = load_gated(*gated, monkeypatch)
    model = dataclasses.replace(model, recipe=dataclasses.replace(model.recipe, neighbours=0.0))
    found = model.score(passages.texts, articles=passages.articles)
    whole = model.full.score(passages.texts, articles=passages.articles)
    passed = found.path == PATHS.index("full")
    assert 0 < passed.sum() < len(passed)
    for name in ("scores", "bands", "logits", "windows"):
        assert getattr(found, name)[passed].tobytes() == getattr(whole, name)[passed].tobytes(), name
    assert not found.bands[~passed].any()
    alone = distilled.student.score(passages.texts, articles=passages.articles)
    assert found.scores[~passed].tobytes() == alone.scores[~passed].tobytes()
    assert (whole.decisions & ~passed[:, None]).sum() <= 0.06 * whole.decisions.sum()


def test_neighbours_of_what_passes_are_read_too(gated, passages, monkeypatch):
    model = load_gated(*gated, monkeypatch)
    heads = dataclasses.replace(model.heads, weight=np.hstack([model.heads.weight, model.heads.weight]))
    model = dataclasses.replace(model, heads=heads, recipe=dataclasses.replace(model.recipe, neighbours=0.5))
    found = model.score(passages.texts, articles=passages.articles)
    model.encoder.texts = 0
    again = model.score(passages.texts, articles=passages.articles)
    read = model.encoder.texts
    passed = found.path == PATHS.index("full")
    whole = model.full.score(passages.texts, articles=passages.articles)
    assert passed.sum() < read < len(passed)
    assert found.logits[passed].tobytes() == again.logits[passed].tobytes() == whole.logits[passed].tobytes()


def test_evidence_comes_for_the_rows_that_passed(gated, passages, monkeypatch):
    model, told = load_gated(*gated, monkeypatch), {}
    texts, articles = passages.texts[:60], passages.articles[:60]
    found = model.score(texts, articles=articles, watch=told.__setitem__)
    assert set(told) == set(np.flatnonzero(found.path == 0).tolist())
    for row, shares in told.items():
        assert shares.shares.tobytes() == model.full.shares(texts[row]).shares.tobytes()


def test_a_gate_voids_the_promises_and_says_what_it_loses(gated, distilled, monkeypatch):
    model = load_gated(*gated, monkeypatch)
    assert not any(promise.holds for promise in model.decider.promises)
    assert model.gate.rule.level == distilled.rule.level > 0
    card = (gated[0] / BUNDLE.card).read_text()
    loss = distilled.evaluation["gate"]
    assert card.startswith("# card\n") and f"yes tags lost ({loss['lost']} of {loss['tags']})" in card
    assert json.loads((gated[0] / BUNDLE.evaluation).read_bytes())["distilled"]["gate"] == loss
    assert loss["passed"]["value"] <= loss["read"]["value"] < 1
    assert loss["miss"]["value"] <= loss["miss"]["high"] < 0.15


def test_a_gate_without_its_table_is_refused(gated, tmp_path, monkeypatch):
    """Hashes do not catch a bundle that was put together wrongly."""
    import shutil

    shutil.copytree(gated[0], tmp_path / "broken")
    head = json.loads((tmp_path / "broken" / BUNDLE.model).read_bytes())
    for name in (BUNDLE.table, BUNDLE.tokenizer):
        (tmp_path / "broken" / name).unlink()
        del head["files"][name]
    (tmp_path / "broken" / BUNDLE.model).write_text(json.dumps(head))
    with pytest.raises(DataError, match="not a gate"):
        load_gated(tmp_path / "broken", gated[1], monkeypatch)


@pytest.fixture(scope="module")
def told_of_other_things(dump, tmp_path_factory):
    other = write_dump(tmp_path_factory.mktemp("other") / "other.jsonl", articles=150, seed=9, filler=OTHER)
    return distil(teacher(), [dump], off_topic=[other], settings=SETTINGS, tokenizer=word_tokenizer()), other


def test_off_topic_paragraphs_have_no_theme_whatever_the_teacher_says(told_of_other_things):
    found, other = told_of_other_things
    passages = read_passages([other], config=IngestConfig(), most=10_000, seed=1)
    assert teacher().score(passages.texts).decisions.mean() > 0.05
    assert found.student.score(passages.texts, articles=passages.articles).decisions.mean() < 0.02
    gate = found.evaluation["gate"]
    assert gate["off_topic"] > 50
    assert gate["off_topic_passed"]["value"] < 0.3 < gate["passed"]["value"]
    assert gate["miss"]["value"] < 0.1
    assert found.evaluation["dump"]["off_topic"] == len(passages.texts)


def test_what_stands_in_both_dumps_is_on_the_topic(dump, passages):
    both = passages.and_off_topic(passages)
    assert both.texts == passages.texts and not both.off_topic.any()


def test_a_student_has_no_students(distilled, dump):
    with pytest.raises(UsageError, match="is a student itself"):
        distil(dataclasses.replace(distilled.student, sha256="1" * 64), [dump], tokenizer=word_tokenizer())
    with pytest.raises(UsageError, match="was never saved"):
        distil(dataclasses.replace(teacher(), sha256=""), [dump], tokenizer=word_tokenizer())


def test_a_dump_of_few_stories_is_refused(tmp_path):
    small = write_dump(tmp_path / "small.jsonl", articles=4)
    with pytest.raises(DataError, match="too few stories to learn from, found 4, needed 10"):
        distil(teacher(), [small], tokenizer=word_tokenizer())


def test_a_wrong_field_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(ConfigError):
        distil(teacher(), [tmp_path / "nothing"], fields={"txt": "story"}, tokenizer=word_tokenizer())


def test_a_token_is_read_as_it_stands_in_text():
    texts = token_texts(read_tokenizer(word_tokenizer(["rain", "##ing", "[unused7]"])))
    assert texts == ["", "rain", "ing", ""]


def test_common_tokens_weigh_little_and_unknown_ones_nothing():
    vectors = np.random.default_rng(0).standard_normal((50, 6)).astype(np.float32)
    vectors[0] = 0
    counts = np.ones(50, dtype=np.int64)
    counts[1] = 10_000
    found = reduced(vectors, counts, width=4)
    assert found.shape == (50, 4)
    assert not found[0].any()
    assert np.linalg.norm(found[1]) < 0.01 * np.median(np.linalg.norm(found[2:], axis=1))


@pytest.mark.real_encoder
def test_the_shipped_model_gets_a_gate_that_changes_nothing_of_what_passes(tmp_path):
    source = Path(__file__).parents[2] / "models" / "default"
    model = load_bundle(source)
    small = write_dump(tmp_path / "small.jsonl", articles=40)
    found = distil(model, [small], settings=Settings(width=12, miss=0.5), tokenizer=word_tokenizer())
    found.save_gated(tmp_path / "gated", source=source)
    gated = load_bundle(tmp_path / "gated")
    assert verify_bundle(tmp_path / "gated") < 1e-4
    assert gated.held_out is not None and gated.recipe == model.recipe
    passages = read_passages([small], config=IngestConfig(), most=10_000, seed=1)
    whole = model.score(passages.texts, articles=passages.articles)
    student = gated.gate.student.score(passages.texts, articles=passages.articles)
    level = np.median(gated.gate.rule.expected(student.logits, runs(passages.articles)))
    half = dataclasses.replace(gated.gate, rule=dataclasses.replace(gated.gate.rule, level=float(level)))
    behind = dataclasses.replace(gated, gate=half).score(passages.texts, articles=passages.articles)
    passed = behind.path == PATHS.index("full")
    assert 0.3 < passed.mean() < 0.7
    assert behind.logits[passed].tobytes() == whole.logits[passed].tobytes()


def test_a_gate_may_pass_nothing_or_be_asked_nothing(gated, passages, monkeypatch):
    model = load_gated(*gated, monkeypatch)
    closed = dataclasses.replace(model.gate, rule=dataclasses.replace(model.gate.rule, level=1e9))
    found = dataclasses.replace(model, gate=closed).score(passages.texts[:5], articles=passages.articles[:5])
    assert found.path.tolist() == [PATHS.index("gate")] * 5 and not found.bands.any()
    assert model.score([]).scores.shape == (0, 2)
    assert model.score(passages.texts[:3]).scores.shape == (3, 2)
