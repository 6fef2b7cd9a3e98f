"""themes tag and themes paragraphs, called as a person calls them."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.cli import main
from tests.support.fakes import fake_model
from tests.support.small_dump import ROWS, small_dump, tree

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data"


@pytest.fixture
def dump(tmp_path):
    return small_dump(tmp_path / "dump")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def model(monkeypatch):
    """Stand in for a bundle: loading one is another module's matter."""
    fake = fake_model(("bribery", "crackdowns"))
    monkeypatch.setattr("pipeline.cli.common.load_model", lambda name, *, tracking_uri: fake)
    return "models/fake"


def _tag(*words):
    return main(["tag", *map(str, words)])


def test_tag_prints_themes_counts_places_and_what_next(dump, out, model, capsys):
    assert _tag(dump, "--model", model, "--out", out) == 3
    told = capsys.readouterr()
    assert "bribery" in told.out
    assert "crackdowns" in told.out
    assert "rows      13 in = 9 tagged + 1 rejected + 3 skipped" in told.err
    assert "JSON_SYNTAX 1" in told.err
    for place in ("tags", "paragraphs", "noise", "run.json", "rejected.jsonl"):
        assert str(out / place) in told.err
        assert (out / place).exists()
    assert "next" in told.err


def test_exit_code_is_zero_when_all_is_tagged_or_rejects_are_allowed(dump, out, model):
    assert _tag(dump, "--model", model, "--out", out, "--allow-rejected") == 0
    assert _tag(dump / "b.txt", dump / "c.txt", "--model", model, "--out", out.with_name("two")) == 0


def test_json_prints_the_manifest_and_nothing_else_on_stdout(dump, out, model, capsys):
    _tag(dump, "--model", model, "--out", out, "--json")
    assert json.loads(capsys.readouterr().out) == json.loads((out / "run.json").read_bytes())


@pytest.mark.parametrize("file_format", ["parquet", "jsonl", "csv"])
def test_format(dump, out, model, file_format):
    _tag(dump, "--model", model, "--out", out, "--format", file_format)
    assert {path.suffix for path in (out / "tags").iterdir()} == {f".{file_format}"}


def test_a_formula_in_an_article_does_not_run_in_a_spreadsheet(dump, out, model):
    _tag(dump, "--model", model, "--out", out, "--format", "csv")
    with (out / "paragraphs" / "part-00000.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=HYPERLINK(1)") for cell in cells)
    assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in cells)


def test_no_text_and_field_reach_the_tables(tmp_path, out, model):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"qq": "The patrol took money at the gate of the market."}) + "\n")
    assert _tag(path, "--model", model, "--out", out, "--field", "text=qq", "--no-text") == 0
    assert "text" not in pq.read_table(out / "paragraphs").column_names


def test_the_second_time_nothing_is_done(dump, out, model, capsys):
    _tag(dump, "--model", model, "--out", out)
    before = tree(out)
    capsys.readouterr()
    assert _tag(dump, "--model", model, "--out", out) == 3
    assert "nothing to do" in capsys.readouterr().err
    assert tree(out) == before


def test_another_run_is_refused_with_what_differs_and_what_to_do(dump, out, model, capsys):
    _tag(dump, "--model", model, "--out", out)
    capsys.readouterr()
    assert _tag(dump, "--model", model, "--out", out, "--no-text") == 65
    told = capsys.readouterr().err
    assert "settings.text: True there, False here" in told
    assert "--overwrite" in told
    assert _tag(dump, "--model", model, "--out", out, "--no-text", "--overwrite") == 3


def test_ctrl_c_keeps_what_is_done_and_tells_the_command_to_go_on(dump, out, model, capsys, monkeypatch):
    import pipeline.tagging

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline.tagging, "tag", interrupted)
    words = ["tag", str(dump), "--model", model, "--out", str(out), "--overwrite"]
    monkeypatch.setattr(sys, "argv", ["themes", *words])
    assert main(words) == 130
    told = capsys.readouterr().err
    assert f"themes tag {dump} --model {model} --out {out}" in told
    assert "--overwrite" not in told  # it would delete what is done


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["DUMP", "--out", "OUT", "--format", "xlsx"], 64, "parquet, jsonl, csv"),
        (["DUMP", "--out", "DUMP/tags"], 64, "inside the dump"),
        (["DUMP", "--out", "OUT", "--field", "text"], 64, "FIELD=NAME"),
        (["DUMP", "--out", "OUT", "--field", "text=a", "--field", "text=b"], 64, "named twice"),
        (["DUMP", "--out", "OUT", "--field", "texx=a"], 78, "text"),
        (["DUMP/nowhere", "--out", "OUT"], 66, "nowhere"),
        (["DUMP"], 64, "--out"),
    ],
)
def test_wrong_use_is_told_without_a_traceback(dump, out, model, capsys, words, code, told):
    words = [word.replace("DUMP", str(dump)).replace("OUT", str(out)) for word in words]
    assert _tag(*words, "--model", model) == code
    error = capsys.readouterr().err
    assert not out.exists()
    assert told in error
    assert "Traceback" not in error
    assert "witness" not in error


