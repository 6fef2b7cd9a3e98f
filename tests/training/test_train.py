"""Training: from labels to a measured bundle, the same bytes every time, no group on both sides."""

import json

import numpy as np
import pytest

from pipeline.configuration.load import load_config
from pipeline.configuration.schema import EvaluationConfig
from pipeline.configuration.shipped import shipped
from pipeline.errors import ConfigError, DataError
from pipeline.evaluation.evaluate import evaluate
from pipeline.training.train import train
from tests.support.fakes import FakeEncoder

FAST = ["adapt.epochs=0", "folds.n=3", "evaluation.bootstrap=100", "tracking.enabled=false"]


@pytest.fixture(scope="module")
def config():
    return load_config(str(shipped("configs/default.yaml")), FAST).config


@pytest.fixture(scope="module")
def trained(config):
    return train(config, encoder=FakeEncoder(width=256))


def test_no_story_article_or_near_duplicate_stands_in_two_folds(trained):
    for keys in (trained.table.articles, trained.table.stories, trained.groups.tolist()):
        places = {}
        for key, fold in zip(keys, trained.fold.tolist(), strict=True):
            assert places.setdefault(key, fold) == fold


def test_it_beats_always_no_on_words_alone(trained):
    measures = trained.evaluation.measures
    chance = trained.evaluation.baselines["always_no"].macro["average_precision"].value
    assert measures.macro["average_precision"].value > 1.5 * chance
    assert measures.macro["f1"].value > 0.2


def test_always_no_is_what_its_name_says(trained):
    base = trained.evaluation.baselines["always_no"]
    assert base.macro["f1"].value == 0.0
    one = base.themes["bribery"]
    assert one.average_precision.value == pytest.approx(one.support / one.asked)


def test_unsure_is_neither_yes_nor_no(trained):
    column = trained.table.codebook_ids.index("crackdowns")
    measured = trained.evaluation.measures.themes["crackdowns"]
    assert measured.asked == int((trained.table.answers[:, column] >= 0).sum()) < len(trained.table.texts)


