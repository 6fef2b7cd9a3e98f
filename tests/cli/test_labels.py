from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli.labels import register
from pipeline.errors import MissingError


@pytest.fixture
def themes():
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return lambda *words: CliRunner().invoke(app, ["labels", *map(str, words)])


def write(path: Path, **change: object) -> Path:
    row = {"id": "a-1", "article": "a", "paragraph": 1, "text": "He paid.", "coder": "ann", "codebook": "1.0"}
    path.write_text(json.dumps(row | {"judgements": {"bribery": "yes"}} | change) + "\n", encoding="utf-8")
    return path


def test_the_shipped_labels_are_checked_when_none_is_named(themes):
    result = themes("check")
    assert result.exit_code == 0
    assert "bribery" in result.output
    assert "1685" in result.output.replace(",", "")
    assert "errors: 0, warnings: 0" in result.output


def test_json(themes, tmp_path):
    result = themes("check", write(tmp_path / "a.jsonl"), "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["lines"] == 1
    assert told["counts"]["bribery"] == {"yes": 1, "no": 0, "unsure": 0, "not asked": 0}
    assert told["counts"]["brutality"] == {"yes": 0, "no": 0, "unsure": 0, "not asked": 1}
    assert (told["errors"], told["warnings"]) == (0, 10)
    assert len(told["sha256"]) == 64


def test_an_error_gives_65_and_file_and_line(themes, tmp_path):
    path = write(tmp_path / "a.jsonl", judgements={"bribry": "yes"})
    result = themes("check", path, "--json")
    assert result.exit_code == 65
    first = json.loads(result.stdout)["problems"][0]
    assert first["place"] == f"{path}:1"
    assert "bribery" in first["remedy"]
    shown = themes("check", path)
    assert shown.exit_code == 65
    assert "error: " in shown.output
    assert "He paid" not in shown.output


def test_another_codebook(themes, tmp_path):
    book = tmp_path / "book.yaml"
    theme = "{id: tea, name: Tea, definition: d, yes_when: y, no_when: n}"
    book.write_text(f'version: "2"\ntitle: Mine\nthemes:\n  - {theme}\n', encoding="utf-8")
    path = write(tmp_path / "a.jsonl", judgements={"tea": "no"}, codebook="2")
    told = json.loads(themes("check", path, "--codebook", book, "--json").stdout)
    assert told["counts"] == {"tea": {"yes": 0, "no": 1, "unsure": 0, "not asked": 0}}
    assert told["errors"] == 0


def test_a_missing_file(themes, tmp_path):
    result = themes("check", tmp_path / "none.jsonl")
    assert isinstance(result.exception, MissingError)
