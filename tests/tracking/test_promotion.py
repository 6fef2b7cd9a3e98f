"""Who is champion: moved when nothing speaks against it, by force with a trace, and back the way it came."""

import dataclasses
import json
import sys

import pytest

from pipeline.configuration.load import load_config
from pipeline.configuration.schema import EvaluationConfig, PromotionConfig
from pipeline.errors import DataError, LockedError, MissingError, UsageError
from pipeline.tracking import promote, record, rollback
from pipeline.tracking.registry import version_by_alias
from pipeline.tracking.store import find_store, opened
from pipeline.training.train import train
from tests.support.fakes import FakeEncoder
from tests.support.tracked import SECRET, small_training, tracking


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A good training, one like it, and one that learned the answers of bribery wrong; all judged alike later."""
    folder = tmp_path_factory.mktemp("made")
    good = small_training(folder / "good")
    like = small_training(folder / "like", extra="head: {C: 8}\n")
    small_training(folder / "bad")
    lines = [json.loads(line) for line in (folder / "bad/labels.jsonl").read_text().splitlines()]
    for number, line in enumerate(lines):
        line["judgements"]["bribery"] = "yes" if number % 3 == 2 else "no"
    (folder / "bad/labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    trained = train(load_config(str(folder / "bad/c.yaml")).config, encoder=FakeEncoder())
    trained.save(folder / "bad/bundle")
    bad = dataclasses.replace(good, trained=trained, bundle=folder / "bad/bundle", sha256="")
    return {"good": good, "like": like, "bad": bad, "labels": [folder / "good/labels.jsonl"]}


@pytest.fixture(autouse=True)
def _fake(monkeypatch, tmp_path):
    monkeypatch.setattr("pipeline.model.bundle_student.load_encoder", lambda *_, **__: FakeEncoder())
    monkeypatch.setenv("THEMES_CACHE", str(tmp_path / "cache"))


class Registry:
    """A store with some versions."""

    def __init__(self, made, folder, *kinds):
        self.labels = made["labels"]
        self.config = tracking(folder / "m.sqlite", required=True)
        for kind in kinds:
            record(made[kind].trained, made[kind].bundle, config=self.config)

    def promote(self, uri="models:/themes@candidate", **more):
        return promote(
            uri, self.labels, tracking=self.config, promotion=PromotionConfig(),
            evaluation=EvaluationConfig(bootstrap=100), **more,
        )  # fmt: skip

    def rollback(self):
        return rollback("themes", tracking=self.config)

    @property
    def champion(self):
        with opened(find_store(self.config.uri)) as client:
            found = version_by_alias(client, "themes", "champion")
            return str(found.version) if found else ""

    def version(self, number):
        with opened(find_store(self.config.uri)) as client:
            return client.get_model_version("themes", number)

    def run(self, run_id):
        with opened(find_store(self.config.uri)) as client:
            return client.get_run(run_id)


def test_a_candidate_that_is_not_worse_becomes_champion(made, tmp_path):
    store = Registry(made, tmp_path, "good", "like")
    done = store.promote()
    assert (done.outcome, done.before, done.version, done.lost) == ("promoted", "1", "2", {})
    assert store.champion == "2"
    assert done.comparison.a.name == "models:/themes/1" and done.comparison.b.name == "models:/themes/2"
    run = store.run(done.run_id)
    assert (run.data.tags["promotion"], run.info.status) == ("promoted", "FINISHED")
    assert run.data.params["margin"] == "0.02"
    told = json.loads(store.version("2").tags["promotion"])
    assert (told["outcome"], told["over"], told["run"]) == ("promoted", "1", done.run_id)


def test_a_candidate_that_loses_a_theme_is_refused_with_the_table(made, tmp_path):
    store = Registry(made, tmp_path, "good", "bad")
    done = store.promote()
    assert (done.outcome, store.champion) == ("refused", "1")
    assert "bribery" in done.lost and "weather" not in done.lost
    assert done.lost["bribery"].high < -0.02
    tags = store.run(done.run_id).data.tags
    assert tags["promotion"] == "refused" and "bribery" in json.loads(tags["promotion.lost"])
    assert "promotion" not in store.version("2").tags


def test_force_moves_it_and_leaves_a_trace(made, tmp_path):
    store = Registry(made, tmp_path, "good", "bad")
    done = store.promote(force=True)
    assert (done.outcome, store.champion) == ("forced", "2")
    tags = store.version("2").tags
    told = json.loads(tags["promotion"])
    assert (told["outcome"], told["margin"], told["run"]) == ("forced", 0.02, done.run_id)
    assert json.loads(tags["promotion.forced"])["bribery"][0] < -0.02
    assert store.run(done.run_id).data.tags["promotion"] == "forced"
    assert store.promote("models:/themes/1").outcome == "promoted"  # and better than the forced one


def test_the_champion_itself_and_the_first_one(made, tmp_path):
    store = Registry(made, tmp_path, "good")
    assert store.promote().outcome == "already"
    with opened(find_store(store.config.uri)) as client:
        client.delete_registered_model_alias("themes", "champion")
    done = store.promote()
    assert (done.outcome, done.comparison, done.run_id, store.champion) == ("first", None, "", "1")
    with pytest.raises(MissingError, match="no earlier champion to go back to"):
        store.rollback()


def test_rollback_goes_back_the_way_it_came(made, tmp_path):
    store = Registry(made, tmp_path, "good", "like", "good")
    store.promote("models:/themes/2", force=True)
    store.promote("models:/themes/3", force=True)
    first, second = store.rollback(), store.rollback()
    assert [(one.left, one.version) for one in (first, second)] == [("3", "2"), ("2", "1")]
    assert store.champion == "1"
    assert store.version("3").tags["rolled_back_to"] == "2"
    with pytest.raises(MissingError, match="found version 1 alone"):
        store.rollback()
    assert store.champion == "1"
    store.promote("models:/themes/3", force=True)
    assert store.rollback().version == "1"


def test_rollback_passes_over_versions_that_were_deleted(made, tmp_path):
    store = Registry(made, tmp_path, "good", "like", "good")
    store.promote("models:/themes/2", force=True)
    store.promote("models:/themes/3", force=True)
    with opened(find_store(store.config.uri)) as client:
        client.delete_model_version("themes", "2")
    assert store.rollback().version == "1"


def test_a_run_is_the_version_it_made(made, tmp_path):
    store = Registry(made, tmp_path, "good", "like")
    assert store.promote(f"runs:/{store.version('2').run_id}").version == "2"


@pytest.mark.parametrize(
    ("uri", "error"),
    [("models:/themes/9", MissingError), ("models:/other@candidate", MissingError), (f"runs:/{'0' * 32}", MissingError),
     ("themes", UsageError)],
)  # fmt: skip
def test_what_is_not_there_is_told(made, tmp_path, uri, error):
    with pytest.raises(error):
        Registry(made, tmp_path, "good").promote(uri)


def test_a_champion_that_moved_meanwhile_is_not_overwritten(made, tmp_path, monkeypatch):
    store = Registry(made, tmp_path, "good", "like", "good")
    module = sys.modules[promote.__module__]
    compare = module.compare

    def slow(*arguments, **more):
        with opened(find_store(store.config.uri)) as client:
            client.set_registered_model_alias("themes", "champion", "3")
        return compare(*arguments, **more)

    monkeypatch.setattr(module, "compare", slow)
    with pytest.raises(LockedError, match="found version 3, compared with version 1"):
        store.promote("models:/themes/2")
    assert store.champion == "3"


def test_labels_that_say_too_little_move_nothing(made, tmp_path):
    store = Registry(made, tmp_path, "good", "like")
    lines = made["labels"][0].read_text().splitlines()
    (tmp_path / "few.jsonl").write_text("\n".join(lines[:6]) + "\n")
    store.labels = [tmp_path / "few.jsonl"]
    with pytest.raises(DataError, match="say too little"):
        store.promote()
    assert store.champion == "1"


def test_no_text_reaches_the_store(made, tmp_path):
    store = Registry(made, tmp_path, "good", "bad")
    store.promote(force=True)
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert SECRET.encode() not in path.read_bytes(), path
