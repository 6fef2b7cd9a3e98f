"""A comparison in MLflow: figures, tables and a picture, no text, no path, and one that can be read."""

import dataclasses
import json

import numpy as np
import pytest

from pipeline.configuration.schema import EvaluationConfig
from pipeline.errors import TrackingError
from pipeline.evaluation.compare import Compared, Comparison, compare
from pipeline.evaluation.paired import Difference, PairedMeasures, PairedTheme
from pipeline.tracking import record_comparison
from pipeline.tracking.comparison import draw_differences
from pipeline.tracking.store import find_store, opened
from tests.support.fakes import fake_model
from tests.support.tracked import SECRET, closed_port, small_training, tracking

NAMES = ("models:/themes/1", "models:/themes/2")


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")
    good = small_training(folder).trained.model
    bad = dataclasses.replace(fake_model(good.themes), codebook=good.codebook)
    return compare(good, bad, [folder / "labels.jsonl"], config=EvaluationConfig(bootstrap=100), names=NAMES)


@pytest.fixture(scope="module")
def told(compared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    said = record_comparison(compared, config=tracking(folder / "m.sqlite", required=True))
    run_id = said.split("run ")[1].split(" ")[0]
    with opened(find_store(str(folder / "m.sqlite"))) as client:
        return client.get_run(run_id), folder


def test_the_run_says_that_it_is_a_comparison_of_which_models_on_what(told, compared):
    run, _ = told
    tags = run.data.tags
    assert (run.info.run_name, run.info.status) == ("compare models:/themes/1 models:/themes/2", "FINISHED")
    assert (tags["kind"], tags["labels_sha256"]) == ("comparison", compared.labels)
    assert (tags["model_a_sha256"], tags["model_b_sha256"]) == (compared.a.sha256, compared.b.sha256)
    assert (tags["mlflow.user"], tags["mlflow.source.name"]) == ("themes", "themes")
    assert "model_sha256" not in tags, "it holds no bundle, and must not be found as a model"
    assert run.data.params == {"model_a": NAMES[0], "model_b": NAMES[1], "confidence": "0.95", "resamplings": "100"}


def test_metrics_are_the_figures(told, compared):
    metrics = told[0].data.metrics
    one = compared.measures.themes["bribery"].f1
    for name, value in (("a", one.a), ("b", one.b), ("difference", one.value), ("difference_low", one.low)):
        assert metrics[f"f1_{name}/bribery"] == pytest.approx(value)
    average = compared.measures.macro["average_precision"]
    assert metrics["average_precision_difference_high_macro"] == pytest.approx(average.high)
    assert (metrics["rows"], metrics["left_out"]) == (36, 0)


def test_artifacts_hold_tables_and_picture_and_no_text(told, compared):
    run, folder = told
    files = {path.name: path for path in (folder / "artifacts" / run.info.run_id).rglob("*") if path.is_file()}
    assert set(files) == {"comparison.json", "comparison.md", "differences.png"}
    assert json.loads(files["comparison.json"].read_bytes()) == json.loads(json.dumps(compared.as_dict()))
    assert "| bribery | 12 |" in files["comparison.md"].read_text()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        assert SECRET.encode() not in path.read_bytes() and path.stat().st_mode & 0o077 == 0, path
    assert not list(folder.glob(".partial-*"))


def test_a_store_that_is_down_is_told_or_raised_as_the_configuration_says(compared):
    uri = f"http://127.0.0.1:{closed_port()}"
    assert record_comparison(compared, config=tracking(uri)).startswith("not tracked: ")
    with pytest.raises(TrackingError):
        record_comparison(compared, config=tracking(uri, required=True))


def invented(count, *, unknown=False):
    random = np.random.default_rng(5)
    differences = []
    for _ in range(count + 1):
        value, width = float(random.normal() / 8), float(random.random() / 5)
        differences.append(Difference(0.5, 0.5 + value, value, value - width, value + width))
    if unknown:
        differences[0] = Difference(None, None, None, why="nothing was judged yes")
    themes = {
        f"a_theme_with_a_rather_long_name_{place:02}": PairedTheme(100, 12, one, one)
        for place, one in enumerate(differences[:count])
    }
    macro = {"f1": differences[-1], "average_precision": differences[-1]}
    side = Compared("models:/a-model-with-a-long-name-that-goes-on/12", "0" * 64, {"live": 100}, True, ())
    return Comparison(side, side, "0" * 64, 100, 40, 0, 0.95, 1000, (), PairedMeasures(themes, macro))


def texts(picture):
    from matplotlib.text import Text

    renderer = picture.canvas.get_renderer()
    picture.draw(renderer)
    found = [text for text in picture.findobj(Text) if text.get_visible() and text.get_text().strip()]
    shown = [text for text in found if text.axes is None or text.axes.axison]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in shown]


@pytest.mark.parametrize("margin", [None, 0.02])
@pytest.mark.parametrize("count", [1, 2, 10, 23])
def test_every_text_is_inside_the_picture_and_none_lies_on_another(count, margin):
    picture = draw_differences(invented(count, unknown=True), margin=margin)
    found = texts(picture)
    for text, box in found:
        assert picture.bbox.x0 - 1 <= box.x0 and box.x1 <= picture.bbox.x1 + 1, text
        assert picture.bbox.y0 - 1 <= box.y0 and box.y1 <= picture.bbox.y1 + 1, text
    for place, (text, box) in enumerate(found):
        for other, around in found[place + 1 :]:
            width = min(box.x1, around.x1) - max(box.x0, around.x0)
            height = min(box.y1, around.y1) - max(box.y0, around.y0)
            assert width <= 1 or height <= 1, (text, other)


def test_every_theme_and_every_verdict_is_named():
    comparison = invented(10, unknown=True)
    shown = "\n".join(text for text, _ in texts(draw_differences(comparison, margin=0.02)))
    assert all(theme in shown for theme in comparison.measures.themes)
    assert all(word in shown for word in ("B is better", "too close to call", "unknown", "most that may be lost"))
