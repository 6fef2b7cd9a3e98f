"""`themes tag` on ten paragraphs starts without the libraries that take seconds to import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLOW = {"torch", "sentence_transformers", "transformers", "datasets", "mlflow", "sklearn", "pandas"}
SLOW |= {"matplotlib", "trafilatura", "dateparser", "huggingface_hub", "lxml"}
TAG = """
import sys
from pipeline.cli import main
code = main(["tag", sys.argv[1], "--model", sys.argv[2], "--out", sys.argv[3]])
print("loaded:", *sorted({name.split(".")[0] for name in sys.modules}))
sys.exit(code)
"""
FAKED = """
import sys
sys.path.insert(0, "tests")
from tests.support.fakes import fake_model
import pipeline.cli.common
pipeline.cli.common.load_model = lambda *_, **__: fake_model(("bribery", "crackdowns"))
"""


@pytest.fixture
def dump(tmp_path):
    rows = [
        {"text": f"Patrol {n} wanted bribery before the lorry passed, its driver said.", "date": "2022-06-14"}
        for n in range(10)
    ]
    (tmp_path / "ten.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path / "ten.jsonl"


def loaded(code, dump, model, out):
    words = [sys.executable, "-c", code, str(dump), str(model), str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads((out / "run.json").read_text())["totals"]["tagged_paragraphs"] == 10
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_nothing_but_the_encoder_needs_a_slow_library(dump, tmp_path):
    assert not SLOW & loaded(FAKED + TAG, dump, "any", tmp_path / "out")


@pytest.mark.real_encoder
def test_the_compiled_encoder_needs_no_slow_library_either(dump, tmp_path):
    model = ROOT / "models" / "default"
    recipe = json.loads((model / "model.json").read_text())["recipe"]["encoder"]
    if recipe.get("backend", "torch") == "torch":
        pytest.skip("models/default was made with the torch back end")
    assert not SLOW & loaded(TAG, dump, model, tmp_path / "out")