def test_two_runs_write_the_same_bytes(trained, config, tmp_path):
    trained.save(tmp_path / "one")
    train(config, encoder=FakeEncoder(width=256)).save(tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_bundle_holds_no_labelled_text_and_no_path(trained, tmp_path):
    trained.save(tmp_path / "m")
    content = b"\n".join(path.read_bytes() for path in (tmp_path / "m").iterdir())
    assert not [text for text in trained.table.texts if text.encode() in content]
    assert str(shipped("labels")).encode() not in content


def test_the_card_tells_every_theme_and_both_baselines(trained, tmp_path):
    trained.save(tmp_path / "m")
    card = (tmp_path / "m" / "README.md").read_text()
    assert card.startswith("---\n")
    assert all(f"| {theme} |" in card for theme in trained.model.themes)
    assert "tfidf" in card and "always_no" in card


def small_labels(tmp_path, rows):
    lines = [
        {
            "id": f"x{i}-1",
            "article": f"x{i}",
            "story": f"x{i}",
            "paragraph": 1,
            "text": f"Patrol number {i} took a bribe near gate {i}." if yes else f"Rain number {i} fell on hill {i}.",
            "coder": "me",
            "codebook": "1.0",
            "judgements": {"bribery": "yes" if yes else "no"},
            "set": "test",
            "topic_source": "",
        }
        for i, yes in enumerate(rows)
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def one_theme(tmp_path, labels):
    """A codebook with one theme, and a configuration that names it."""
    (tmp_path / "codebook.yaml").write_text(
        'version: "1.0"\ntitle: One\nthemes:\n  - id: bribery\n    name: Bribery\n    definition: Bribes.\n'
        "    yes_when: a bribe is taken\n    no_when: it is a price\n"
    )
    (tmp_path / "c.yaml").write_text(
        f"name: small\ncodebook: codebook.yaml\nlabels: [{labels.name}]\nfolds: {{n: 2}}\n"
        "evaluation: {bootstrap: 100}\ntracking: {enabled: false}\n"
    )
    return load_config(str(tmp_path / "c.yaml")).config


def test_a_theme_with_one_story_is_an_error_that_names_it(tmp_path):
    config = one_theme(tmp_path, small_labels(tmp_path, [True] + [False] * 9))
    with pytest.raises(DataError, match="'bribery': judged yes in too few stories, found 1"):
        train(config, encoder=FakeEncoder())


def test_the_labels_it_was_trained_on_give_a_models_held_out_figures(tmp_path):
    config = one_theme(tmp_path, small_labels(tmp_path, [True, False] * 10))
    trained = train(config, encoder=FakeEncoder())
    evaluation = evaluate(trained.model, config.labels, config=config.evaluation)
    assert evaluation.measures == trained.evaluation.measures
    assert evaluation.origin == {"live": 0, "held_out": 20, "left_out": 0}


def test_other_labels_measure_a_model(tmp_path):
    config = one_theme(tmp_path, small_labels(tmp_path, [True, False] * 10))
    trained = train(config, encoder=FakeEncoder())
    (tmp_path / "more").mkdir()
    other = small_labels(tmp_path / "more", [True, False, False] * 6)
    evaluation = evaluate(trained.model, [other], config=EvaluationConfig(bootstrap=100))
    assert (evaluation.rows, evaluation.folds) == (18, 0)
    assert evaluation.measures.themes["bribery"].recall.value > 0.8


def test_scores_are_held_out_and_between_0_and_1(trained):
    assert trained.scores.shape == trained.table.answers.shape
    assert np.isfinite(trained.scores).all()
    assert 0 <= trained.scores.min() <= trained.scores.max() <= 1


def test_labels_without_one_answer_measure_nothing(tmp_path):
    config = one_theme(tmp_path, small_labels(tmp_path, [True, False] * 10))
    trained = train(config, encoder=FakeEncoder())
    (tmp_path / "more").mkdir()
    other = small_labels(tmp_path / "more", [True, False])
    other.write_text(other.read_text().replace('"yes"', '"unsure"').replace('"no"', '"unsure"').replace("gate", "door"))
    with pytest.raises(DataError, match="nothing judged yes or no"):
        evaluate(trained.model, [other], config=EvaluationConfig(bootstrap=100))


def test_sources_that_were_held_out_are_measured_beside(trained):
    assert trained.evaluation.by_source is not None
    assert trained.evaluation.by_source.macro["f1"].value != trained.evaluation.measures.macro["f1"].value
    assert trained.evaluation.as_dict()["by_source"]["macro"]["f1"]["value"] > 0


def test_an_encoder_that_cannot_be_taught_is_refused(config):
    taught = config.model_copy(update={"adapt": config.adapt.model_copy(update={"epochs": 1})})
    with pytest.raises(ConfigError, match=r"adapt\.epochs: cannot teach a FakeEncoder"):
        train(taught, encoder=FakeEncoder())


def test_words_and_unsure_judgements_are_part_of_the_recipe(tmp_path):
    config = one_theme(tmp_path, small_labels(tmp_path, [True, False] * 10))
    plain = train(config, encoder=FakeEncoder())
    head = config.head.model_copy(update={"words": 64, "unsure": 0.5})
    trained = train(config.model_copy(update={"head": head}), encoder=FakeEncoder())
    assert trained.model.recipe.words == 64
    assert trained.model.heads.weight.shape[1] == plain.model.heads.weight.shape[1] + 64
    text = "Patrol number 99 took a bribe near gate 99."
    assert trained.model.score([text]).scores[0, 0] > 0.5
    lines = config.labels[0].read_text().splitlines()
    doubtful = [line.replace('"yes"', '"unsure"') if "number 0 " in line else line for line in lines]
    config.labels[0].write_text("\n".join(doubtful))
    unsure, left_out = (
        train(config.model_copy(update={"head": head.model_copy(update={"unsure": weight})}), encoder=FakeEncoder())
        for weight in (1.0, 0.0)
    )
    assert not np.array_equal(unsure.model.heads.weight, left_out.model.heads.weight)
    one, other = (found.evaluation.measures.themes["bribery"] for found in (unsure, left_out))
    assert one.asked == other.asked == 19
