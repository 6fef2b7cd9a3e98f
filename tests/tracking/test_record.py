"""Runs: everything a later reader needs, nothing that names a person, nothing lost when the store fails."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import TrackingError
from pipeline.tracking import record
from pipeline.tracking.store import ensure_experiment, find_store, opened
from tests.support.tracked import SECRET, closed_port, small_training, tracking

ROOT = Path(__file__).parents[2]
RECORD = """
import json, sys
from pathlib import Path
from tests.support.tracked import closed_port, small_training, tracking
from pipeline.tracking import record
made = small_training(Path(sys.argv[1]))
print(json.dumps(record(made.trained, made.bundle, config=tracking(sys.argv[2])).model_version))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return small_training(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def told(made, tmp_path_factory):
    """One run recorded in a fresh store, while the environment points to a store that must not be used."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port()}")
        recorded = record(made.trained, made.bundle, config=tracking("runs/m.sqlite", required=True))
    return recorded, folder


def run_of(told):
    recorded, folder = told
    with opened(find_store(str(folder / "runs/m.sqlite"))) as client:
        return client.get_run(recorded.run_id)


def artifact(told, name):
    recorded, folder = told
    return folder / "runs/artifacts" / recorded.run_id / "artifacts" / name


def python(*arguments, **environment):
    """Start Python on code of ours, as a user's process: neither CI nor pytest shows in its environment."""
    hidden = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=kept | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_tells_what_was_made(told):
    recorded, _ = told
    assert (recorded.model, recorded.model_version, recorded.problem) == ("themes", "1", "")
    assert recorded.aliases == ("candidate", "champion")
    assert recorded.run_id in recorded.told() and "models:/themes/1 (candidate, champion)" in recorded.told()


def test_the_run_is_finished_and_names_no_person(told, made):
    run = run_of(told)
    tags = run.data.tags
    assert run.info.status == "FINISHED"
    assert (tags["mlflow.user"], tags["mlflow.source.name"]) == ("themes", "themes")
    assert not [name for name in tags if "git" in name]
    assert tags["model_sha256"] == made.sha256
    for what in ("labels", "codebook", "config"):
        assert tags[f"{what}_sha256"] == made.trained.model.provenance[what]


def test_parameters_are_the_configuration_without_paths_of_this_machine(told):
    params = run_of(told).data.params
    assert (params["head.C"], params["folds.n"], params["name"]) == ("4.0", "3", "small")
    assert params["ingest.fields"] == "{}"
    assert not [name for name, value in params.items() if name.startswith("tracking") or value.startswith("/")]


def test_metrics_are_the_evaluation(told, made):
    metrics = run_of(told).data.metrics
    evaluation = made.trained.evaluation
    one = evaluation.measures.themes["bribery"]
    assert metrics["f1/bribery"] == pytest.approx(one.f1.value)
    assert metrics["f1_low/bribery"] == pytest.approx(one.f1.low)
    assert metrics["average_precision_high/bribery"] == pytest.approx(one.average_precision.high)
    assert metrics["support/bribery"] == 12
    assert metrics["calibration_error/bribery"] == pytest.approx(one.calibration_error.value)
    bands = evaluation.bands
    assert metrics["floor/bribery"] == pytest.approx(bands.themes["bribery"].floor)
    assert (metrics["promised/bribery"], metrics["share_to_read"]) == (0, pytest.approx(bands.share_to_read))
    assert metrics["threshold/weather"] == pytest.approx(made.trained.model.decider.threshold[1])
    assert metrics["f1_macro"] == pytest.approx(evaluation.measures.macro["f1"].value)
    assert metrics["recall_micro_low"] == pytest.approx(evaluation.measures.micro["recall"].low)
    assert metrics["tfidf/f1_macro"] == pytest.approx(evaluation.baselines["tfidf"].macro["f1"].value)
    assert metrics["always_no/f1_macro"] == 0


def test_a_figure_that_is_not_known_is_left_out(told, made):
    precision = made.trained.evaluation.baselines["always_no"].macro["precision"]
    assert precision.value is None
    assert "always_no/precision_macro" not in run_of(told).data.metrics


def test_labels_and_codebook_are_data_sets_known_by_hash(told, made):
    inputs = {given.dataset.name: given for given in run_of(told).inputs.dataset_inputs}
    assert set(inputs) == {"labels", "codebook"}
    labels = inputs["labels"].dataset
    profile = json.loads(labels.profile)
    assert made.trained.model.provenance["labels"].startswith(labels.digest) and len(labels.digest) >= 32
    assert profile["sha256"] == made.trained.model.provenance["labels"]
    assert profile["rows"] == 36 and profile["answers"]["bribery"]["yes"] == 12
    assert [tag.value for tag in inputs["labels"].tags] == ["training"]


def test_held_out_answers_without_text(told, made):
    table = pq.read_table(artifact(told, "held_out.parquet"))
    assert table.column_names == ["id", "group", "fold", "theme", "answer", "score", "decision"]
    trained = made.trained
    assert table.num_rows == 36 * 2
    for row in table.to_pylist():
        place, theme = trained.table.ids.index(row["id"]), trained.table.codebook_ids.index(row["theme"])
        words = {1: "yes", 0: "no", -1: None}
        assert row["answer"] == words[int(trained.table.answers[place, theme])]
        assert row["score"] == pytest.approx(float(trained.scores[place, theme]))
        assert row["decision"] == bool(trained.decisions[place, theme])
        assert (row["group"], row["fold"]) == (trained.groups[place], trained.fold[place])
    assert table["answer"].null_count == 1


def test_the_run_holds_figures_configuration_and_the_bundle(told, made):
    figures = sorted(path.name for path in artifact(told, "figures").iterdir())
    assert figures == ["f1.png", "precision_recall.png", "reading.png", "reliability.png", "scores.png"]
    assert json.loads(artifact(told, "config.json").read_bytes())["head"]["C"] == 4.0
    for path in made.bundle.iterdir():
        assert artifact(told, f"bundle/{path.name}").read_bytes() == path.read_bytes()


def test_no_labelled_text_and_no_path_of_this_machine_stands_in_an_artifact(told, made):
    _, folder = told
    for path in (path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        for encoding in ("utf-8", "utf-16-le"):
            assert SECRET.encode(encoding) not in raw, path
        if path.suffix != ".sqlite":  # MLflow finds artifacts by absolute address
            assert str(folder).encode() not in raw and str(made.bundle.parent).encode() not in raw, path
            assert str(ROOT).encode() not in raw, path


def test_nothing_is_pickled_and_nothing_is_open_to_others(told):
    _, folder = told
    paths = [path for path in folder.rglob("*") if path.is_file()]
    suffixes = {".pkl", ".pickle", ".joblib", ".skops", ".cloudpickle", ".pt", ".bin"}
    assert [path for path in paths if path.suffix in suffixes or path.read_bytes()[:1] == b"\x80"] == []
    assert [path for path in (folder / "runs").rglob("*") if path.stat().st_mode & 0o077] == []
    assert [path.name for path in folder.iterdir()] == ["runs"]


def test_the_stored_script_is_three_lines_of_code(told):
    (script,) = told[1].rglob("served_model.py")
    names = {node.module for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.ImportFrom)}
    assert names == {"pipeline.tracking.serving"}


def test_only_the_candidate_moves_to_a_second_version(made, tmp_path):
    config = tracking(tmp_path / "m.sqlite", model="mine")
    first, second = (record(made.trained, made.bundle, config=config) for _ in range(2))
    assert (first.aliases, second.aliases) == (("candidate", "champion"), ("candidate",))
    with opened(find_store(config.uri)) as client:
        versions = {a: client.get_model_version_by_alias("mine", a).version for a in ("candidate", "champion")}
    assert {alias: int(version) for alias, version in versions.items()} == {"candidate": 2, "champion": 1}


@pytest.mark.parametrize("failure", [OSError("disk full"), KeyboardInterrupt()])
def test_a_run_that_fails_is_marked_failed(made, tmp_path, monkeypatch, failure):
    def fail(*_, **__):
        raise failure

    module = sys.modules[record.__module__]
    monkeypatch.setattr(module, "draw_figures", fail)
    config = tracking(tmp_path / "m.sqlite", required=True)
    with pytest.raises((TrackingError, KeyboardInterrupt)):
        record(made.trained, made.bundle, config=config)
    with opened(find_store(config.uri)) as client:
        (run,) = client.search_runs([ensure_experiment(client, "themes", store=find_store(config.uri))])
    assert run.info.status == "FAILED"
    assert {path.name for path in tmp_path.iterdir()} - {"artifacts"} == {".m.sqlite.lock", "m.sqlite"}


def test_what_a_killed_process_left_is_cleared_up(made, tmp_path):
    store = find_store(str(tmp_path / "m.sqlite"))
    with opened(store, making=True) as client:
        experiment = ensure_experiment(client, "themes", store=store)
        left = client.create_run(experiment, tags={"mlflow.source.name": "themes"}).info.run_id
        foreign = client.create_run(experiment, tags={"mlflow.source.name": "other.py"}).info.run_id
    (tmp_path / ".partial-run-x").mkdir()
    (tmp_path / ".partial-run-x" / "a").write_text("half")
    record(made.trained, made.bundle, config=tracking(store.database))
    with opened(store) as client:
        assert client.get_run(left).info.status == "KILLED"
        assert client.get_run(foreign).info.status == "RUNNING"
    assert not (tmp_path / ".partial-run-x").exists()


def test_a_store_that_is_down_is_told_or_raised_as_the_configuration_says(made):
    uri = f"http://127.0.0.1:{closed_port()}"
    recorded = record(made.trained, made.bundle, config=tracking(uri))
    assert (recorded.run_id, recorded.aliases) == ("", ())
    assert recorded.told().startswith("not tracked: ") and uri in recorded.told()
    with pytest.raises(TrackingError) as caught:
        record(made.trained, made.bundle, config=tracking(uri, required=True))
    assert caught.value.exit_code == 69


def test_four_first_starts_at_once_all_succeed(tmp_path):
    uri = str(tmp_path / "runs/m.sqlite")
    started = [python("-c", RECORD, str(tmp_path / str(n)), uri) for n in range(4)]
    ended = [(process.communicate(timeout=300), process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * 4, ended
    assert sorted(json.loads(out) for (out, _), _ in ended) == ["1", "2", "3", "4"]


def test_nothing_connects_and_the_home_stays_empty(tmp_path):
    watch = """
import socket, sys
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        where = arguments[1] if event == "socket.connect" else arguments
        print("WATCHED", event, where, file=sys.stderr)
sys.addaudithook(hook)
"""
    home = tmp_path / "home"
    home.mkdir()
    process = python(
        "-c", watch + RECORD, str(tmp_path / "t"), str(tmp_path / "runs/m.sqlite"),
        HOME=str(home), THEMES_CACHE=str(tmp_path / "cache"), TMPDIR=str(tmp_path / "runs"),
    )  # fmt: skip
    (tmp_path / "runs").mkdir(mode=0o700)
    out, error = process.communicate(timeout=300)
    assert (process.returncode, json.loads(out)) == (0, "1"), error
    assert "WATCHED" not in error
    assert [str(path) for path in home.rglob("*")] == []
