"""Models on paragraphs that they have not seen: no leak, nothing silent, both on the same rows."""

import dataclasses
import json

import numpy as np
import pytest

from pipeline.configuration.schema import CalibrationConfig, EvaluationConfig
from pipeline.errors import DataError
from pipeline.evaluation.compare import compare
from pipeline.evaluation.comparison_tables import COLUMNS, comparison_markdown, comparison_notes, comparison_rows
from pipeline.evaluation.evaluate import evaluate
from pipeline.evaluation.leakage import joined_groups, unseen_scores
from pipeline.labels.table import label_table, labels_sha256, read_labels
from pipeline.learning.held_out import source_key
from pipeline.model.bundle import load_bundle
from tests.support.fakes import FakeEncoder, fake_model
from tests.support.tracked import SECRET, small_training

CONFIG = EvaluationConfig(bootstrap=100)


class Watched(FakeEncoder):
    """Keeps what it was asked to encode."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def encode(self, texts, **more):
        self.asked += texts
        return super().encode(texts, **more)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def trained(folder):
    return small_training(folder).trained


@pytest.fixture
def watched(trained):
    return dataclasses.replace(trained.model, encoder=Watched())


def line(number, text, *, article="", bribery="yes", **more):
    return {
        "id": f"n{number}-1",
        "article": article or f"n{number}",
        "paragraph": 50 + number,
        "text": text,
        "coder": "me",
        "codebook": "1.0",
        "judgements": {"bribery": bribery, "weather": "no"},
    } | more


def labels(place, lines):
    place.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return place


@pytest.fixture
def mixed(folder, tmp_path):
    """All training paragraphs, two more of trained articles, and six of new articles."""
    before = [json.loads(one) for one in (folder / "labels.jsonl").read_text().splitlines()]
    seen = [line(1, "The guard asked for money again.", article="x3", story="x3"),
            line(2, "Somebody paid at the bridge.", article="new", story="x6")]  # fmt: skip
    new = [
        line(n, f"Unheard of bribe number {n} for clerk {n}.", bribery="yes" if n % 2 else "no") for n in range(10, 16)
    ]
    return labels(tmp_path / "mixed.jsonl", [*before, *seen, *new])


def table_of(model, path):
    judged = read_labels([path], codebook=model.codebook)
    return label_table(judged, codebook=model.codebook), labels_sha256(judged)


def unseen(model, path):
    table, sha256 = table_of(model, path)
    together = joined_groups(table, near_duplicate=model.recipe.ingest.near_duplicate)
    return table, unseen_scores(model, table, together=together, labels=sha256)


def test_evaluating_on_the_training_labels_gives_the_held_out_figures(trained, folder, watched):
    found = evaluate(watched, [folder / "labels.jsonl"], config=trained.config.evaluation)
    assert found.measures == trained.evaluation.measures
    assert found.bands.share_to_read == trained.evaluation.bands.share_to_read
    assert (found.rows, found.groups) == (trained.evaluation.rows, trained.evaluation.groups)
    assert found.origin == {"live": 0, "held_out": 36, "left_out": 0}
    assert watched.encoder.asked == []


def test_only_paragraphs_of_unseen_stories_are_scored_live(watched, mixed, trained):
    table, found = unseen(watched, mixed)
    assert found.counts() == {"live": 6, "held_out": 36, "left_out": 2}
    assert sorted(watched.encoder.asked) == sorted(text for text in table.texts if text.startswith("Unheard"))
    rows = {text: row for row, text in enumerate(trained.table.texts)}
    for row, text in enumerate(table.texts):
        if text in rows:
            assert found.scores[row].tolist() == trained.scores[rows[text]].tolist()
            assert found.decisions[row].tolist() == trained.decisions[rows[text]].tolist()


def test_rows_that_are_left_out_do_not_count(watched, mixed):
    found = evaluate(watched, [mixed], config=CONFIG)
    assert (found.rows, found.measures.themes["weather"].asked) == (42, 41)
    assert found.as_dict()["origin"] == {"live": 6, "held_out": 36, "left_out": 2}


def test_a_story_is_known_by_its_paragraphs_among_these_labels_alone(watched, tmp_path):
    """A model keeps no names of articles: without a trained paragraph beside it, a companion counts as new."""
    lines = [line(1, "The guard asked for money again.", article="x3", story="x3")]
    assert unseen(watched, labels(tmp_path / "alone.jsonl", lines))[1].counts()["live"] == 1
    lines.append(line(2, f"Patrol 3 took a bribe of 3 coins {SECRET}.", article="x3", story="x3"))
    counts = unseen(watched, labels(tmp_path / "both.jsonl", lines))[1].counts()
    assert counts == {"live": 0, "held_out": 1, "left_out": 1}


def test_no_paragraph_left_is_told(watched, mixed, tmp_path):
    model = dataclasses.replace(
        watched, held_out=dataclasses.replace(watched.held_out, fold=np.arange(36, dtype=np.int64))
    )
    lines = [line(n, f"Patrol {n} took a bribe of {n} coins {SECRET}.", article="one") for n in (3, 6)]
    with pytest.raises(DataError, match="no paragraph that is new or has a held-out score, found 2 judged") as caught:
        evaluate(model, [labels(tmp_path / "l.jsonl", lines)], config=CONFIG)
    assert SECRET not in str(caught.value)


def test_a_model_without_held_out_scores_is_refused_on_its_training_labels_alone(trained, folder, mixed):
    bare = dataclasses.replace(trained.model, held_out=None)
    with pytest.raises(DataError, match="keeps no held-out scores"):
        evaluate(bare, [folder / "labels.jsonl"], config=CONFIG)
    compared = compare(bare, trained.model, [mixed], config=CONFIG)
    assert compared.a.rows == {"live": 44, "held_out": 0, "left_out": 0} and not compared.a.knows_training
    assert any("does not say what it was trained on" in note for note in comparison_notes(compared))


def test_both_are_measured_on_the_same_rows(trained, mixed):
    compared = compare(trained.model, trained.model, [mixed], config=CONFIG, names=("one", "two"))
    assert (compared.rows, compared.left_out, compared.a.name, compared.b.name) == (42, 2, "one", "two")
    for one in compared.measures.themes.values():
        assert (one.f1.value, one.f1.verdict) == (0, "too close to call")
    assert compared.losses(0.0) == {}


def test_a_model_of_another_encoder_scores_for_itself(trained, folder, tmp_path):
    (tmp_path / "t").mkdir()
    wide = FakeEncoder(width=64)
    model = fake_model(("bribery", "weather"), encoder=wide)
    model = dataclasses.replace(model, codebook=trained.model.codebook)
    compared = compare(trained.model, model, [folder / "labels.jsonl"], config=CONFIG)
    assert wide.texts == 36
    assert (compared.a.rows["held_out"], compared.b.rows["live"]) == (36, 36)
    assert compared.measures.macro["f1"].verdict == "worse"
    assert set(compared.losses(0.02)) >= {"macro"}
    back = compare(model, trained.model, [folder / "labels.jsonl"], config=CONFIG)
    assert back.measures.macro["f1"].value == pytest.approx(-compared.measures.macro["f1"].value)
    assert back.measures.macro["f1"].verdict == "better" and back.losses(0.02) == {}


def other_codebook(model, *, drop="", add="", version="", definition=""):
    """The same model under a codebook with other themes."""
    themes = [theme for theme in model.codebook.themes if theme.id != drop]
    if add:
        themes.append(themes[0].model_copy(update={"id": add}))
    if definition:
        themes[0] = themes[0].model_copy(update={"definition": definition})
    codebook = model.codebook.model_copy(update={"themes": themes, "version": version or model.codebook.version})
    columns = [model.themes.index(theme.id if theme.id in model.themes else model.themes[0]) for theme in themes]
    decider = dataclasses.replace(
        model.decider,
        **{
            name: getattr(model.decider, name)[columns]
            for name in ("slope", "intercept", "threshold", "floor", "knots")
        },
        promises=(),
    )
    heads = dataclasses.replace(model.heads, weight=model.heads.weight[columns], bias=model.heads.bias[columns])
    return dataclasses.replace(model, codebook=codebook, decider=decider, heads=heads, held_out=None)


def test_themes_of_one_model_alone_are_named_and_a_dropped_one_is_a_loss(trained, tmp_path):
    b = other_codebook(trained.model, drop="weather", add="smuggling", definition="Somebody pays.")
    lines = [
        line(n, f"Unheard of bribe number {n}.", judgements={"bribery": "yes" if n % 2 else "no", "smuggling": "no"})
        for n in range(12)
    ]
    compared = compare(trained.model, b, [labels(tmp_path / "l.jsonl", lines)], config=CONFIG)
    assert list(compared.measures.themes) == ["bribery"]
    assert (compared.a.only, compared.b.only, compared.redefined) == (("weather",), ("smuggling",), ("bribery",))
    assert compared.losses(0.02)["weather"] is None
    notes = "\n".join(comparison_notes(compared))
    assert "only A has: weather" in notes and "only B has: smuggling" in notes and "otherwise" in notes


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_labels_of_either_codebook_version_are_read(trained, tmp_path, version):
    b = other_codebook(trained.model, version="2.0")
    lines = [line(n, f"Unheard of bribe number {n}.", codebook=version) for n in range(4)]
    assert compare(trained.model, b, [labels(tmp_path / "l.jsonl", lines)], config=CONFIG).rows == 4
    lines[0]["codebook"] = "3.0"
    with pytest.raises(DataError, match="problem"):
        compare(trained.model, b, [labels(tmp_path / "l.jsonl", lines)], config=CONFIG)


def test_models_without_a_common_theme_cannot_be_compared(trained, mixed):
    with pytest.raises(DataError, match="no theme in common"):
        compare(trained.model, fake_model(("smuggling",)), [mixed], config=CONFIG)


def test_tables_hold_every_theme_and_no_text(trained, mixed):
    compared = compare(trained.model, trained.model, [mixed], config=CONFIG)
    rows = comparison_rows(compared, "f1")
    assert [row[0] for row in rows] == ["bribery", "weather", "macro"]
    assert {len(row) for row in rows} == {len(COLUMNS)}
    markdown = comparison_markdown(compared)
    assert markdown.count("| macro |") == 2 and "too close to call" in markdown
    assert SECRET not in markdown + json.dumps(compared.as_dict())


def test_held_out_scores_are_chosen_as_the_model_chooses(tmp_path, monkeypatch):
    """A model without calibration, tuned for recall, is measured as one, also when it comes from its bundle."""
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())
    chosen = "calibration: {method: none}\nthresholds: {goal: recall>=0.95}\n"
    made = small_training(tmp_path / "t", extra=chosen)
    loaded = load_bundle(made.bundle)
    assert loaded.held_out.thresholds == made.trained.config.thresholds
    found = evaluate(loaded, [tmp_path / "t/labels.jsonl"], config=made.trained.config.evaluation)
    assert found.measures == made.trained.evaluation.measures
    other = dataclasses.replace(loaded.held_out, calibration=CalibrationConfig(method="platt"))
    _, platt = unseen(dataclasses.replace(loaded, held_out=other), tmp_path / "t/labels.jsonl")
    assert np.abs(platt.scores - made.trained.scores).max() > 0.01


def new_lines(counts):
    """New paragraphs, each its own story: so many of each source."""
    names = [source for source, count in counts.items() for _ in range(count)]
    return [
        line(n, f"Unheard of bribe number {n} for clerk {n}.", bribery="yes" if n % 2 else "no", topic_source=source)
        for n, source in enumerate(names, start=100)
    ]


def test_new_labels_are_measured_source_by_source(watched, tmp_path):
    known = dataclasses.replace(watched.held_out, sources=(source_key("River Post"),) * 36)
    model = dataclasses.replace(watched, held_out=known)
    lines = new_lines({"River Post, May 2020": 5, "river post, June 2020": 5, "Hill Radio": 12, "Lake FM": 3, "": 6})
    path = labels(tmp_path / "new.jsonl", lines)
    found = evaluate(model, [path], config=CONFIG)
    assert [(one.name, one.rows, one.groups, one.in_training) for one in found.sources.measured] == [
        ("Hill Radio", 12, 12, False),
        ("River Post", 10, 10, True),
    ]
    assert found.sources.few == 1
    alone = evaluate(model, [labels(tmp_path / "hill.jsonl", lines[10:22])], config=CONFIG)
    assert found.sources.measured[0].measures == alone.measures
    assert found.as_dict()["sources"]["measured"][0]["measures"]["macro"]["f1"]["low"] is not None
    older = dataclasses.replace(watched, held_out=dataclasses.replace(known, sources=()))
    assert {one.in_training for one in evaluate(older, [path], config=CONFIG).sources.measured} == {None}


def test_a_source_of_paragraphs_in_training_is_known_without_a_list(watched, folder, tmp_path):
    before = [json.loads(one) | {"topic_source": "Hill Radio"} for one in (folder / "labels.jsonl").open()]
    older = dataclasses.replace(watched, held_out=dataclasses.replace(watched.held_out, sources=()))
    path = labels(tmp_path / "both.jsonl", [*before, *new_lines({"Hill Radio": 11, "Lake FM": 10})])
    found = evaluate(older, [path], config=CONFIG).sources
    assert [(one.name, one.rows, one.in_training) for one in found.measured] == [
        ("Hill Radio", 11, True),
        ("Lake FM", 10, None),
    ]


def test_labels_without_a_new_paragraph_or_a_source_have_no_table_by_source(watched, folder, tmp_path):
    assert evaluate(watched, [folder / "labels.jsonl"], config=CONFIG).sources is None
    assert evaluate(watched, [labels(tmp_path / "n.jsonl", new_lines({"": 8}))], config=CONFIG).sources is None


def test_what_training_measured_by_source_is_told_for_its_own_rows_alone(watched, trained, folder, tmp_path):
    stored = trained.evaluation.measures
    own = evaluate(watched, [folder / "labels.jsonl"], config=CONFIG, by_source=stored)
    assert own.by_source is stored
    other = evaluate(watched, [labels(tmp_path / "n.jsonl", new_lines({"": 8}))], config=CONFIG, by_source=stored)
    assert other.by_source is None