def test_a_missing_model_is_told_before_the_dump_is_read(dump, out, capsys):
    assert _tag(dump, "--model", "models/nowhere", "--out", out) == 66
    assert "models/nowhere" in capsys.readouterr().err
    assert not out.exists()


# --- themes paragraphs ---


def _paragraphs(*words):
    return main(["paragraphs", *map(str, words)])


def test_paragraphs_shows_counts_per_file_and_rejects(dump, capsys):
    assert _paragraphs(dump) == 3
    told = capsys.readouterr()
    for word in ("feeds/a.jsonl", "b.txt", "JSON_SYNTAX", "DUPLICATE", "share"):
        assert word in told.out
    assert "rows      13 in = 9 articles + 1 rejected + 3 skipped; 1 articles are near-duplicates" in told.err


def test_paragraphs_json_adds_up(dump, capsys):
    _paragraphs(dump, "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["totals"] == ROWS
    assert told["articles"] == ROWS["tagged"]
    for name in ROWS:
        assert sum(one[name] for one in told["files"]) == ROWS[name]
    kinds = told["paragraphs"]
    assert {kind: sum(one["paragraphs"].get(kind, 0) for one in told["files"]) for kind in kinds} == kinds
    assert sum(told["noise_reasons"].values()) == kinds["noise"]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_paragraphs_out_holds_every_paragraph(dump, tmp_path, capsys, ending):
    path = tmp_path / f"paragraphs.{ending}"
    _paragraphs(dump, "--out", path, "--json")
    told = json.loads(capsys.readouterr().out)
    if ending == "parquet":
        rows = pq.read_table(path).to_pylist()
    elif ending == "jsonl":
        rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    assert len(rows) == sum(told["paragraphs"].values())
    assert {row["kind"] for row in rows} == set(told["paragraphs"])
    assert all((row["kind"] == "noise") == bool(row["reason"]) for row in rows)


def test_paragraphs_kind_chooses_what_is_written(dump, tmp_path):
    path = tmp_path / "noise.jsonl"
    _paragraphs(dump, "--out", path, "--kind", "noise")
    assert {json.loads(line)["kind"] for line in path.read_text("utf-8").split("\n") if line} == {"noise"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["DUMP", "--kind", "noise"], 64, "--out"),
        (["DUMP", "--out", "OUT.jsonl", "--kind", "noises"], 64, "body, title, subheading, noise"),
        (["DUMP", "--out", "OUT.xlsx"], 64, ".parquet"),
        (["DUMP", "--out", "DUMP/x.jsonl"], 64, "inside the dump"),
        (["DUMP/nowhere"], 66, "nowhere"),
    ],
)
def test_paragraphs_wrong_use(dump, out, capsys, words, code, told):
    words = [word.replace("DUMP", str(dump)).replace("OUT", str(out)) for word in words]
    assert _paragraphs(*words) == code
    assert told in capsys.readouterr().err
    assert not list(out.parent.glob("out*"))


def _modules_after(*words):
    code = (
        "import sys, json\nfrom pipeline.cli import main\nmain(sys.argv[1:])\n"
        "print(json.dumps(sorted(sys.modules)), file=open(sys.argv[-1] + '.modules', 'w'))"
    )
    subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, check=True, capture_output=True)
    return set(json.loads(Path(words[-1] + ".modules").read_text()))


def test_paragraphs_loads_no_model_library(dump, tmp_path):
    loaded = _modules_after("paragraphs", str(dump), "--out", str(tmp_path / "p.jsonl"))
    assert not loaded & {"torch", "sklearn", "mlflow", "datasets", "sentence_transformers", "transformers"}


def test_a_refused_tag_run_loads_no_model_library(dump, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    loaded = _modules_after("tag", str(dump), "--model", "models/default", "--out", str(tmp_path / "out"))
    assert "pipeline.model.theme_model" in loaded
    assert not loaded & {"torch", "sklearn", "mlflow", "datasets", "sentence_transformers", "transformers"}


@pytest.mark.real_encoder
def test_the_default_model_tags_the_sample_dump(out, capsys):
    from pipeline.configuration.shipped import SAMPLE_DUMP

    assert _tag(SAMPLE_DUMP, "--out", out, "--json") == 3
    totals = json.loads(capsys.readouterr().out)["totals"]
    assert totals["rows"] == {"rows_in": 15, "tagged": 14, "rejected": 1, "skipped": 0}
    assert pq.read_table(out / "tags").num_rows == totals["tagged_paragraphs"] * 10


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data lie beside the repository only where it is developed")
def test_every_row_of_the_real_data_is_accounted_for(capsys):
    assert _paragraphs(REAL, "--json") in (0, 3)
    told = json.loads(capsys.readouterr().out)
    rows = told["totals"]
    assert rows["rows_in"] == rows["tagged"] + rows["rejected"] + rows["skipped"]
    by_file = {one["file"]: one["rows_in"] for one in told["files"]}
    for name in ("hrdsattack/articles.jsonl", "pb2020/paragraphs.jsonl"):
        assert by_file[name] == (REAL / name).read_bytes().rstrip(b"\n").count(b"\n") + 1
    assert rows["rejected"] == 0
