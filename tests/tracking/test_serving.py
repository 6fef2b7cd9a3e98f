"""Serving: what MLflow's server answers is what the model says."""

import dataclasses
import json
import urllib.error

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.learning.heads import Heads
from pipeline.tracking.serving import answer
from tests.support.fakes import FakeEncoder, fake_model
from tests.support.tracked import ask, served, tracking

TEXTS = ["The patrol took a bribe at the gate.", "It rained all night."]


def test_one_row_per_paragraph_in_the_same_order():
    model = fake_model(("bribery", "tags"), encoder=FakeEncoder(width=512))
    texts = ["bribery " * 9, " ".join(f"hill{place}" for place in range(90)), "bribery tags " * 9]
    table = answer(model, pd.DataFrame({"text": texts}, index=[7, 3, 5]))
    assert list(table.columns) == ["tags", "review", "score_bribery", "score_tags", "model_sha256"]
    assert list(table.index) == [7, 3, 5]
    scored = model.score(texts)
    assert table["score_bribery"].tolist() == scored.scores[:, 0].tolist()
    given = [[theme for theme, yes in zip(model.themes, row, strict=True) if yes] for row in scored.decisions]
    assert table["tags"].tolist() == given and ["bribery"] in given and [] in given
    assert set(table["model_sha256"]) == {model.sha256}


def test_rows_of_one_article_are_neighbours():
    model = fake_model(("bribery",))
    heads = Heads(np.hstack([model.heads.weight, model.heads.weight]), model.heads.bias)
    model = dataclasses.replace(model, heads=heads, recipe=dataclasses.replace(model.recipe, neighbours=0.5))
    texts = ["bribery", "rain", "rain"]
    table = answer(model, pd.DataFrame({"text": texts, "article": ["a", "a", "b"]}))
    assert table["score_bribery"][1] > table["score_bribery"][2]
    scored = model.score(texts, articles=["a", "a", "b"])
    assert table["score_bribery"].tolist() == scored.scores[:, 0].tolist()


def test_what_is_to_be_reviewed_stands_apart():
    model = fake_model(("bribery",))
    model = dataclasses.replace(model, decider=dataclasses.replace(model.decider, floor=np.array([0.0])))
    table = answer(model, pd.DataFrame({"text": ["bribery " * 9, "rain fell on hills"]}))
    assert table["tags"].tolist() == [["bribery"], []]
    assert table["review"].tolist() == [[], ["bribery"]]


def test_no_row_gives_no_row():
    assert len(answer(fake_model(("bribery",)), pd.DataFrame({"text": []}))) == 0


def test_a_table_without_text_is_refused():
    with pytest.raises(DataError, match="no column 'text', found 'body'"):
        answer(fake_model(("bribery",)), pd.DataFrame({"body": ["a"]}))


@pytest.mark.parametrize("cell", [None, float("nan"), 3, b"bytes"])
def test_a_row_without_text_is_named(cell):
    with pytest.raises(DataError, match="request, row 2"):
        answer(fake_model(("bribery",)), pd.DataFrame({"text": ["a", cell]}))


@pytest.fixture
def trained(tmp_path):
    """Train with the real encoder on a slice of the shipped labels."""
    from pipeline.configuration.load import load_config
    from pipeline.configuration.shipped import shipped
    from pipeline.training.train import train

    lines = shipped("labels/paragraphs.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "some.jsonl").write_text("".join(lines[::4]), encoding="utf-8")
    fast = [
        "adapt.epochs=0",
        "folds.n=2",
        "evaluation.bootstrap=100",
        "evaluation.baselines=false",
        f"labels=[{tmp_path}/some.jsonl]",
    ]
    return train(load_config(str(shipped("configs/default.yaml")), fast).config)


@pytest.mark.server
@pytest.mark.real_encoder
def test_mlflow_models_serve_answers_like_the_model(trained, tmp_path):
    from pipeline.tracking import record

    model = trained.save(tmp_path / "bundle")
    recorded = record(trained, tmp_path / "bundle", config=tracking(tmp_path / "m.sqlite", required=True))
    assert "champion" in recorded.aliases
    store = f"sqlite:///{tmp_path}/m.sqlite"
    command = ["models", "serve", "-m", "models:/themes@champion", "--env-manager", "local"]
    with served(command, folder=tmp_path, health="ping", MLFLOW_TRACKING_URI=store) as address:
        rows = [[text] for text in TEXTS]
        answered = ask(f"{address}/invocations", {"dataframe_split": {"columns": ["text"], "data": rows}})
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(f"{address}/invocations", {"dataframe_split": {"columns": ["text"], "data": [[None]]}})
    assert refused.value.code == 400
    scored = model.score(TEXTS)
    for row, given in enumerate(json.loads(answered)["predictions"]):
        assert given["model_sha256"] == model.sha256
        wanted = [theme for theme, yes in zip(model.themes, scored.decisions[row], strict=True) if yes]
        assert given["tags"] == wanted
        for place, theme in enumerate(model.themes):
            assert given[f"score_{theme}"] == pytest.approx(float(scored.scores[row, place]), abs=1e-6)
